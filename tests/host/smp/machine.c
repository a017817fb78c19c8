/* SPDX-License-Identifier: MIT */
/* The machine of threads; see machine.h. */
#include "tests/host/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "tests/host/smp/machine_private.h"

enum { THREADS = 4 * MACHINE_VPS, MSR_VP_INDEX = 0x40000002, MSR_REFERENCE = 0x40000020 };
enum { PAGES_PER_VP = 4, PAGES_FOR_ALL = 512, THREAD_STACK = 1 << 18 };
enum { GS_BASE_IN_BLOCK = 104, VP_INDEX_IN_BLOCK = 8, VTL_IN_BLOCK = 12 }; /* of the start block */

struct machine machine;

struct smp_config machine_config;

struct smp bringup;
static struct hvsmp_interface hv;
static struct pages memory;
static uint8_t *arena;
static size_t arena_pages;
static struct topology topology;
static struct topology_cpu topology_cpus[MACHINE_VPS];
static struct topology_memory topology_memory[MACHINE_VPS];

/* Both as number + 1 in machine.vp, made when the machine is prepared; 0: nobody. */
static uint16_t by_apic_id[MACHINE_MAX_APIC_ID + 1], by_vp_index[MACHINE_MAX_APIC_ID + 1];

_Thread_local struct machine_vp *me;
_Thread_local struct arch_cpu *my_block;

/* --- threads and time ------------------------------------------------------------------------- */

/*
 * Time is the machine's own, so that a busy host cannot make a deadline pass: it moves by a step at
 * each pause of the boot processor, and only while no AP is at work. A delayed AP sleeps until time
 * gets there, and whoever moves time counts it as at work from that moment on. All of it is relaxed
 * atomics: it must not order what smp/ itself has to order (ThreadSanitizer would not see that).
 */
enum { START_NS = 1000000, NS_PER_MS = 1000000 };
#define LONG_NS 3600000000000 /* longer than any delay */

static uint64_t now_ns;
uint32_t at_work;

static struct {
	struct machine_vp *vp;
	struct arch_cpu *block;
	pthread_t thread; /* 0: not there yet */
	uint64_t wake_ns; /* 0: not asleep */
} runner[THREADS];
static uint32_t runners, joined;

void move_time(uint64_t to)
{
	uint32_t count = __atomic_load_n(&runners, __ATOMIC_RELAXED);

	__atomic_store_n(&now_ns, to, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < count && i < THREADS; i++) {
		uint64_t wake = __atomic_load_n(&runner[i].wake_ns, __ATOMIC_RELAXED);

		if (wake == 0 || wake > to)
			continue;
		__atomic_fetch_add(&at_work, 1, __ATOMIC_RELAXED);
		__atomic_store_n(&runner[i].wake_ns, 0, __ATOMIC_RELAXED);
	}
}

uint64_t arch_ticks(void)
{
	return __atomic_load_n(&now_ns, __ATOMIC_RELAXED) + (uint64_t)(me ? me->tsc_ahead : 0);
}

uint64_t arch_clock_ns(void)
{
	return __atomic_load_n(&now_ns, __ATOMIC_RELAXED);
}

/* One time stamp is one nanosecond here. */
uint64_t arch_clock_from_ticks(uint64_t tsc)
{
	return tsc;
}

uint64_t arch_clock_ticks_ns(uint64_t ticks)
{
	return ticks;
}

int64_t arch_clock_between(uint64_t from, uint64_t to)
{
	return (int64_t)(to - from);
}

/* Started by the call of this thread, and not sent on its way yet. */
static _Thread_local struct machine_vp *held_back;
static _Thread_local struct arch_cpu *held_block;

static void let_come(void)
{
	const struct cpu *cpu = held_block->owner;

	send_on_its_way(held_back, held_block);
	held_back = NULL;
	while (!hvsmp_has_arrived(&cpu->start))
		sched_yield();
}

void arch_pause(void)
{
	if (held_back)
		let_come();
	if (__atomic_load_n(&at_work, __ATOMIC_RELAXED) > 0)
		sched_yield();
	else
		move_time(arch_clock_ns() + STEP_NS);
}

static void leave_work(void *arg)
{
	(void)arg;
	__atomic_fetch_sub(&at_work, 1, __ATOMIC_RELAXED);
}

