/* SPDX-License-Identifier: MIT */
/*
 * kernel/x86_64/monitor.c and monitored.c: what is asked of the hypervisor, a reason of its own for
 * each thing that is refused, and what is said of a write that goes another way than it should. The
 * hypervisor is scripted; VTL 1 of each processor is a thread, VTL 0 of all of them is the test.
 */
#include "tests/host/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "kernel/bringup.h"
#include "kernel/exit.h"
#include "kernel/x86_64/monitor.h"
#include "lib/log.h"

enum { CPUS = 3, PAGES = 128, TABLES = 2, WRITER = 0x1234, LENGTH = 2 };
enum { PARTITION_STATUS = 0x000D0004, OFFSETS = 0x000D0002, CONFIG = 0x000D0007 };
enum { RIP = 0x00020010, PENDING_EVENT = 0x00010004, CALL = 0x0F, RETURN = 0x26 };

/* Code of one page, constants of two. */
__asm__(".data\n.balign 4096\n.globl _text, _etext, _erodata\n"
	"_text: .zero 4096\n_etext: .zero 8192\n_erodata: .byte 0\n.text\n");
extern char _text[];
/* Not const here: a write may go through. */
uint32_t words[ARCH_TARGETS] __asm__("arch_targets");

struct vp {
	_Alignas(PAGE_SIZE) struct cpu cpu;
	struct arch_cpu *block;
	pthread_t thread;
	sem_t up, down; /* to VTL 1, and back */
	bool has_run, is_pending;
	uint64_t assist, scontrol, simp, sint, rip, event;
	uint32_t taken;
	unsigned int slow, fast;
};

