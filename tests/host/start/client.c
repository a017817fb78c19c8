/* SPDX-License-Identifier: MIT */
/* See client.h. */
#include "tests/host/start/client.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 3, STARTS = 3 * PROCESSORS, STEP_NS = 1000 };
enum { MAP_CALL = 0x9A, START_CALL = 0x99, LIST = 16, VP_INDEX = 8, GS_BASE = 104, RIP = 16 };
#define PA_FLIP   0x0008000000000000ULL
#define ENTRY_RIP 0xFFFF800000001000ULL

struct processor processor[PROCESSORS];
struct hvsmp_cpu *record[PROCESSORS];
static struct hvsmp_node node[NODES];
static uint32_t order[PROCESSORS];
static struct hvsmp_map_entry entries[PROCESSORS];
static _Alignas(PAGE) uint8_t map_input[PAGE], map_output[PAGE];
static uint8_t call_page;
struct hvsmp_start start;

static pthread_t thread[STARTS];
static uint32_t threads, at_work;
uint64_t now;
static uint64_t stamp;
static uint32_t strange; /* what the hypervisor or a processor found that must not be */
static _Thread_local struct processor *self;

static uint64_t hw_id_of(size_t i)
{
	return 2 * i + 16;
}

uint32_t vp_index_of(size_t i)
{
	return (uint32_t)(1000 - 7 * i);
}

void must(bool condition)
{
	if (!condition)
		__atomic_fetch_add(&strange, 1, __ATOMIC_RELAXED);
}

/* --- its processors --------------------------------------------------------------------------- */

static void *run(void *gs_base)
{
	self = gs_base;
	if (hvsmp_arrive(&self->cpu, __atomic_add_fetch(&stamp, 1, __ATOMIC_RELAXED))) {
		__atomic_fetch_add(&self->in, 1, __ATOMIC_RELAXED);
		hvsmp_fan_out(&self->cpu);
		hvsmp_prove(&self->cpu);
	} else {
		__atomic_fetch_add(&self->parked, 1, __ATOMIC_RELAXED);
	}
	__atomic_fetch_sub(&at_work, 1, __ATOMIC_RELAXED);
	return NULL;
}

void send_on_its_way(uint64_t gs_base)
{
	uint32_t i = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);

	__atomic_fetch_add(&at_work, 1, __ATOMIC_RELAXED);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): a register holds an address */
	if (i >= STARTS || pthread_create(&thread[i], NULL, run, (void *)gs_base) != 0)
		abort();
}

