/* SPDX-License-Identifier: MIT */
/*
 * kernel/x86_64/vtl.c: a reason of its own for each thing that is missing or refused, what is
 * called until then, and what VTL 0 finds behind VTL 1. The hypervisor is scripted; VTL 1 is this
 * program too.
 */
#include "tests/host/test.h"

#include <setjmp.h>
#include <string.h>

#include "arch/x86_64/x86.h"
#include "hv/x86_64/tlfs.h"
#include "kernel/bringup.h"
#include "kernel/exit.h"
#include "kernel/x86_64/vtl_steps.h"
#include "lib/log.h"

enum { VP_STATUS = 0x000D0003, PARTITION_STATUS = 0x000D0004, OFFSETS = 0x000D0002 };
enum { CALL = 0x0F, RETURN = 0x26, PAGES = 8 };

static struct kernel kernel;
static struct cpu bsp __attribute__((aligned(PAGE_SIZE)));
static struct hvsmp_cpu *records[] = {&bsp.start};
static uint8_t memory[PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static uint8_t page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

/* The hypervisor: what it answers, where the processor is, and its own registers of each VTL. */
static struct {
	uint16_t register_status, enable_partition, enable_vp;
	uint32_t only_register; /* the register that register_status is for; 0: all */
	uint64_t maximum, offsets[2];
	bool call_faults, call_does_nothing, return_faults, no_os_id, no_tables, no_block;
	unsigned int leaks; /* private registers */
	bool leaks_os_id;

	unsigned int vtl;
	uint64_t os_id[2], hypercall[2];
	struct arch_private private[2];
	unsigned int registers_read, partition_calls, vp_calls, vtl_calls, vtl_returns, maps, moves;
	uint64_t root; /* by arch_tables_use */
} hv;

static unsigned int worked_in[2]; /* how often, in each VTL */
static bool may_call;             /* there */
static void (*entry)(void *owner);
static jmp_buf lower, ended;
static bool has_ended;

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

static int set_up(void **state)
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

static bool run(void)
{
	return setjmp(ended) ? false : vtl_run(&kernel, work);
}

static void there_and_back(void **state)
{
	(void)state;
	assert_true(run());
	assert_int_equal(worked_in[0], 0);
	assert_int_equal(worked_in[1], 1);
	assert_true(may_call);
	assert_true(kernel.vtl.was_entered && kernel.vtl.has_returned);
	assert_string_equal(kernel.vtl.reason, "");
	assert_int_equal(kernel.vtl.leaks, 0);
	assert_int_equal(kernel.vtl.partition.maximum, 1);
	assert_int_equal(kernel.vtl.offsets.call, 0x400);
	assert_int_equal(kernel.vtl.offsets.ret, RETURN);
	assert_int_equal(hv.partition_calls, 1);
	assert_int_equal(hv.vp_calls, 1);
	assert_int_equal(hv.maps, 1);
	assert_int_equal(hv.moves, 1);
	assert_int_equal(hv.vtl_calls, 1);
	assert_int_equal(hv.root, 1); /* VTL 0's again */
	assert_int_equal(hv.os_id[0], HVSMP_OS_ID);
	assert_int_equal(hv.os_id[1], HVSMP_OS_ID + 1);
	assert_int_not_equal(hv.hypercall[0] & ~0xFFFul, hv.hypercall[1] & ~0xFFFul);
	assert_int_equal(log_kept_count(), 0);
	assert_int_equal(kernel.smp.free_before,
			 99); /* VTL 1's block; the tables are not ours here */
}

static void not_wanted_asks_nothing(void **state)
{
	(void)state;
	kernel.options.vtl = OPTION_VTL_OFF;
	assert_false(run());
	assert_int_equal(hv.registers_read + hv.partition_calls + hv.vp_calls + hv.vtl_calls, 0);
	assert_string_equal(kernel.vtl.reason, "");
	assert_int_equal(log_kept_count(), 0);
	assert_true(vtl_may_call(&kernel));
}

/* Before the switch: VTL 0 goes on, on its own tables, and one warning says why. */
static void assert_refused(const char *why)
{
	assert_false(run());
	assert_false(has_ended);
	assert_non_null(strstr(kernel.vtl.reason, why));
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), kernel.vtl.reason));
	assert_false(kernel.vtl.was_entered);
	assert_int_equal(worked_in[0] + worked_in[1], 0);
	assert_int_equal(hv.root, 1);
	assert_ptr_equal(bsp.start.caller.hv, &kernel.platform.hypervisor.hv);
}

static void no_hypercalls(void **state)
{
	(void)state;
	kernel.platform.hypervisor.hypercalls = HYPERCALLS_NOT_WANTED;
	kernel.platform.hypervisor.reason = "start=sipi was asked for";
	assert_refused("start=sipi was asked for");
	assert_int_equal(hv.registers_read, 0);
}

static void g01_privileges_withheld(void **state)
{
	kernel.platform.hypervisor.features.privileges &= ~HVSMP_PRIVILEGE_VSM;
	assert_refused("AccessVsm is withheld");
	set_up(state);
	kernel.platform.hypervisor.features.privileges &= ~HVSMP_PRIVILEGE_VP_REGISTERS;
	assert_refused("AccessVpRegisters is withheld");
	assert_int_equal(hv.registers_read, 0);
}

static void it_has_begun_above(void **state)
{
	(void)state;
	kernel.platform.hypervisor.vtl = 2;
	assert_refused("has begun in VTL 2");
}