static struct kernel kernel;
static struct vp vps[CPUS];
static struct hvsmp_cpu *records[CPUS];
static uint8_t memory[PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static uint8_t page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static struct {
	uint16_t config, deny, enable_vp[CPUS], set_rip;
	unsigned int protect_at; /* the 0x0C that is refused, from 1 on */
	uint32_t no_msr;         /* whose write faults, on VP ... */
	unsigned int no_msr_on;
	bool no_tables, return_faults, not_again, unprotected, silent, hangs, init_resets;
	uint64_t wrong_address, wrong_rip;
	uint8_t length;

	uint64_t config_value, os_id[2], hypercall[2];
	struct {
		uint64_t first, pages;
		uint32_t may;
	} protected[8];
	unsigned int protects, enabled, partition_calls, tables_used, inits, startups, blocks;
	uint64_t reset_id;
	bool is_over;
} hv;

static _Thread_local struct vp *self;
static _Thread_local unsigned int vtl;
static jmp_buf ended, hung;
static bool has_ended;
static unsigned int worked_in[2];

/* --- the hypervisor --------------------------------------------------------------------------- */

static uint64_t answer(uint16_t status, uint64_t reps)
{
	return status | (status ? 0 : reps << 32);
}

static uint64_t get_register(const uint8_t *input, uint8_t *output)
{
	uint64_t value = 0;
	uint32_t name;

	memcpy(&name, input + 16, 4);
	if (name == PARTITION_STATUS)
		value = 0x10001;
	else if (name == OFFSETS)
		value = CALL | RETURN << 12;
	else
		fail();
	memcpy(output, &value, 8);
	return 1ul << 32;
}

static uint64_t set_register(const uint8_t *input)
{
	uint64_t value;
	uint32_t name;

	assert_int_equal(vtl, 1);
	memcpy(&name, input + 16, 4);
	memcpy(&value, input + 32, 8);
	switch (name) {
	case CONFIG:
		assert_int_equal(input[12], 0);
		if (value & 0x40 ? hv.deny : hv.config)
			return value & 0x40 ? hv.deny : hv.config;
		hv.config_value = value;
		break;
	case RIP:
		assert_int_equal(input[12], 0x10);
		if (hv.set_rip)
			return hv.set_rip;
		self->rip = value;
		break;
	case PENDING_EVENT: self->event = value; break;
	default: fail();
	}
	return 1ul << 32;
}

static uint64_t protect(const uint8_t *input, uint64_t count)
{
	assert_int_equal(vtl, 1);
	assert_int_equal(hv.config_value, 0x1F);
	assert_int_equal(input[12], 0x11);
	memcpy(&hv.protected[hv.protects].may, input + 8, 4);
	memcpy(&hv.protected[hv.protects].first, input + 16, 8);
	hv.protected[hv.protects].pages = count;
	return answer(++hv.protects == hv.protect_at ? 6 : 0, count);
}

static uint64_t enable_vp(const uint8_t *input)
{
	uint32_t vp = input[8];

	assert_int_equal(input[12], 1);
	assert_int_equal(vtl, vp == 0 ? 0 : 1); /* itself from below, the others from VTL 1 */
	assert_int_equal(hv.protects, vp == 0 ? 0 : 3);
	hv.enabled++;
	return answer(hv.enable_vp[vp], 0);
}

enum err arch_hypercall(uint64_t at, uint64_t control, uint64_t input, uint64_t output,
			uint64_t *result)
{
	const uint8_t *in = (const uint8_t *)input;

	assert_int_equal(hv.hypercall[vtl], at | 1);
	switch (control & 0xFFFF) {
	case 0x0C: *result = protect(in, control >> 32 & 0xFFF); return OK;
	case 0x0D:
		hv.partition_calls++;
		*result = 0;
		return OK;
	case 0x0F: *result = enable_vp(in); return OK;
	case 0x50: *result = get_register(in, (uint8_t *)output); return OK;
	case 0x51: *result = set_register(in); return OK;
	case 0x7FFF: *result = 2; return OK;
	default: fail();
	}
	return OK;
}

static uint64_t *msr_of(uint32_t msr)
{
	switch (msr) {
	case HVSMP_MSR_GUEST_OS_ID: return &hv.os_id[vtl];
	case HVSMP_MSR_HYPERCALL: return &hv.hypercall[vtl];
	case HVSMP_MSR_VP_ASSIST_PAGE: return &self->assist;
	case HVSMP_MSR_SCONTROL: return &self->scontrol;
	case HVSMP_MSR_SIMP: return &self->simp;
	case HVSMP_MSR_SINT0: return &self->sint;
	default: fail(); return NULL;
	}
}

enum err arch_msr_read(uint32_t msr, uint64_t *value)
{
	*value = *msr_of(msr);
	return OK;
}

enum err arch_msr_write(uint32_t msr, uint64_t value)
{
	if (msr == hv.no_msr && self == &vps[hv.no_msr_on])
		return ERR_FAULT;
	*msr_of(msr) = value;
	return OK;
}

static void *in_vtl1(void *arg)
{
	self = arg;
	vtl = 1;
	monitor_enter(NULL);
	return NULL;
}

/* From VTL 0 to VTL 1, until that goes back. */
static void enter(struct vp *vp, uint32_t reason)
{
	if (vp->assist)
		((uint32_t *)(vp->assist & ~1ul))[2] = reason;
	if (vp->has_run)
		sem_post(&vp->up);
	else
		assert_int_equal(pthread_create(&vp->thread, NULL, in_vtl1, vp), 0);
	vp->has_run = true;
	sem_wait(&vp->down);
	if (has_ended)
		longjmp(ended, 1);
}

enum err arch_vtl_call(uint64_t code, struct arch_private *found)
{
	*found = (struct arch_private){0};
	assert_int_equal(code, (uint64_t)page + CALL);
	assert_ptr_equal(self, &vps[0]);
	if (!hv.not_again || !self->has_run)
		enter(self, 1);
	return OK;
}

enum err arch_vtl_serve(uint64_t code, bool fast, struct arch_shared *shared)
{
	const uint64_t *assist = (const uint64_t *)(self->assist & ~1ul);

	assert_int_equal(code, (hv.hypercall[1] & ~0xFFFul) + RETURN);
	if (hv.return_faults)
		return ERR_FAULT;
	if (!fast) {
		assert_int_equal(assist[2], 0xAAAA);
		assert_int_equal(assist[3], 0xCCCC);
		assert_false(self->is_pending);
	}
	self->slow += !fast;
	self->fast += fast;
	sem_post(&self->down);
	sem_wait(&self->up);
	if (hv.is_over)
		pthread_exit(NULL);
	shared->rax = 0xAAAA;
	shared->rcx = 0xCCCC;
	return OK;
}

static void send_message(struct vp *vp, uint64_t address)
{
	struct hvsmp_memory_intercept *m = (void *)(vp->simp & ~1ul);

	assert_int_equal(vp->sint, ARCH_NOTIFY_VECTOR);
	assert_int_equal(m->type, 0); /* the last one is done with */
	*m = (struct hvsmp_memory_intercept){
		.type = 0x80000001,
		.size = 80,
		.length = hv.length | 0xE0,
		.access = HVSMP_ACCESS_WRITE,
		.rip = hv.wrong_rip ? hv.wrong_rip : WRITER,
		.gpa = hv.wrong_address ? hv.wrong_address : address,
	};
	vp->is_pending = true;
	enter(vp, 2);
	assert_int_equal(m->type, 0);
}

enum err arch_target_write(const uint32_t *target, uint32_t value)
{
	assert_int_equal(vtl, 0);
	if (hv.hangs && self != &vps[0])
		longjmp(hung, 1);
	if (hv.unprotected)
		words[target - words] = value;
	else if (!hv.silent)
		send_message(self, (uint64_t)target);
	return OK;
}

uint64_t arch_target_writer(void)
{
	return WRITER;
}

uint32_t arch_interrupts(void)
{
	return self->taken;
}

void arch_interrupts_window(void)
{
	self->taken += self->is_pending;
	self->is_pending = false;
}

void arch_interrupts_prepare(void)
{
	assert_int_equal(vtl, 1);
}

/* --- the machine ------------------------------------------------------------------------------ */

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

static unsigned int aps_were_after;

static void after(struct cpu *cpu)
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

static int set_up(void **state)
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

static bool run(void)
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

/* --- tests ------------------------------------------------------------------------------------ */

static void each_write_is_taken(void **state)
{
	const struct vtl_monitor *m = &kernel.vtl.monitor;

	(void)state;
	assert_true(run());
	assert_string_equal(kernel.vtl.reason, "");
	assert_int_equal(log_kept_count(), 0);
	assert_int_equal(worked_in[0], 1);
	assert_int_equal(aps_were_after, CPUS - 1);
	assert_true(kernel.vtl.is_wanted && m->is_wanted && m->is_armed && m->denies);
	assert_int_equal(m->broken, 0);
	for (size_t i = 0; i < CPUS; i++) {
		assert_int_equal(m->watched[i].intercepts, 1);
		assert_int_equal(m->watched[i].address, (uint64_t)&words[i]);
		assert_int_equal(m->watched[i].rip, WRITER);
		assert_int_equal(vps[i].rip, WRITER + LENGTH);
		assert_int_equal(vps[i].taken, 1);
		assert_int_equal(vps[i].slow, 1);
		assert_int_equal(vps[i].fast, i ? 1 : 2); /* the boot processor calls twice */
		assert_int_equal(words[i], 0xCCCCCCCC);
	}
	assert_true(m->knows_after);
	assert_int_equal(m->before, m->after);
	assert_int_equal(hv.config_value, 0x5F);
	assert_int_equal(hv.enabled, CPUS);
	assert_int_equal(hv.tables_used, 1);
	assert_false(kernel.smp.config.use_sipi);
	assert_true(vtl_may_call(&kernel));
}

static void what_is_protected(void **state)
{
	const struct vtl_monitor *m = &kernel.vtl.monitor;
	struct page_range own;

	(void)state;
	assert_true(run());
	assert_int_equal(hv.protects, 3);
	assert_int_equal(hv.protected[0].first, (uint64_t)_text / PAGE_SIZE);
	assert_int_equal(hv.protected[0].pages, 1);
	assert_int_equal(hv.protected[0].may, 0xD);
	assert_int_equal(hv.protected[1].first, (uint64_t)_text / PAGE_SIZE + 1);
	assert_int_equal(hv.protected[1].pages, 2);
	assert_int_equal(hv.protected[1].may, 1);
	assert_int_equal(hv.protected[2].may, 1);
	assert_int_equal(hv.protected[2].pages, m->own);
	own = (struct page_range){hv.protected[2].first * PAGE_SIZE, m->own * PAGE_SIZE};
	/* All that VTL 1 runs on. */
	for (size_t i = 0; i < CPUS; i++) {
		assert_in_range((uint64_t)vps[i].block, own.base, own.base + own.size - 1);
		assert_in_range(vps[i].assist, own.base, own.base + own.size - 1);
		assert_in_range(vps[i].simp, own.base, own.base + own.size - 1);
		assert_in_range((uint64_t)&m->watched[i], own.base, own.base + own.size - 1);
	}
	assert_in_range(hv.hypercall[1], own.base, own.base + own.size - 1);
	assert_int_equal(kernel.smp.free_before, PAGES - m->own - 1);
	assert_int_equal(m->code, 1);
	assert_int_equal(m->constants, 2);
}

static void a_reset_is_tried_and_does_nothing(void **state)
{
	(void)state;
	assert_true(run());
	assert_true(kernel.vtl.monitor.has_sent);
	assert_int_equal(kernel.vtl.monitor.sent_to, 4 * (CPUS - 1));
	assert_int_equal(hv.inits, 1);
	assert_int_equal(hv.startups, 1);
	set_up(state);
	kernel.smp.count = 1;
	assert_true(run());
	assert_int_equal(hv.inits, 0);
	assert_int_equal(kernel.vtl.monitor.broken, 0);
}

static void g0f_a_reset_that_has_an_effect(void **state)
{
	(void)state;
	hv.init_resets = true;
	assert_true(run());
	assert_int_equal(kernel.vtl.monitor.broken, 1);
	assert_non_null(strstr(log_kept(0), "APIC id 8: INIT from VTL 0 was to be dropped"));
	assert_int_equal(hv.startups, 0);
}

/* Before anything is written: VTL 0 goes on without, and one warning says why. */
static void assert_refused(const char *why)
{
	assert_false(run());
	assert_false(has_ended);
	assert_non_null(strstr(kernel.vtl.reason, why));
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), why));
	assert_non_null(strstr(log_kept(0), "vtl=monitor: "));
	assert_false(kernel.vtl.monitor.is_armed);
	assert_true(kernel.smp.config.use_sipi);
	assert_ptr_equal(kernel.smp.config.after, after);
	assert_int_equal(worked_in[0] + worked_in[1], 0);
	assert_true(vtl_may_call(&kernel));
}

