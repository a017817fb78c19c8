/* SPDX-License-Identifier: MIT */
/*
 * See vtl_world.h. VTL 1 is this program too: VtlCall is a call of what 0x0F was given, VtlReturn a
 * jump back.
 */
#include "tests/host/kernel/vtl_world.h"

#include "tests/host/test.h"

#include <setjmp.h>
#include <string.h>

#include "arch/x86_64/x86.h"
#include "hv/x86_64/tlfs.h"
#include "kernel/bringup.h"
#include "kernel/exit.h"
#include "kernel/x86_64/vtl_steps.h"
#include "lib/log.h"

enum { PAGES = 8 };

struct kernel kernel;
struct cpu bsp __attribute__((aligned(PAGE_SIZE)));
static struct hvsmp_cpu *records[] = {&bsp.start};
static uint8_t memory[PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static uint8_t page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

struct vtl_world hv;

unsigned int worked_in[2];
bool may_call;
bool has_ended;
static void (*entry)(void *owner);
static jmp_buf lower, ended;

static uint64_t answer(uint16_t status, uint64_t reps)
{
	return status | (status ? 0 : reps << 32);
}

static uint64_t get_register(const uint8_t *input, uint8_t *output)
{
	uint64_t value = 0;
	uint32_t name;

	hv.registers_read++;
	memcpy(&name, input + 16, 4);
	if (hv.register_status && (!hv.only_register || hv.only_register == name))
		return hv.register_status;
	switch (name) {
	case VP_STATUS: value = 0x30000 | hv.vtl; break;
	case PARTITION_STATUS: value = hv.maximum << 16 | 1; break;
	case OFFSETS: value = hv.offsets[hv.vtl]; break;
	default: fail();
	}
	memcpy(output, &value, 8);
	return 1ul << 32;
}

enum err arch_hypercall(uint64_t at, uint64_t control, uint64_t input, uint64_t output,
			uint64_t *result)
{
	const uint8_t *in = (const uint8_t *)input;

	assert_int_equal(hv.hypercall[hv.vtl], at | 1);
	switch (control & 0xFFFF) {
	case 0x50: *result = get_register(in, (uint8_t *)output); return OK;
	case 0x0D:
		hv.partition_calls++;
		assert_int_equal(in[8], 1);
		*result = answer(hv.enable_partition, 0);
		return OK;
	case 0x0F:
		hv.vp_calls++;
		assert_int_equal(in[8], 7);
		assert_int_equal(in[12], 1);
		assert_int_equal(hv.vtl, 0);
		*result = answer(hv.enable_vp, 0);
		return OK;
	case 0x7FFF: *result = 2; return OK;
	default: fail();
	}
	return OK;
}

enum err arch_msr_read(uint32_t msr, uint64_t *value)
{
	*value = msr == HVSMP_MSR_GUEST_OS_ID ? hv.os_id[hv.vtl] : hv.hypercall[hv.vtl];
	return OK;
}

enum err arch_msr_write(uint32_t msr, uint64_t value)
{
	if (msr == HVSMP_MSR_HYPERCALL)
		hv.hypercall[hv.vtl] = value;
	else if (!hv.no_os_id)
		hv.os_id[hv.vtl] = value;
	return OK;
}

struct arch_cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf)
{
	(void)leaf, (void)subleaf;
	return (struct arch_cpuid){0};
}

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	(void)va, (void)pa, (void)size, (void)flags;
	assert_int_equal(hv.root, 2); /* VTL 1's, and nothing of VTL 0's is changed */
	return OK;
}

void *arch_cpu_owner(void)
{
	return &bsp;
}

void arch_tables_use(const struct arch_tables *tables, struct arch_tables *before)
{
	if (before)
		before->root = hv.root;
	hv.root = tables->root;
}

enum err arch_tables_copy(struct arch_tables *copy, struct pages *pages)
{
	(void)pages;
	copy->root = 2;
	return hv.no_tables ? ERR_NO_MEMORY : OK;
}

enum err arch_cpu_init(struct arch_cpu *cpu, struct pages *pages, arch_ap_fn fn, void *owner)
{
	(void)cpu, (void)pages;
	assert_ptr_equal(owner, &bsp);
	assert_int_equal(hv.root, 2);
	entry = fn;
	return hv.no_block ? ERR_NO_MEMORY : OK;
}

const struct arch_state *arch_cpu_wanted(const struct arch_cpu *cpu)
{
	static const struct arch_state state;

	(void)cpu;
	return &state;
}

void arch_private_read(struct arch_private *out)
{
	*out = hv.private[hv.vtl];
}