/* As the entry code does: the first one comes in, any other is counted and stops. */
static void enter(void)
{
	if (__atomic_fetch_add(&my_block->entered, 1, __ATOMIC_ACQ_REL) > 0) {
		__atomic_fetch_add(&my_block->strays, 1, __ATOMIC_RELEASE);
		return;
	}
	__atomic_store_n(&my_block->first_tsc, arch_ticks(), __ATOMIC_RELEASE);
	my_block->entry(my_block->owner);
}

static void *processor(void *arg)
{
	uint32_t i = (uint32_t)(uintptr_t)arg;

	me = runner[i].vp;
	my_block = runner[i].block;
	while (__atomic_load_n(&runner[i].wake_ns, __ATOMIC_RELAXED) != 0)
		usleep(100);
	pthread_cleanup_push(leave_work, NULL);
	enter();
	pthread_cleanup_pop(1);
	return NULL;
}

void send_on_its_way(struct machine_vp *vp, struct arch_cpu *block)
{
	uint32_t entries = vp->entries ? vp->entries : 1;

	__atomic_fetch_add(&vp->starts, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&vp->runs, true, __ATOMIC_RELAXED);
	for (uint32_t n = 0; n < entries; n++) {
		uint32_t i = __atomic_fetch_add(&runners, 1, __ATOMIC_RELAXED);
		pthread_attr_t small;
		pthread_t thread;

		pthread_attr_init(&small);
		pthread_attr_setstacksize(&small, THREAD_STACK); /* there may be thousands */
		assert_true(i < THREADS);
		runner[i].vp = vp;
		runner[i].block = block;
		if (vp->delay_ms)
			__atomic_store_n(&runner[i].wake_ns,
					 arch_clock_ns() + (uint64_t)vp->delay_ms * NS_PER_MS,
					 __ATOMIC_RELAXED);
		else
			__atomic_fetch_add(&at_work, 1, __ATOMIC_RELAXED);
		assert_int_equal(pthread_create(&thread, &small, processor, (void *)(uintptr_t)i),
				 0);
		pthread_attr_destroy(&small);
		__atomic_store_n(&runner[i].thread, thread, __ATOMIC_RELAXED);
	}
}

/* --- the hypervisor --------------------------------------------------------------------------- */

struct machine_vp *machine_vp(uint32_t apic_id)
{
	if (apic_id > MACHINE_MAX_APIC_ID || !by_apic_id[apic_id])
		return NULL;
	return &machine.vp[by_apic_id[apic_id] - 1];
}

struct machine_vp *machine_vp_by_index(uint32_t vp_index)
{
	if (vp_index > MACHINE_MAX_APIC_ID || !by_vp_index[vp_index])
		return NULL;
	return &machine.vp[by_vp_index[vp_index] - 1];
}

static void number_vps(void)
{
	memset(by_apic_id, 0, sizeof(by_apic_id));
	memset(by_vp_index, 0, sizeof(by_vp_index));
	for (size_t i = 0; i < machine.count; i++) {
		assert_in_range(machine.vp[i].apic_id, 0, MACHINE_MAX_APIC_ID);
		assert_in_range(machine.vp[i].vp_index, 0, MACHINE_MAX_APIC_ID);
		by_apic_id[machine.vp[i].apic_id] = (uint16_t)(i + 1);
		by_vp_index[machine.vp[i].vp_index] = (uint16_t)(i + 1);
	}
}

static uint64_t map_call(uint64_t control, const uint8_t *input, uint8_t *output)
{
	uint32_t count = control >> 32 & 0xFFF;

	machine.map_calls++;
	if (machine.map_status)
		return machine.map_status;
	for (uint32_t i = control >> 48 & 0xFFF; i < count; i++) {
		const struct machine_vp *vp;
		uint32_t id;

		memcpy(&id, input + 16 + 4 * i, 4);
		vp = machine_vp(id);
		if (machine.map_list_status && count > 2 && i == machine.map_list_done)
			return machine.map_list_status | (uint64_t)i << 32;
		if (!vp || (machine.unknown_id && id == machine.unknown_id))
			return 5 | (uint64_t)i << 32;
		memcpy(output + 4 * i, &vp->vp_index, 4);
	}
	return (uint64_t)count << 32;
}