static void g0c_no_interrupts_to_have(void **state)
{
	kernel.platform.hypervisor.features.privileges &= ~HVSMP_PRIVILEGE_SYNIC;
	assert_refused("AccessSynicRegs is withheld");
	set_up(state);
	kernel.platform.hypervisor.features.privileges &= ~HVSMP_PRIVILEGE_APIC_MSRS;
	assert_refused("AccessIntrCtrlRegs is withheld");
	assert_int_equal(hv.partition_calls, 0);
}

static void g0c_vtl1_gets_no_page_for_messages(void **state)
{
	(void)state;
	hv.no_msr = HVSMP_MSR_SIMP;
	assert_refused("in VTL 1: writing 0x");
	assert_int_equal(hv.protects, 0);
	assert_int_equal(hv.enabled, 1);
}

static void g0d_no_protection_to_have(void **state)
{
	static const char *const what[] = {"code", "constants", "its own memory"};

	hv.config = 6;
	assert_refused("in VTL 1: VsmPartitionConfig: HvCallSetVpRegisters answers 0x06");
	for (unsigned int i = 0; i < 3; i++) {
		set_up(state);
		hv.protect_at = i + 1;
		assert_refused("HvCallModifyVtlProtectionMask answers 0x06");
		assert_non_null(strstr(kernel.vtl.reason, what[i]));
		assert_int_equal(hv.enabled, 1); /* nobody goes through VTL 1 for nothing */
	}
}