void arch_private_change(void)
{
	assert_int_equal(hv.vtl, 1);
	for (unsigned int i = 0; i < ARCH_PRIVATE; i++)
		hv.private[1].value[i] = 100 + i;
}

const char *arch_private_name(unsigned int reg)
{
	return reg == 1 ? "cr3" : "?";
}

void arch_ipi_init_ap(void)
{
}

enum err arch_vtl_call(uint64_t code, struct arch_private *found)
{
	hv.vtl_calls++;
	assert_int_equal(code, (uint64_t)page + CALL);
	*found = hv.private[0];
	if (hv.call_faults)
		return ERR_FAULT;
	if (hv.call_does_nothing)
		return OK;
	if (!setjmp(lower)) {
		hv.vtl = 1;
		entry(&bsp);
	}
	for (unsigned int i = 0; i < hv.leaks; i++)
		found->value[i + 1] = hv.private[1].value[i + 1];
	if (hv.leaks_os_id)
		hv.os_id[0] = hv.os_id[1];
	return OK;
}

enum err arch_vtl_return(uint64_t code)
{
	hv.vtl_returns++;
	assert_int_equal(code, (hv.hypercall[1] & ~0xFFFul) + RETURN);
	if (hv.return_faults)
		return ERR_FAULT;
	hv.vtl = 0;
	longjmp(lower, 1);
}

bool monitor_run(struct kernel *k, void (*work)(struct kernel *k))
{
	(void)k, (void)work;
	fail(); /* vtl=1 is not vtl=monitor */
	return false;
}

void smp_map(struct smp *smp)
{
	assert_ptr_equal(smp, &kernel.smp);
	assert_int_equal(hv.vtl, 0);
	hv.maps++;
}

void smp_move(struct smp *smp, const struct hvsmp_interface *to, uint8_t vtl)
{
	assert_ptr_equal(smp, &kernel.smp);
	assert_int_equal(vtl, 1);
	assert_int_equal(hv.vtl, 1);
	smp->config.below = smp->config.hv;
	smp->config.hv = to;
	bsp.start.caller.hv = to;
	bsp.start.caller.vtl = vtl;
	hv.moves++;
}

enum exit_code bringup_finish(struct kernel *k)
{
	assert_ptr_equal(k, &kernel);
	return EXIT_CODE_DEGRADED;
}

_Noreturn void exit_machine(enum exit_code code)
{
	assert_int_equal(code, EXIT_CODE_DEGRADED);
	has_ended = true;
	longjmp(ended, 1);
}

static void work(struct kernel *k)
{
	worked_in[hv.vtl]++;
	may_call = vtl_may_call(k);
}

int vtl_world_begin(void **state)
{
	struct hypervisor *h = &kernel.platform.hypervisor;

	(void)state;
	log_reset();
	memset(&hv, 0, sizeof(hv));
	memset(&kernel, 0, sizeof(kernel));
	memset(&bsp, 0, sizeof(bsp));
	memset(memory, 0, sizeof(memory));
	memset(worked_in, 0, sizeof(worked_in));
	has_ended = may_call = false;
	pages_init(&kernel.pages, &(struct page_range){(uint64_t)memory, sizeof(memory)}, 1);
	kernel.options.vtl = OPTION_VTL_1;
	kernel.smp = (struct smp){.config.hv = &h->hv,
				  .bsp = &bsp,
				  .record = records,
				  .count = 1,
				  .free_before = 100};
	h->hypercalls = HYPERCALLS_OPEN;
	h->reason = "";
	h->features = (struct hvsmp_features){.present = true,
					      .is_hv1 = true,
					      .interface_id = HVSMP_INTERFACE_HV1,
					      .privileges = ~HVSMP_PRIVILEGE_ISOLATION};
	h->hv = (struct hvsmp_interface){.host = &kernel_host,
					 .page = {page, (uint64_t)page},
					 .bsp_vp_index = 7};
	bsp.start.owner = &bsp;
	bsp.start.is_bsp = true;
	bsp.start.caller =
		(struct hvsmp_caller){.hv = &h->hv, .input = {bsp.input, (uint64_t)bsp.input}};
	hv.maximum = 1;
	hv.offsets[0] = CALL | 0x300 << 12;
	hv.offsets[1] = 0x400 | RETURN << 12;
	hv.hypercall[0] = (uint64_t)page | 1;
	hv.os_id[0] = HVSMP_OS_ID;
	hv.root = 1;
	for (unsigned int i = 0; i < ARCH_PRIVATE; i++)
		hv.private[0].value[i] = i;
	return 0;
}

bool vtl_world_run(void)
{
	return setjmp(ended) ? false : vtl_run(&kernel, work);
}