/* For one VTL above 0; where this processor may not, or that one, it says so. */
static bool enable_vtl_call(const uint8_t *input, uint64_t *rax)
{
	struct machine_vp *vp;
	uint32_t vp_index;

	memcpy(&vp_index, input + VP_INDEX_IN_BLOCK, 4);
	vp = machine_vp_by_index(vp_index);
	assert_non_null(vp);
	assert_int_equal(input[VTL_IN_BLOCK], 1);
	__atomic_fetch_add(&vp->vtl_calls_for, 1, __ATOMIC_RELAXED);
	*rax = me->vtl_caller_status ? me->vtl_caller_status : vp->vtl_status;
	if (!*rax && __atomic_exchange_n(&vp->has_vtl, true, __ATOMIC_RELAXED))
		*rax = 0x86;
	return !vp->vtl_call_faults;
}

/* VsmVpStatus, of the caller. */
static uint64_t get_register(uint64_t control, const uint8_t *input, uint8_t *output)
{
	const uint32_t name = 0x000D0003;
	uint64_t value = me->other_vtl ? 0x30000 : 0x30001;

	assert_int_equal(control, 0x100000050);
	assert_memory_equal(input + 16, &name, 4);
	if (me->tells_no_vtl)
		return 5;
	memcpy(output, &value, 8);
	return 1ull << 32;
}

static bool start_call(const uint8_t *input, uint64_t *rax)
{
	struct machine_vp *vp;
	struct arch_cpu *block;
	uint32_t vp_index, n;

	memcpy(&vp_index, input + VP_INDEX_IN_BLOCK, 4);
	memcpy(&block, input + GS_BASE_IN_BLOCK, 8);
	vp = machine_vp_by_index(vp_index);
	assert_non_null(vp);
	n = __atomic_fetch_add(&vp->calls_for, 1, __ATOMIC_RELAXED);
	if (input[VTL_IN_BLOCK])
		assert_true(__atomic_load_n(&vp->has_vtl, __ATOMIC_RELAXED));
	if (me->dies_in_call)
		pthread_exit(NULL);
	if (vp->call_faults)
		return false;
	*rax = machine.start_status ? machine.start_status : me->caller_status;
	if (*rax)
		return true;
	if (vp->restart_status && __atomic_load_n(&vp->starts, __ATOMIC_RELAXED)) {
		*rax = vp->restart_status;
		return true;
	}
	if (vp->status && (!vp->times || n < vp->times)) {
		*rax = vp->status;
		if (!vp->starts_anyway || n > 0)
			return true;
	} else if (vp->then_status) {
		*rax = vp->then_status;
		return true;
	}
	if (vp->comes_in_pause && !n) {
		held_back = vp;
		held_block = block;
	} else if (!vp->never) {
		send_on_its_way(vp, block);
	}
	while (machine.bsp_is_slow && me == &machine.vp[machine.bsp] &&
	       __atomic_load_n(&at_work, __ATOMIC_RELAXED) > 0)
		sched_yield();
	return true;
}

static bool hypercall(void *ctx, void *page, uint64_t control, uint64_t input, uint64_t output,
		      uint64_t *rax)
{
	(void)ctx;
	*rax = 0;
	if (page && me->other_vtl)
		return false;
	if ((control & 0xFFFF) == 0x0F)
		return enable_vtl_call((const uint8_t *)input, rax);
	if ((control & 0xFFFF) == 0x50) {
		*rax = get_register(control, (const uint8_t *)input, (uint8_t *)output);
		return true;
	}
	if ((control & 0xFFFF) == 0x99)
		return start_call((const uint8_t *)input, rax);
	if ((control & 0xFFFF) == 0x0B || (control & 0xFFFF) == 0x15)
		return ipi_hypercall(control, input, output, rax);
	assert_int_equal(control & 0xFFFF, 0x9A);
	*rax = map_call(control, (const uint8_t *)input, (uint8_t *)output);
	return true;
}

static bool msr_read(void *ctx, uint32_t msr, uint64_t *value)
{
	(void)ctx;
	if (msr == MSR_REFERENCE) {
		move_time(arch_clock_ns() + machine.reference_ns);
		*value = arch_clock_ns() / 100;
		return true;
	}
	assert_int_equal(msr, MSR_VP_INDEX);
	*value = me->vp_index + (me->other_vp ? 1000 : 0);
	return true;
}