static void g05_the_boot_processor_is_refused_it(void **state)
{
	(void)state;
	hv.enable_vp[0] = 0x50;
	assert_refused("HvCallEnableVpVtl for the boot processor answers 0x50");
}

static void g09_a_processor_without_vtl1_is_not_started(void **state)
{
	(void)state;
	hv.enable_vp[1] = 0x50;
	assert_true(run());
	assert_false(vps[1].cpu.start.prepared);
	assert_int_equal(vps[1].cpu.start.vtl_answer.status.code, 0x50);
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), "APIC id 4: HvCallEnableVpVtl for VTL 1 on VP 1 "
					    "answers 0x50 (INVALID_REGISTER_VALUE): it is not"));
	assert_int_equal(kernel.vtl.monitor.broken, 0);
	assert_int_equal(kernel.vtl.monitor.watched[2].intercepts, 1);
}

static void g0c_an_ap_without_interrupts_writes_nothing(void **state)
{
	(void)state;
	hv.no_msr = HVSMP_MSR_SINT0;
	hv.no_msr_on = 1;
	assert_true(run());
	assert_int_equal(kernel.vtl.monitor.watched[1].intercepts, 0);
	assert_int_equal(kernel.vtl.monitor.watched[2].intercepts, 1);
	assert_non_null(strstr(kernel.vtl.reason, "in VTL 1 of APIC id 4: writing 0xf0 to MSR"));
	assert_int_equal(log_kept_count(), 1);
	assert_int_equal(kernel.vtl.monitor.broken, 0);
}