static void g02_no_vtl_to_have(void **state)
{
	(void)state;
	hv.maximum = 0;
	assert_refused("the highest VTL is 0");
	assert_int_equal(hv.partition_calls, 0);
}

static void g02_registers_not_told(void **state)
{
	hv.register_status = 6;
	assert_refused("VsmPartitionStatus: HvCallGetVpRegisters answers 0x06 (ACCESS_DENIED)");
	set_up(state);
	hv.register_status = 5;
	hv.only_register = OFFSETS;
	assert_refused("VsmCodePageOffsets: HvCallGetVpRegisters answers 0x05");
	assert_int_equal(hv.partition_calls, 0);
}

static void g03_no_way_there(void **state)
{
	(void)state;
	hv.offsets[0] = RETURN << 12;
	assert_refused("the page has no VtlCall");
	assert_int_equal(hv.partition_calls, 0);
}

static void g04_the_partition_is_refused_it(void **state)
{
	(void)state;
	hv.enable_partition = 6;
	assert_refused("HvCallEnablePartitionVtl answers 0x06 (ACCESS_DENIED)");
	assert_int_equal(hv.vp_calls, 0);
}

static void g04_the_partition_has_it_already(void **state)
{
	(void)state;
	hv.enable_partition = 0x51;
	assert_true(run());
	assert_int_equal(kernel.vtl.partition_answer.status.code, 0x51);
}

static void g05_the_boot_processor_is_refused_it(void **state)
{
	static const uint16_t statuses[] = {0x50, 0x51, 0x86, 6};

	for (size_t i = 0; i < ARRAY_COUNT(statuses); i++) {
		set_up(state);
		hv.enable_vp = statuses[i];
		assert_refused("HvCallEnableVpVtl for the boot processor answers 0x");
		assert_int_equal(hv.vtl_calls, 0);
	}
}

static void g06_vtlcall(void **state)
{
	hv.call_faults = true;
	assert_refused("VtlCall raises an exception");
	set_up(state);
	hv.call_does_nothing = true;
	assert_refused("VtlCall comes back, and VTL 1 has not run");
}

static void f70_no_memory(void **state)
{
	hv.no_tables = true;
	assert_refused("no memory for the page tables of VTL 1");
	set_up(state);
	hv.no_block = true;
	assert_refused("no memory for the stacks of VTL 1");
	set_up(state);
	kernel.pages.fail_at = 1;
	assert_refused("no memory");
	assert_int_equal(hv.vp_calls, 0);
}

/* There is no way back: the report is made where the kernel is. */
static void assert_ends_in_vtl1(const char *why, bool calls)
{
	assert_false(run());
	assert_true(has_ended);
	assert_int_equal(hv.vtl, 1);
	assert_int_equal(worked_in[1], 1);
	assert_int_equal(may_call, calls);
	assert_false(kernel.vtl.has_returned);
	assert_non_null(strstr(kernel.vtl.reason, why));
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), why));
}

static void g07_vtl1_gets_no_page(void **state)
{
	(void)state;
	hv.no_os_id = true;
	assert_ends_in_vtl1("in VTL 1: GUEST_OS_ID reads back", false);
}

static void g07_vtl1_has_no_way_back(void **state)
{
	hv.offsets[1] = CALL;
	assert_ends_in_vtl1("in VTL 1: the page has no VtlReturn", true);
	assert_int_equal(hv.vtl_returns, 0);
	set_up(state);
	hv.return_faults = true;
	assert_ends_in_vtl1("in VTL 1: VtlReturn raises an exception", true);
}

static void g08_what_leaks_is_named(void **state)
{
	(void)state;
	hv.leaks = 1;
	hv.leaks_os_id = true;
	assert_true(run());
	assert_int_equal(kernel.vtl.leaks, 2);
	assert_string_equal(kernel.vtl.leak[0].name, "guest_os_id");
	assert_int_equal(kernel.vtl.leak[0].expected, HVSMP_OS_ID);
	assert_int_equal(kernel.vtl.leak[0].actual, HVSMP_OS_ID + 1);
	assert_string_equal(kernel.vtl.leak[1].name, "cr3");
	assert_int_equal(kernel.vtl.leak[1].expected, 1);
	assert_int_equal(kernel.vtl.leak[1].actual, 101);
	assert_int_equal(log_kept_count(), 2);
	set_up(state);
	hv.leaks = ARCH_PRIVATE - 1;
	assert_true(run());
	assert_int_equal(kernel.vtl.leaks, ARCH_PRIVATE - 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(there_and_back),
		TEST(not_wanted_asks_nothing),
		TEST(no_hypercalls),
		TEST(g01_privileges_withheld),
		TEST(it_has_begun_above),
		TEST(g02_no_vtl_to_have),
		TEST(g02_registers_not_told),
		TEST(g03_no_way_there),
		TEST(g04_the_partition_is_refused_it),
		TEST(g04_the_partition_has_it_already),
		TEST(g05_the_boot_processor_is_refused_it),
		TEST(g06_vtlcall),
		TEST(f70_no_memory),
		TEST(g07_vtl1_gets_no_page),
		TEST(g07_vtl1_has_no_way_back),
		TEST(g08_what_leaks_is_named),
	};

	return cmocka_run_group_tests_name("kernel/vtl", tests, NULL, NULL);
}