static bool msr_write(void *ctx, uint32_t msr, uint64_t value)
{
	(void)ctx;
	(void)msr;
	(void)value;
	return false;
}

static const struct hvsmp_host hypervisor = {
	.msr_read = msr_read,
	.msr_write = msr_write,
	.hypercall = hypercall,
};

static uint8_t page_above[1];
const struct hvsmp_interface machine_above = {.host = &hypervisor, .page = {page_above, 0}};

/* --- for the tests ---------------------------------------------------------------------------- */

void machine_reset(size_t count, size_t bsp)
{
	log_reset();
	memset(&machine, 0, sizeof(machine));
	machine.count = count;
	machine.bsp = bsp;
	for (uint32_t i = 0; i < count; i++) {
		machine.vp[i].apic_id = i;
		machine.vp[i].vp_index = (uint32_t)((i + 1 + count / 2) % count);
	}
	memset(runner, 0, sizeof(runner));
	runners = joined = at_work = 0;
	interrupts_reset();
	me = NULL;
	now_ns = START_NS;
	number_vps();
	machine_config = (struct smp_config){
		.use_sipi = true,
		.fanout = true,
		.deadline_ns = MACHINE_DEADLINE_MS * 1000000UL,
		.cap_ns = 20 * MACHINE_DEADLINE_MS * 1000000UL,
		.has_vp_index = true,
		.hv = &hv,
		.host = &hypervisor,
		.low_page = LOW_PAGE,
	};
}

struct page_range machine_memory(size_t node)
{
	size_t share = arena_pages / machine.nodes;

	return (struct page_range){(uintptr_t)arena + node * share * PAGE_SIZE, share * PAGE_SIZE};
}

uint32_t machine_node(size_t i)
{
	if (i >= machine.unlisted && i - machine.unlisted < machine.unlisted_count)
		return SMP_NUMA_UNKNOWN;
	return machine.nodes ? (uint32_t)(i * machine.nodes / machine.count) : SMP_NUMA_UNKNOWN;
}

struct smp *machine_prepare(void)
{
	struct page_range range;

	number_vps();
	arena_pages = machine.count * PAGES_PER_VP + PAGES_FOR_ALL;
	range.size = arena_pages * PAGE_SIZE;
	arena = aligned_alloc(PAGE_SIZE, range.size);
	range.base = (uintptr_t)arena;
	pages_init(&memory, &range, 1);
	memory.fail_at = machine.fail_alloc;
	for (size_t i = 0; i < machine.count; i++)
		topology_cpus[i] = (struct topology_cpu){.hw_id = machine.vp[i].apic_id,
							 .uid = (uint32_t)i + 1,
							 .numa = machine_node(i)};
	for (size_t i = 0; i < machine.nodes; i++)
		topology_memory[i] = (struct topology_memory){machine_memory(i), (uint32_t)i};
	topology = (struct topology){.cpu = topology_cpus,
				     .capacity = MACHINE_VPS,
				     .count = machine.count,
				     .memory = topology_memory,
				     .memory_count = machine.nodes,
				     .bsp = machine.bsp,
				     .disabled = machine.disabled,
				     .incomplete = machine.incomplete};
	hv = (struct hvsmp_interface){.host = &hypervisor,
				      .bsp_vp_index = machine.vp[machine.bsp].vp_index};
	assert_int_equal(smp_prepare(&bringup, &machine_config, &topology, &memory), OK);
	me = &machine.vp[machine.bsp];
	my_block = (struct arch_cpu *)bringup.bsp->arch;
	return &bringup;
}

void machine_run(void)
{
	smp_start_all(&bringup, !machine.no_calls);
}

void machine_settle(void)
{
	interrupts_end();
	/* Processors start processors, so the number may still grow while the first are joined. */
	while (joined < __atomic_load_n(&runners, __ATOMIC_RELAXED)) {
		pthread_t thread;

		move_time(arch_clock_ns() + LONG_NS);
		while (!(thread = __atomic_load_n(&runner[joined].thread, __ATOMIC_RELAXED)))
			sched_yield();
		pthread_join(thread, NULL);
		joined++;
	}
}

void machine_free(void)
{
	machine_settle();
	free(arena);
	arena = NULL;
}
