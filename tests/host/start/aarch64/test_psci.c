/* SPDX-License-Identifier: MIT */
/*
 * start/aarch64/psci.c, with a firmware that answers by script: who is asked, who is let alone, who
 * comes, and that none comes in after the wait.
 */
#include "tests/host/test.h"

#include <string.h>

#include "start/aarch64/psci.h"

enum { COUNT = 4, BSP = 0, NEVER = -99, CAP_NS = 1000 };

/* What firmware and processor do for each. */
static struct script {
	int64_t affinity, answer; /* NEVER: the call cannot be made */
	bool comes;               /* at once, during CPU_ON */
	uint32_t asked, called, refusals;
	enum hvsmp_psci_step step;
	int64_t why;
	bool made;
} script[COUNT];

static struct hvsmp_cpu cpu[COUNT];
static struct hvsmp_cpu *records[COUNT];
static struct hvsmp_node node[1];
static uint32_t order[COUNT];
static struct hvsmp_start s;
static uint64_t now;
static bool is_prepared, may_prepare;

static bool affinity_info(void *ctx, const struct hvsmp_cpu *c, int64_t *answer)
{
	struct script *of = &script[c->index];

	assert_ptr_equal(ctx, script);
	assert_int_equal(hvsmp_stage_of(c), HVSMP_STAGE_IDLE); /* before it may come in */
	of->asked++;
	*answer = of->affinity;
	return of->affinity != NEVER;
}

static void come(struct hvsmp_cpu *c)
{
	if (!hvsmp_arrive(c, ++now))
		return;
	hvsmp_prove(c);
}

static bool cpu_on(void *ctx, const struct hvsmp_cpu *c, int64_t *answer)
{
	struct script *of = &script[c->index];

	assert_ptr_equal(ctx, script);
	assert_int_equal(hvsmp_stage_of(c), HVSMP_STAGE_INVITED);
	assert_int_not_equal(c->issued, 0);
	of->called++;
	if (of->comes)
		come(&cpu[c->index]);
	*answer = of->answer;
	return of->answer != NEVER;
}

static void refused(void *ctx, const struct hvsmp_cpu *c, enum hvsmp_psci_step step, bool made,
		    int64_t answer)
{
	struct script *of = &script[c->index];

	assert_ptr_equal(ctx, script);
	of->refusals++;
	of->step = step;
	of->made = made;
	of->why = answer;
}

static bool prepare(void *ctx, struct hvsmp_start *start)
{
	assert_ptr_equal(ctx, script);
	assert_ptr_equal(start, &s);
	is_prepared = true;
	return may_prepare;
}

static uint64_t ticks(void *ctx)
{
	(void)ctx;
	return ++now;
}