static void g0e_what_goes_through_is_taken_back(void **state)
{
	(void)state;
	hv.unprotected = true;
	assert_true(run());
	assert_int_equal(kernel.vtl.monitor.broken, CPUS);
	assert_non_null(strstr(log_kept(0), "APIC id 0: its write to code: the word expected "
					    "0xcccccccc, is 0x33333333"));
	for (size_t i = 0; i < ARCH_TARGETS; i++)
		assert_int_equal(words[i], 0xCCCCCCCC);
}

static void g0e_no_intercept_comes(void **state)
{
	(void)state;
	hv.silent = true;
	assert_true(run());
	assert_int_equal(kernel.vtl.monitor.broken, CPUS);
	assert_non_null(strstr(log_kept(0), "its write to code: intercepts expected 0x1, is 0x0"));
	assert_true(kernel.vtl.monitor.knows_after);
}

static void change_code(struct cpu *cpu)
{
	(void)cpu;
	_text[5000] ^= 1;
}

static void g0e_a_changed_byte_is_named(void **state)
{
	(void)state;
	kernel.smp.count = 2;
	kernel.smp.config.after = change_code;
	assert_true(run());
	assert_int_equal(kernel.vtl.monitor.broken, 1);
	assert_non_null(strstr(log_kept(0), "code and constants: checksum expected 0x"));
	_text[5000] = 0;
}

static void g0e_an_intercept_of_something_else(void **state)
{
	(void)state;
	hv.wrong_address = 0x5000;
	assert_true(run());
	assert_int_equal(kernel.vtl.monitor.broken, CPUS);
	assert_non_null(strstr(log_kept(0), "its write to code: address expected 0x"));
	assert_non_null(strstr(log_kept(0), "is 0x5000"));
	set_up(state);
	hv.wrong_rip = 0x99;
	assert_true(run());
	assert_int_equal(kernel.vtl.monitor.broken, CPUS);
	assert_non_null(strstr(log_kept(0), "its write to code: rip expected 0x1234, is 0x99"));
}