void join(void)
{
	for (uint32_t i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	threads = 0;
}

/* --- its hypervisor --------------------------------------------------------------------------- */

static uint64_t map_call(uint64_t control, const uint8_t *in, uint8_t *out)
{
	uint64_t count = control >> 32 & 0xFFF;

	for (uint64_t rep = control >> 48 & 0xFFF; rep < count; rep++) {
		uint32_t vp_index = 0, id;

		memcpy(&id, in + LIST + 4 * rep, 4);
		for (size_t i = 0; i < PROCESSORS; i++) {
			if (hw_id_of(i) == id)
				vp_index = vp_index_of(i);
		}
		if (!vp_index)
			return rep << 32 | INVALID_PARAMETER;
		memcpy(out + 4 * rep, &vp_index, 4);
	}
	return count << 32;
}

static uint64_t start_call(const uint8_t *in)
{
	uint64_t gs_base, rip;
	uint32_t vp_index;

	memcpy(&vp_index, in + VP_INDEX, 4);
	memcpy(&gs_base, in + GS_BASE, 8);
	memcpy(&rip, in + RIP, 8);
	must(in == self->input && rip == ENTRY_RIP);
	for (size_t i = 0; i < PROCESSORS; i++) {
		if (vp_index_of(i) != vp_index)
			continue;
		must(gs_base == (uintptr_t)&processor[i]);
		if (processor[i].fate == IN_AND_DENIED || processor[i].fate == IN_AND_SLOW) {
			send_on_its_way(gs_base);
			while (!hvsmp_has_arrived(&processor[i].cpu))
				sched_yield();
			return processor[i].fate == IN_AND_DENIED ? ACCESS_DENIED : TIME_OUT;
		}
		if (processor[i].fate == IS_REFUSED)
			return INVALID_PARAMETER;
		if (processor[i].fate == RUNS_OTHER)
			return INVALID_VP_STATE;
		if (processor[i].fate == YET_STARTED || processor[i].fate == RUNS_OURS) {
			if (__atomic_exchange_n(&processor[i].runs, true, __ATOMIC_RELAXED))
				return INVALID_VP_STATE;
			send_on_its_way(gs_base);
			return processor[i].fate == YET_STARTED ? INVALID_PARAMETER
								: INVALID_VP_STATE;
		}
		if (processor[i].fate == REFUSED_TO_APS && !self->cpu.is_bsp)
			return ACCESS_DENIED;
		if (processor[i].fate != NEVER_COMES)
			send_on_its_way(gs_base);
		return 0;
	}
	return INVALID_PARAMETER;
}

static bool hypercall(void *ctx, void *page, uint64_t control, uint64_t input, uint64_t output,
		      uint64_t *rax)
{
	/* NOLINTBEGIN(performance-no-int-to-ptr): the second-level address translation */
	const uint8_t *in = (const uint8_t *)(input ^ PA_FLIP);
	uint8_t *out = (uint8_t *)(output ^ PA_FLIP);
	/* NOLINTEND(performance-no-int-to-ptr) */

	must(ctx == record && page == &call_page);
	*rax = (control & 0xFFFF) == MAP_CALL ? map_call(control, in, out) : start_call(in);
	return true;
}

static const struct hvsmp_host hv_host = {.ctx = record, .hypercall = hypercall};
static const struct hvsmp_interface interface = {
	.host = &hv_host,
	.page = {&call_page, 0x5000},
	.bsp_vp_index = 1000 - 7 * BSP,
};

/* --- what start/ needs ------------------------------------------------------------------------ */

static uint64_t ticks(void *ctx)
{
	(void)ctx;
	return __atomic_add_fetch(&stamp, 1, __ATOMIC_RELAXED);
}

static uint64_t now_ns(void *ctx)
{
	(void)ctx;
	return now;
}

/* Time passes while the boot processor waits and no other works: a busy host changes nothing. */
static void pause_a_little(void *ctx)
{
	(void)ctx;
	if (!self->cpu.is_bsp || __atomic_load_n(&at_work, __ATOMIC_RELAXED))
		sched_yield();
	else
		now += STEP_NS;
}

static const struct hvsmp_start_host start_host = {
	.ticks = ticks,
	.now_ns = now_ns,
	.pause = pause_a_little,
};

static struct hvsmp_memory memory_of(void *va)
{
	return (struct hvsmp_memory){va, (uintptr_t)va ^ PA_FLIP};
}

static struct hvsmp_start_config config;

void prepare(const struct hvsmp_rung *second)
{
	const struct hvsmp_start_memory memory = {node, order};
	const struct hvsmp_map_memory map_memory = {entries, memory_of(map_input),
						    memory_of(map_output)};

	memset(processor, 0, sizeof(processor));
	now = stamp = strange = 0;
	self = &processor[BSP];
	for (size_t i = 0; i < PROCESSORS; i++) {
		struct hvsmp_cpu *cpu = &processor[i].cpu;

		record[i] = cpu;
		cpu->hw_id = hw_id_of(i);
		cpu->node = i < BSP ? 2 : i % NODES;
		cpu->prepared = true;
		cpu->caller.hv = &interface;
		cpu->caller.input = memory_of(processor[i].input);
		cpu->context.rip = ENTRY_RIP;
		cpu->context.gs.base = (uintptr_t)&processor[i];
	}
	record[BSP]->node = 0;
	config = (struct hvsmp_start_config){.host = &start_host,
					     .hv = &interface,
					     .vp_limit = 1024,
					     .deadline_ns = DEADLINE_NS,
					     .cap_ns = CAP_NS,
					     .second = second,
					     .second_ctx = processor};
	hvsmp_start_init(&start, &config, &memory, record, PROCESSORS, BSP, NODES);
	assert_int_equal(hvsmp_start_map(&start, &map_memory), HVSMP_OK);
}

void start_all(void)
{
	const struct hvsmp_policy policy = {.fan_out = true};

	hvsmp_start_calls(&start, &policy);
	hvsmp_start_second(&start, &policy);
	join();
	assert_int_equal(strange, 0);
}

void all_are_up_but(size_t left_out)
{
	for (size_t i = 0; i < PROCESSORS; i++) {
		bool is_up = i != BSP && i != left_out;

		assert_int_equal(hvsmp_stage_of(record[i]) == HVSMP_STAGE_PROVED, is_up);
		assert_int_equal(processor[i].in, is_up);
		assert_int_equal(processor[i].parked, 0);
	}
}