static uint64_t now_ns(void *ctx)
{
	(void)ctx;
	return now += 10;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static struct hvsmp_psci psci;

static int set_up(void **state)
{
	static const struct hvsmp_start_host host = {NULL, ticks, now_ns, nothing, NULL};
	static struct hvsmp_start_config config;
	const struct hvsmp_start_memory memory = {node, order};

	(void)state;
	now = 0;
	is_prepared = false;
	may_prepare = true;
	memset(cpu, 0, sizeof(cpu));
	memset(&s, 0, sizeof(s));
	for (int i = 0; i < COUNT; i++) {
		script[i] = (struct script){.affinity = HVSMP_PSCI_OFF, .comes = true};
		cpu[i].prepared = true;
		cpu[i].hw_id = (uint64_t)i << 8;
		records[i] = &cpu[i];
	}
	psci = (struct hvsmp_psci){.ctx = script,
				   .affinity_info = affinity_info,
				   .cpu_on = cpu_on,
				   .prepare = prepare,
				   .refused = refused};
	config = (struct hvsmp_start_config){.host = &host,
					     .deadline_ns = CAP_NS,
					     .cap_ns = CAP_NS,
					     .second = &hvsmp_psci_rung,
					     .second_ctx = &psci};
	hvsmp_start_init(&s, &config, &memory, records, COUNT, BSP, 1);
	return 0;
}
#define TEST(name) cmocka_unit_test_setup(name, set_up)

static void start(void)
{
	static const struct hvsmp_policy policy;

	hvsmp_start_second(&s, &policy);
}

static void all_come(void **state)
{
	(void)state;
	start();
	for (int i = 1; i < COUNT; i++) {
		assert_int_equal(script[i].asked, 1);
		assert_int_equal(script[i].called, 1);
		assert_int_equal(script[i].refusals, 0);
		assert_int_equal(hvsmp_stage_of(&cpu[i]), HVSMP_STAGE_PROVED);
		assert_int_equal(cpu[i].method, HVSMP_METHOD_SECOND);
	}
	assert_int_equal(script[BSP].asked + script[BSP].called, 0);
	assert_int_equal(psci.messages, COUNT - 1);
	assert_int_equal(s.gave_up_second, HVSMP_DEADLINE_RUNNING);
}

/* On, or coming: by somebody else's start. */
static void one_that_is_not_off_is_let_alone(void **state)
{
	(void)state;
	script[1].affinity = HVSMP_PSCI_ON;
	script[3].affinity = HVSMP_PSCI_ON_PENDING;
	start();
	for (int i = 1; i < COUNT; i += 2) {
		assert_int_equal(script[i].called, 0);
		assert_int_equal(script[i].refusals, 1);
		assert_int_equal(script[i].step, HVSMP_PSCI_AFFINITY_INFO);
		assert_int_equal(script[i].why, script[i].affinity);
		assert_int_equal(hvsmp_stage_of(&cpu[i]), HVSMP_STAGE_IDLE);
	}
	assert_int_equal(hvsmp_stage_of(&cpu[2]), HVSMP_STAGE_PROVED);
	assert_int_equal(psci.messages, 1);
}

static void where_nobody_says_cpu_on_does(void **state)
{
	(void)state;
	script[1].affinity = HVSMP_PSCI_NOT_SUPPORTED;
	script[2].affinity = NEVER;
	start();
	assert_int_equal(hvsmp_stage_of(&cpu[1]), HVSMP_STAGE_PROVED);
	assert_int_equal(hvsmp_stage_of(&cpu[2]), HVSMP_STAGE_PROVED);
}

static void every_refusal_is_told(void **state)
{
	static const int64_t answers[] = {-1, -2, -3, -4, -5, -6, -7, -9, 1, NEVER};

	for (size_t k = 0; k < ARRAY_COUNT(answers); k++) {
		set_up(state);
		script[2].answer = answers[k];
		script[2].comes = false;
		start();
		assert_int_equal(script[2].refusals, 1);
		assert_int_equal(script[2].step, HVSMP_PSCI_CPU_ON);
		assert_int_equal(script[2].made, answers[k] != NEVER);
		assert_int_equal(script[2].why, answers[k]);
		assert_int_equal(hvsmp_stage_of(&cpu[2]), HVSMP_STAGE_IDLE);
		assert_false(hvsmp_arrive(&cpu[2], 1)); /* nor may it come in later */
		assert_int_equal(hvsmp_stage_of(&cpu[3]), HVSMP_STAGE_PROVED);
		assert_int_equal(s.gave_up_second, HVSMP_DEADLINE_RUNNING);
	}
}

/* It was in before the answer: by a start that had been refused, and took effect all the same. */
static void one_that_came_is_in_whatever_is_answered(void **state)
{
	(void)state;
	script[2].answer = HVSMP_PSCI_ALREADY_ON;
	start();
	assert_int_equal(hvsmp_stage_of(&cpu[2]), HVSMP_STAGE_PROVED);
}

static void one_that_does_not_come_is_not_let_in_later(void **state)
{
	(void)state;
	script[1].comes = false;
	start();
	assert_int_not_equal(s.gave_up_second, HVSMP_DEADLINE_RUNNING);
	assert_int_equal(hvsmp_stage_of(&cpu[1]), HVSMP_STAGE_REVOKED);
	assert_false(hvsmp_arrive(&cpu[1], 1));
	assert_int_equal(hvsmp_stage_of(&cpu[1]), HVSMP_STAGE_LATE);
	assert_int_equal(hvsmp_stage_of(&cpu[3]), HVSMP_STAGE_PROVED);
}

static void without_psci_nothing_is_called(void **state)
{
	(void)state;
	may_prepare = false;
	start();
	assert_true(is_prepared);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(script[i].asked + script[i].called, 0);
	assert_int_equal(s.second, HVSMP_IMPOSSIBLE);
}

static void nobody_to_start(void **state)
{
	(void)state;
	for (int i = 0; i < COUNT; i++)
		cpu[i].prepared = false;
	start();
	assert_false(is_prepared);
	assert_int_equal(psci.messages, 0);
}

static void answers_have_names(void **state)
{
	(void)state;
	for (int64_t answer = -9; answer <= 0; answer++) {
		if (answer != -8)
			assert_string_not_equal(hvsmp_psci_answer_name(answer),
						hvsmp_psci_answer_name(1));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(all_come),
		TEST(one_that_is_not_off_is_let_alone),
		TEST(where_nobody_says_cpu_on_does),
		TEST(every_refusal_is_told),
		TEST(one_that_came_is_in_whatever_is_answered),
		TEST(one_that_does_not_come_is_not_let_in_later),
		TEST(without_psci_nothing_is_called),
		TEST(nobody_to_start),
		TEST(answers_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
