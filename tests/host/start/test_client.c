/* SPDX-License-Identifier: MIT */
/*
 * The smallest operating system that starts its processors by start/ and hv/. It links these two
 * rooms without INIT-SIPI and nothing else of the kernel: its processors are threads, its
 * hypervisor answers 0x9A and 0x99, and guest-physical addresses are no pointers. Also built with
 * ThreadSanitizer.
 */
#include "tests/host/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "start/start.h"

enum { PROCESSORS = 24, NODES = 3, BSP = 4, PAGE = 4096, STARTS = 3 * PROCESSORS };
enum { MAP_CALL = 0x9A, START_CALL = 0x99, LIST = 16, VP_INDEX = 8, GS_BASE = 104, RIP = 16 };
enum { INVALID_PARAMETER = 5, ACCESS_DENIED = 6, INVALID_VP_STATE = 0x15, TIME_OUT = 0x78 };
enum { STEP_NS = 1000, DEADLINE_NS = 1000000, CAP_NS = 100000000 };
#define PA_FLIP   0x0008000000000000ULL
#define ENTRY_RIP 0xFFFF800000001000ULL

enum fate {
	COMES,
	NEVER_COMES,    /* accepted, and that is all */
	IS_REFUSED,     /* to any caller */
	YET_STARTED,    /* refused, with effect: the next call finds it running */
	RUNS_OURS,      /* the same, by the first answer already */
	RUNS_OTHER,     /* something else runs there */
	IN_AND_DENIED,  /* in before the call comes back, which says that the caller may not */
	IN_AND_SLOW,    /* in before the call comes back, which says time-out */
	REFUSED_TO_APS, /* only the boot processor may start it */
};

/* What this system keeps of a processor. */
struct processor {
	struct hvsmp_cpu cpu;
	_Alignas(PAGE) uint8_t input[PAGE];
	enum fate fate;
	bool runs;
	uint32_t in, parked; /* how often it was let in, and how often not */
};

static struct processor processor[PROCESSORS];
static struct hvsmp_cpu *record[PROCESSORS];
static struct hvsmp_node node[NODES];
static uint32_t order[PROCESSORS];
static struct hvsmp_map_entry entries[PROCESSORS];
static _Alignas(PAGE) uint8_t map_input[PAGE], map_output[PAGE];
static uint8_t call_page;
static struct hvsmp_start start;

static pthread_t thread[STARTS];
static uint32_t threads, at_work;
static uint64_t now, stamp;
static uint32_t strange; /* what the hypervisor or a processor found that must not be */
static _Thread_local struct processor *self;

static uint64_t hw_id_of(size_t i)
{
	return 2 * i + 16;
}

static uint32_t vp_index_of(size_t i)
{
	return (uint32_t)(1000 - 7 * i);
}

static void must(bool condition)
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

static void send_on_its_way(uint64_t gs_base)
{
	uint32_t i = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);

	__atomic_fetch_add(&at_work, 1, __ATOMIC_RELAXED);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): a register holds an address */
	if (i >= STARTS || pthread_create(&thread[i], NULL, run, (void *)gs_base) != 0)
		abort();
}

static void join(void)
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

static void prepare(const struct hvsmp_rung *second)
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

static void start_all(void)
{
	const struct hvsmp_policy policy = {.fan_out = true};

	hvsmp_start_calls(&start, &policy);
	hvsmp_start_second(&start, &policy);
	join();
	assert_int_equal(strange, 0);
}

/* Every other one came in once and is done. */
static void all_are_up_but(size_t left_out)
{
	for (size_t i = 0; i < PROCESSORS; i++) {
		bool is_up = i != BSP && i != left_out;

		assert_int_equal(hvsmp_stage_of(record[i]) == HVSMP_STAGE_PROVED, is_up);
		assert_int_equal(processor[i].in, is_up);
		assert_int_equal(processor[i].parked, 0);
	}
}

/* --- the tests -------------------------------------------------------------------------------- */

enum { NONE = PROCESSORS, SOME = 13, LEADER = 0 };

/* Well before a claim counts as stalled. */
static void nothing_was_waited_for(void)
{
	assert_in_range(now, 0, DEADLINE_NS / 5);
	assert_int_equal(start.gave_up, HVSMP_DEADLINE_RUNNING);
}