static void g0e_a_write_that_does_not_come_back(void **state)
{
	(void)state;
	hv.hangs = true;
	assert_true(run());
	assert_int_equal(vps[0].slow, 0); /* its own would not either */
	assert_non_null(strstr(log_kept(0), "APIC id 0: its write to code is not tried"));
	assert_non_null(strstr(log_kept(1), "APIC id 4: its write to code has not come back"));
	assert_non_null(strstr(log_kept(2), "APIC id 4: its write to code: intercepts expected"));
	assert_int_equal(kernel.vtl.monitor.broken, 2 * CPUS - 1);
}

static void a_skip_that_is_refused(void **state)
{
	(void)state;
	hv.set_rip = 5;
	assert_true(run());
	assert_non_null(strstr(log_kept(0), "in VTL 1 of APIC id 0: HvCallSetVpRegisters answers"));
	assert_int_equal(kernel.vtl.monitor.broken, CPUS);
}

static void an_instruction_of_unknown_length_is_a_fault(void **state)
{
	(void)state;
	hv.length = 0;
	assert_true(run());
	assert_int_equal(vps[1].event, 0xD0101);
	assert_int_equal(vps[1].rip, 0);
	assert_int_equal(kernel.vtl.monitor.broken, 0);
}

static void g0f_starts_are_not_denied(void **state)
{
	(void)state;
	hv.deny = 6;
	assert_true(run());
	assert_false(kernel.vtl.monitor.denies);
	assert_non_null(strstr(kernel.vtl.reason, "in VTL 1: DenyLowerVtlStartup: "));
	assert_int_equal(log_kept_count(), 1);
	assert_int_equal(hv.inits, 0);
	set_up(state);
	hv.not_again = true;
	assert_true(run());
	assert_string_equal(kernel.vtl.reason, "VtlCall comes back, and VTL 1 has not run again");
	assert_false(kernel.vtl.monitor.knows_after);
	assert_int_equal(hv.inits, 0);
}

static void g07_no_way_back(void **state)
{
	(void)state;
	hv.return_faults = true;
	assert_false(run());
	assert_true(has_ended);
	assert_int_equal(worked_in[1], 1);
	assert_string_equal(kernel.vtl.reason, "in VTL 1: VtlReturn raises an exception");
}

static void f70_no_memory(void **state)
{
	for (unsigned int i = 1; i <= 2; i++) {
		set_up(state);
		kernel.pages.fail_at = i;
		assert_refused("no memory for the page tables of VTL 1");
	}
	set_up(state);
	hv.no_tables = true;
	assert_refused("no memory for the page tables of VTL 1");
	assert_int_equal(hv.enabled, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(each_write_is_taken),
		TEST(what_is_protected),
		TEST(a_reset_is_tried_and_does_nothing),
		TEST(g0f_a_reset_that_has_an_effect),
		TEST(g0c_no_interrupts_to_have),
		TEST(g0c_vtl1_gets_no_page_for_messages),
		TEST(g0d_no_protection_to_have),
		TEST(g05_the_boot_processor_is_refused_it),
		TEST(g09_a_processor_without_vtl1_is_not_started),
		TEST(g0c_an_ap_without_interrupts_writes_nothing),
		TEST(g0e_what_goes_through_is_taken_back),
		TEST(g0e_no_intercept_comes),
		TEST(g0e_a_changed_byte_is_named),
		TEST(g0e_an_intercept_of_something_else),
		TEST(g0e_a_write_that_does_not_come_back),
		TEST(a_skip_that_is_refused),
		TEST(an_instruction_of_unknown_length_is_a_fault),
		TEST(g0f_starts_are_not_denied),
		TEST(g07_no_way_back),
		TEST(f70_no_memory),
	};

	return cmocka_run_group_tests_name("kernel/monitor", tests, NULL, NULL);
}
