/* SPDX-License-Identifier: MIT */
/* The machine of monitor_machine.h, but for its hypervisor. */
#include "tests/host/kernel/monitor_machine.h"

#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "kernel/bringup.h"
#include "kernel/exit.h"
#include "lib/log.h"

enum { TABLES = 2 };

struct kernel kernel;
unsigned int worked_in[2];
unsigned int aps_were_after;
static struct hvsmp_cpu *records[CPUS];
static uint8_t memory[PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

struct arch_cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf)
{
	(void)leaf, (void)subleaf;
	return (struct arch_cpuid){0};
}

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	(void)va, (void)pa, (void)size, (void)flags;
	return OK;
}

void *arch_cpu_owner(void)
{
	return NULL;
}

struct arch_cpu *arch_cpu_here(void)
{
	return self->block;
}

void arch_tables_use(const struct arch_tables *tables, struct arch_tables *before)
{
	if (before)
		before->root = 1;
	hv.tables_used = (unsigned int)tables->root;
}

enum err arch_tables_copy(struct arch_tables *copy, struct pages *pages)
{
	copy->root = 2;
	return hv.no_tables || !pages_alloc(pages, TABLES, 0) ? ERR_NO_MEMORY : OK;
}

size_t arch_tables_size(void)
{
	return TABLES;
}

enum err arch_cpu_init(struct arch_cpu *cpu, struct pages *pages, arch_ap_fn fn, void *owner)
{
	assert_int_equal(hv.tables_used, 2);
	assert_null(owner);
	assert_ptr_equal(fn, monitor_enter);
	while (hv.blocks < CPUS && !vps[hv.blocks].cpu.start.prepared)
		hv.blocks++;
	vps[hv.blocks++].block = cpu;
	return pages_alloc(pages, ARCH_STACK_PAGES, 0) ? OK : ERR_NO_MEMORY;
}

const struct arch_state *arch_cpu_wanted(const struct arch_cpu *cpu)
{
	static const struct arch_state state;

	(void)cpu;
	return &state;
}

void arch_private_read(struct arch_private *out)
{
	*out = (struct arch_private){0};
}

void arch_private_change(void)
{
	assert_int_equal(vtl, 1);
}

const char *arch_private_name(unsigned int reg)
{
	(void)reg;
	return "?";
}

void arch_ipi_init_ap(void)
{
	assert_int_equal(vtl, 1);
}

enum err arch_vtl_return(uint64_t code)
{
	(void)code;
	fail();
	return OK;
}

uint64_t arch_clock_ns(void)
{
	static uint64_t now;

	return now += 1000000000;
}

void arch_pause(void)
{
}

_Noreturn void arch_park(void)
{
	sem_post(&self->down);
	pthread_exit(NULL);
}

enum err arch_reset(uint64_t hw_id)
{
	assert_int_equal(vtl, 0);
	hv.inits++;
	hv.reset_id = hw_id;
	return OK;
}

enum err arch_apic_send_startup(uint32_t apic_id, uint8_t vector)
{
	assert_int_equal(apic_id, hv.reset_id);
	assert_int_equal(vector, 0x9E);
	hv.startups++;
	return OK;
}

void smp_roll_call(struct smp *smp)
{
	if (hv.init_resets)
		smp_cpu(smp, CPUS - 1)->verdict = CPU_MISSING;
}

void smp_map(struct smp *smp)
{
	assert_ptr_equal(smp, &kernel.smp);
	assert_int_equal(vtl, 0);
}

void smp_move(struct smp *smp, const struct hvsmp_interface *to, uint8_t level)
{
	assert_int_equal(level, 1);
	smp->config.below = smp->config.hv;
	smp->config.hv = to;
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
	sem_post(&self->down);
	pthread_exit(NULL);
}

/* VTL 1 does not log. */
static void trace(void *ctx, uint64_t control, const struct hvsmp_result *result)
{
	(void)ctx, (void)control, (void)result;
	assert_int_equal(vtl, 0);
}

void after(struct cpu *cpu)
{
	(void)cpu;
	aps_were_after++;
}

/* In VTL 0, having come through VTL 1. */
static void run_ap(struct vp *vp)
{
	vp->cpu.verdict = CPU_ONLINE;
	self = vp;
	if (!setjmp(hung))
		kernel.smp.config.after(&vp->cpu);
	self = &vps[0];
}

/* The bring-up. */
static void work(struct kernel *k)
{
	worked_in[vtl]++;
	for (size_t i = 1; i < k->smp.count && !vtl; i++) {
		if (!vps[i].cpu.start.prepared)
			continue;
		if (k->vtl.monitor.is_armed)
			enter(&vps[i], 0);
		run_ap(&vps[i]);
	}
}

int machine_set_up(void **state)
{
	struct hypervisor *h = &kernel.platform.hypervisor;
	static struct boot_info boot = {.low_page = 0x9E000};

	(void)state;
	log_reset();
	memset(&hv, 0, sizeof(hv));
	memset(&kernel, 0, sizeof(kernel));
	memset(vps, 0, sizeof(vps));
	memset(memory, 0, sizeof(memory));
	memset(worked_in, 0, sizeof(worked_in));
	for (size_t i = 0; i < ARCH_TARGETS; i++)
		words[i] = 0xCCCCCCCC;
	has_ended = false;
	aps_were_after = 0;
	pages_init(&kernel.pages, &(struct page_range){(uint64_t)memory, sizeof(memory)}, 1);
	kernel.boot = &boot;
	kernel_host.trace = trace;
	kernel.options.vtl = OPTION_VTL_MONITOR;
	h->hypercalls = HYPERCALLS_OPEN;
	h->reason = "";
	h->features = (struct hvsmp_features){.present = true,
					      .is_hv1 = true,
					      .interface_id = HVSMP_INTERFACE_HV1,
					      .privileges = ~HVSMP_PRIVILEGE_ISOLATION};
	h->hv = (struct hvsmp_interface){.host = &kernel_host, .page = {page, (uint64_t)page}};
	for (uint32_t i = 0; i < CPUS; i++) {
		struct cpu *cpu = &vps[i].cpu;

		cpu->start = (struct hvsmp_cpu){.hw_id = 4 * i,
						.index = i,
						.owner = cpu,
						.prepared = true,
						.is_bsp = !i,
						.vp_index = i,
						.map_state = HVSMP_MAP_FOUND};
		cpu->start.caller =
			(struct hvsmp_caller){.hv = &h->hv,
					      .input = {cpu->input, (uint64_t)cpu->input}};
		records[i] = &cpu->start;
		sem_init(&vps[i].up, 0, 0);
		sem_init(&vps[i].down, 0, 0);
	}
	vps[0].cpu.verdict = CPU_ONLINE;
	kernel.smp = (struct smp){.config = {.hv = &h->hv, .use_sipi = true, .after = after},
				  .bsp = &vps[0].cpu,
				  .record = records,
				  .count = CPUS,
				  .free_before = PAGES};
	hv.hypercall[0] = (uint64_t)page | 1;
	hv.os_id[0] = HVSMP_OS_ID;
	hv.length = LENGTH;
	self = &vps[0];
	vtl = 0;
	return 0;
}

bool machine_run(void)
{
	bool ran = setjmp(ended) ? false : vtl_run(&kernel, work);

	hv.is_over = true;
	for (size_t i = 0; i < CPUS; i++) {
		if (!vps[i].has_run)
			continue;
		sem_post(&vps[i].up);
		pthread_join(vps[i].thread, NULL);
	}
	return ran;
}