static void all_come_up(void **state)
{
	uint32_t by_aps = 0;

	(void)state;
	prepare(NULL);
	start_all();
	all_are_up_but(NONE);
	nothing_was_waited_for();
	assert_string_equal(start.reason, "");
	for (size_t i = 0; i < PROCESSORS; i++) {
		assert_int_equal(record[i]->vp_index, vp_index_of(i));
		assert_int_equal(record[i]->calls, i != BSP);
		by_aps += i != BSP && record[i]->starter != BSP;
	}
	assert_true(by_aps > 0);
}

static void they_come_up_once_more(void **state)
{
	(void)state;
	prepare(NULL);
	start_all();
	hvsmp_start_renew(&start);
	for (size_t i = 0; i < PROCESSORS; i++)
		processor[i].in = 0;
	start_all();
	all_are_up_but(NONE);
	nothing_was_waited_for();
}

static void one_that_never_comes_is_left_out_and_named(void **state)
{
	(void)state;
	prepare(NULL);
	processor[SOME].fate = NEVER_COMES;
	start_all();
	all_are_up_but(SOME);
	assert_int_equal(start.gave_up, HVSMP_DEADLINE_NO_PROGRESS);
	assert_in_range(now, DEADLINE_NS, 2 * DEADLINE_NS);
	assert_int_equal(record[SOME]->outcome, HVSMP_OUTCOME_ACCEPTED);
	assert_int_equal(hvsmp_stage_of(record[SOME]), HVSMP_STAGE_REVOKED);
	/* When it comes after all, it is not let in. */
	send_on_its_way((uintptr_t)&processor[SOME]);
	join();
	assert_int_equal(processor[SOME].in, 0);
	assert_int_equal(processor[SOME].parked, 1);
	assert_int_equal(hvsmp_stage_of(record[SOME]), HVSMP_STAGE_LATE);
}

static void one_that_is_refused_stays_refused(void **state)
{
	(void)state;
	prepare(NULL);
	processor[SOME].fate = IS_REFUSED;
	start_all();
	all_are_up_but(SOME);
	assert_int_equal(start.gave_up, HVSMP_DEADLINE_RUNNING);
	assert_int_equal(start.second, HVSMP_IMPOSSIBLE);
	assert_int_equal(record[SOME]->outcome, HVSMP_OUTCOME_REFUSED);
	assert_int_equal(hvsmp_stage_of(record[SOME]), HVSMP_STAGE_IDLE);
	assert_true(hvsmp_answers(&record[SOME]->answer, INVALID_PARAMETER));
	assert_true(hvsmp_call_failed(record[SOME]));
	assert_true(record[SOME]->calls == 2 ||
		    record[SOME]->calls == 4); /* by an AP, then the BSP */
}

static void f85_one_that_is_refused_and_yet_started(void **state)
{
	(void)state;
	prepare(NULL);
	processor[SOME].fate = YET_STARTED;
	start_all();
	all_are_up_but(NONE);
	nothing_was_waited_for();
	assert_int_equal(record[SOME]->outcome, HVSMP_OUTCOME_ACCEPTED);
	assert_int_equal(record[SOME]->method, HVSMP_METHOD_HYPERCALL);
	assert_int_equal(record[SOME]->calls, 2);
	assert_true(
		hvsmp_answers(&record[SOME]->answer, INVALID_PARAMETER)); /* the start's answer */
}

static void f85_one_that_runs_at_once(void **state)
{
	(void)state;
	prepare(NULL);
	processor[SOME].fate = RUNS_OURS;
	start_all();
	all_are_up_but(NONE);
	nothing_was_waited_for();
	assert_int_equal(record[SOME]->outcome, HVSMP_OUTCOME_ACCEPTED);
	assert_int_equal(record[SOME]->calls, 1);
	assert_true(hvsmp_answers(&record[SOME]->answer, INVALID_VP_STATE));
}

static void a_node_whose_leader_is_refused_comes_up(void **state)
{
	(void)state;
	prepare(NULL);
	processor[LEADER].fate = IS_REFUSED;
	start_all();
	all_are_up_but(LEADER);
	nothing_was_waited_for();
}

static void what_aps_are_refused_the_boot_processor_starts(void **state)
{
	(void)state;
	prepare(NULL);
	for (size_t i = 0; i < PROCESSORS; i++)
		processor[i].fate = REFUSED_TO_APS;
	start_all();
	all_are_up_but(NONE);
	nothing_was_waited_for();
	for (size_t i = 0; i < PROCESSORS; i++) {
		if (i != BSP)
			assert_int_equal(record[i]->starter, BSP);
	}
}

