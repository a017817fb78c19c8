/* SPDX-License-Identifier: MIT */
/* A client of start/ and hv/ alone (client.h). Also built with ThreadSanitizer. */
#include "tests/host/test.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "start/internal.h"
#include "tests/host/start/client.h"

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
	/* Asked once more, unless it had come by then. */
	assert_in_range(record[SOME]->calls, 1, 2);
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

/* --- the end of a node's order ---------------------------------------------------------------- */

enum { DRAWS = 2, NODE_PAGE = 4096 };

static struct hvsmp_node *contended;

/* Between the look at what is left and the draw: another processor is faster by one. */
static void another_draws(int number)
{
	(void)number;
	mprotect(contended, NODE_PAGE, PROT_READ | PROT_WRITE);
	contended->next++;
}

/* Two that look at once may both find one place left. ASan sees a step behind the order. */
static void nobody_draws_beyond_the_order(void **state)
{
	static struct hvsmp_cpu cpu; /* not prepared: it is drawn, and nothing comes of it */
	struct hvsmp_cpu *cpus[] = {&cpu};
	struct hvsmp_start s = {.cpu = cpus};

	(void)state;
	s.memory.order = calloc(DRAWS, sizeof(uint32_t));
	contended =
		mmap(NULL, NODE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(contended, MAP_FAILED);
	contended->end = DRAWS;
	contended->next = DRAWS - 1;
	signal(SIGSEGV, another_draws);
	assert_int_equal(mprotect(contended, NODE_PAGE, PROT_READ), 0);
	hvsmp_fanout_node(&s, contended, &cpu);
	assert_int_equal(contended->next, DRAWS + 1);
	munmap(contended, NODE_PAGE);
	free(s.memory.order);
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
		cmocka_unit_test(nobody_draws_beyond_the_order),
		cmocka_unit_test(a_second_rung_that_is_impossible_is_not_tried),
	};

	return cmocka_run_group_tests_name("start/client", tests, NULL, NULL);
}