/* It is here, so the refusal was none, and the call is not given up for the others. */
static void one_that_is_refused_and_is_in_already(void **state)
{
	(void)state;
	prepare(NULL);
	processor[SOME].fate = IN_AND_DENIED;
	start_all();
	all_are_up_but(NONE);
	nothing_was_waited_for();
	assert_int_equal(record[SOME]->outcome, HVSMP_OUTCOME_ACCEPTED);
	assert_int_equal(record[SOME]->calls, 1);
	assert_string_equal(start.reason, "");
}

/* The call is not repeated for one that is here. */
static void one_that_is_in_is_not_called_for_after_a_time_out(void **state)
{
	(void)state;
	prepare(NULL);
	processor[SOME].fate = IN_AND_SLOW;
	start_all();
	all_are_up_but(NONE);
	assert_int_equal(record[SOME]->calls, 1);
	assert_int_equal(record[SOME]->outcome, HVSMP_OUTCOME_UNKNOWN);
	assert_false(hvsmp_call_failed(record[SOME]));
}

/* --- a second rung of its own ----------------------------------------------------------------- */

static bool rung_is_possible;

static bool prepare_rung(struct hvsmp_start *s, void *ctx)
{
	must(s == &start && ctx == processor);
	return rung_is_possible;
}

static void run_rung(struct hvsmp_start *s, void *ctx, const struct hvsmp_policy *policy)
{
	must(s == &start && ctx == processor && policy->fan_out);
	for (uint32_t i = 0; i < s->count; i++) {
		if (!hvsmp_is_candidate(s->cpu[i]))
			continue;
		hvsmp_invite(s->cpu[i]);
		send_on_its_way((uintptr_t)&processor[i]);
	}
	s->gave_up_second = hvsmp_await_invited(s, DEADLINE_NS, CAP_NS);
	hvsmp_revoke_invited(s);
}

static const struct hvsmp_rung rung = {prepare_rung, run_rung};

static void one_that_is_refused_comes_by_the_second_rung(void **state)
{
	enum { LOST = 7 };

	(void)state;
	prepare(&rung);
	rung_is_possible = true;
	processor[SOME].fate = IS_REFUSED;
	processor[LOST].fate = NEVER_COMES;
	start_all();
	all_are_up_but(LOST); /* it may run all the same, so no other method is tried */
	assert_int_equal(record[SOME]->method, HVSMP_METHOD_SECOND);
	assert_int_equal(record[LOST]->method, HVSMP_METHOD_HYPERCALL);
	assert_int_equal(start.gave_up_second, HVSMP_DEADLINE_RUNNING);
}

/* It has had its time to come, if it was ours. */
static void one_that_runs_other_code_comes_by_the_second_rung(void **state)
{
	(void)state;
	prepare(&rung);
	rung_is_possible = true;
	processor[SOME].fate = RUNS_OTHER;
	start_all();
	all_are_up_but(NONE);
	assert_int_equal(start.gave_up, HVSMP_DEADLINE_NO_PROGRESS);
	assert_in_range(now, DEADLINE_NS, 2 * DEADLINE_NS);
	assert_int_equal(record[SOME]->method, HVSMP_METHOD_SECOND);
	assert_int_equal(record[SOME]->calls, 1);
}

static void a_second_rung_that_is_impossible_is_not_tried(void **state)
{
	(void)state;
	prepare(&rung);
	rung_is_possible = false;
	processor[SOME].fate = IS_REFUSED;
	start_all();
	all_are_up_but(SOME);
	assert_int_equal(start.second, HVSMP_IMPOSSIBLE);
	assert_int_equal(hvsmp_stage_of(record[SOME]), HVSMP_STAGE_IDLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_come_up),
		cmocka_unit_test(they_come_up_once_more),
		cmocka_unit_test(one_that_never_comes_is_left_out_and_named),
		cmocka_unit_test(one_that_is_refused_stays_refused),
		cmocka_unit_test(f85_one_that_is_refused_and_yet_started),
		cmocka_unit_test(f85_one_that_runs_at_once),
		cmocka_unit_test(a_node_whose_leader_is_refused_comes_up),
		cmocka_unit_test(what_aps_are_refused_the_boot_processor_starts),
		cmocka_unit_test(one_that_is_refused_and_is_in_already),
		cmocka_unit_test(one_that_is_in_is_not_called_for_after_a_time_out),
		cmocka_unit_test(one_that_is_refused_comes_by_the_second_rung),
		cmocka_unit_test(one_that_runs_other_code_comes_by_the_second_rung),
		cmocka_unit_test(a_second_rung_that_is_impossible_is_not_tried),
	};

	return cmocka_run_group_tests_name("start/client", tests, NULL, NULL);
}
