/* SPDX-License-Identifier: MIT */
/*
 * start/handshake.h: every step from every state, then real threads that race for the same words.
 * Also built with ThreadSanitizer, which sees whether what one publishes the other may read.
 */
#include "tests/host/test.h"

#include <pthread.h>

#include "start/handshake.h"

enum { STARTERS = 4, ROUNDS = 2000 };

static void a_claim_has_one_holder(void **state)
{
	uint32_t claim = HVSMP_CLAIM_FREE;

	(void)state;
	assert_true(hvsmp_claim_take(&claim, 5));
	assert_int_equal(hvsmp_claim_phase(claim), HVSMP_CLAIM_CLAIMED);
	assert_int_equal(hvsmp_claim_starter(claim), 5);
	assert_false(hvsmp_claim_take(&claim, 6));
	assert_false(hvsmp_claim_take(&claim, 5));
	assert_false(hvsmp_claim_call(&claim, 6));
	assert_false(hvsmp_claim_done(&claim, 5)); /* not called yet */
	assert_true(hvsmp_claim_call(&claim, 5));
	assert_false(hvsmp_claim_call(&claim, 5));
	assert_false(hvsmp_claim_done(&claim, 6));
	assert_true(hvsmp_claim_done(&claim, 5));
	assert_int_equal(hvsmp_claim_phase(claim), HVSMP_CLAIM_DONE);
	assert_false(hvsmp_claim_take(&claim, 7));
}

static void f42_a_dead_starters_claim_is_taken_over(void **state)
{
	uint32_t claim = HVSMP_CLAIM_FREE;

	(void)state;
	assert_true(hvsmp_claim_take(&claim, 2047));
	assert_true(hvsmp_claim_take_over(&claim, claim, 0));
	assert_int_equal(hvsmp_claim_starter(claim), 0);
	assert_false(hvsmp_claim_call(&claim, 2047)); /* slow, not dead: it must let go */
	assert_true(hvsmp_claim_call(&claim, 0));
}

static void f41_a_claim_is_not_taken_over_once_the_call_may_have_been_made(void **state)
{
	uint32_t claim = HVSMP_CLAIM_FREE, seen;

	(void)state;
	assert_false(
		hvsmp_claim_take_over(&claim, claim, 0)); /* free: that is claim_take's business */
	assert_true(hvsmp_claim_take(&claim, 3));
	seen = claim;
	assert_true(hvsmp_claim_call(&claim, 3));
	assert_false(hvsmp_claim_take_over(&claim, seen, 0)); /* seen too early */
	assert_false(hvsmp_claim_take_over(&claim, claim, 0));
	assert_true(hvsmp_claim_done(&claim, 3));
	assert_true(hvsmp_claim_take_over(&claim, claim, 0)); /* refused: tried again by another */
}

static void stages_allow_these_steps_and_no_others(void **state)
{
	static const struct {
		bool (*step)(uint32_t *stage);
		enum hvsmp_stage from, to;
	} steps[] = {
		{hvsmp_stage_invite, HVSMP_STAGE_IDLE, HVSMP_STAGE_INVITED},
		{hvsmp_stage_withdraw, HVSMP_STAGE_INVITED, HVSMP_STAGE_IDLE},
		{hvsmp_stage_revoke, HVSMP_STAGE_INVITED, HVSMP_STAGE_REVOKED},
		{hvsmp_stage_arrive, HVSMP_STAGE_INVITED, HVSMP_STAGE_ARRIVED},
		{hvsmp_stage_prove, HVSMP_STAGE_ARRIVED, HVSMP_STAGE_PROVED},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
		for (uint32_t from = HVSMP_STAGE_IDLE; from <= HVSMP_STAGE_LATE; from++) {
			bool late =
				steps[i].step == hvsmp_stage_arrive && from == HVSMP_STAGE_REVOKED;
			uint32_t stage = from;

			assert_int_equal(steps[i].step(&stage), from == steps[i].from);
			if (from == steps[i].from)
				assert_int_equal(stage, steps[i].to);
			else
				assert_int_equal(stage, late ? HVSMP_STAGE_LATE : from);
		}
	}
}

static void closing_shuts_the_door_before_and_after_the_invitation(void **state)
{
	static const enum hvsmp_stage after[] = {
		[HVSMP_STAGE_IDLE] = HVSMP_STAGE_REVOKED,
		[HVSMP_STAGE_INVITED] = HVSMP_STAGE_REVOKED,
		[HVSMP_STAGE_ARRIVED] = HVSMP_STAGE_ARRIVED,
		[HVSMP_STAGE_PROVED] = HVSMP_STAGE_PROVED,
		[HVSMP_STAGE_REVOKED] = HVSMP_STAGE_REVOKED,
		[HVSMP_STAGE_LATE] = HVSMP_STAGE_LATE,
	};

	(void)state;
	for (uint32_t from = HVSMP_STAGE_IDLE; from <= HVSMP_STAGE_LATE; from++) {
		uint32_t stage = from;

		hvsmp_stage_close(&stage);
		assert_int_equal(stage, after[from]);
		assert_int_equal(hvsmp_stage_invite(&stage), false);
	}
}

static void p3_nobody_comes_in_uninvited_late_or_twice(void **state)
{
	uint32_t stage = HVSMP_STAGE_IDLE;

	(void)state;
	assert_false(hvsmp_stage_arrive(&stage)); /* uninvited */
	assert_true(hvsmp_stage_invite(&stage));
	assert_true(hvsmp_stage_arrive(&stage));
	assert_false(hvsmp_stage_arrive(&stage)); /* twice */
	assert_true(hvsmp_stage_prove(&stage));
	assert_false(hvsmp_stage_arrive(&stage)); /* three times */
	assert_int_equal(stage, HVSMP_STAGE_PROVED);
	stage = HVSMP_STAGE_INVITED;
	assert_true(hvsmp_stage_revoke(&stage));
	assert_false(hvsmp_stage_arrive(&stage)); /* late */
	assert_int_equal(stage, HVSMP_STAGE_LATE);
}

/* --- races ------------------------------------------------------------------------------------ */

static struct {
	pthread_barrier_t begin;
	uint32_t claim, stage;
	uint32_t called, arrived, revoked, withdrawn;
	uint64_t
		published; /* plain: written by one side before its step, read after by the other */
} race;

static void run(size_t count, void *(*const body[])(void *))
{
	pthread_t thread[2 * STARTERS];

	race.claim = HVSMP_CLAIM_FREE;
	race.stage = HVSMP_STAGE_IDLE;
	race.called = race.arrived = race.revoked = race.withdrawn = 0;
	race.published = 0;
	pthread_barrier_init(&race.begin, NULL, (unsigned int)count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, body[i], (void *)i), 0);
	for (size_t i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&race.begin);
}

static void *start_it(void *arg)
{
	uint32_t me = (uint32_t)(uintptr_t)arg;

	pthread_barrier_wait(&race.begin);
	if (!hvsmp_claim_take(&race.claim, me) || !hvsmp_claim_call(&race.claim, me))
		return NULL;
	__atomic_fetch_add(&race.called, 1, __ATOMIC_RELAXED);
	race.published = me + 1;
	assert_true(hvsmp_claim_done(&race.claim, me));
	return NULL;
}

static void *take_it_over(void *arg)
{
	uint32_t me = (uint32_t)(uintptr_t)arg;

	pthread_barrier_wait(&race.begin);
	for (int i = 0; i < 50; i++) {
		uint32_t seen = hvsmp_handshake_read(&race.claim);

		if (hvsmp_claim_phase(seen) == HVSMP_CLAIM_DONE) {
			assert_int_equal(race.published, hvsmp_claim_starter(seen) + 1);
			return NULL;
		}
		if (hvsmp_claim_phase(seen) == HVSMP_CLAIM_CLAIMED &&
		    hvsmp_claim_take_over(&race.claim, seen, me) &&
		    hvsmp_claim_call(&race.claim, me)) {
			__atomic_fetch_add(&race.called, 1, __ATOMIC_RELAXED);
			race.published = me + 1;
			assert_true(hvsmp_claim_done(&race.claim, me));
			return NULL;
		}
	}
	return NULL;
}

static void f41_f42_many_starters_make_one_call(void **state)
{
	void *(*const body[])(void *) = {start_it, start_it, start_it, take_it_over};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		run(ARRAY_COUNT(body), body);
		assert_int_equal(race.called, 1);
		assert_int_equal(hvsmp_claim_phase(race.claim), HVSMP_CLAIM_DONE);
	}
}

static void *come(void *arg)
{
	(void)arg;
	pthread_barrier_wait(&race.begin);
	for (int i = 0; i < 20; i++) {
		if (hvsmp_stage_arrive(&race.stage)) {
			assert_int_equal(race.published, 42); /* what the starter left for us */
			__atomic_fetch_add(&race.arrived, 1, __ATOMIC_RELAXED);
			assert_true(hvsmp_stage_prove(&race.stage));
			break;
		}
	}
	return NULL;
}

static void *invite_and_revoke(void *arg)
{
	(void)arg;
	race.published = 42;
	pthread_barrier_wait(&race.begin);
	assert_true(hvsmp_stage_invite(&race.stage));
	for (volatile int i = 0; i < 200; i++)
		;
	if (hvsmp_stage_revoke(&race.stage))
		race.revoked = 1;
	return NULL;
}

static void *invite_and_withdraw(void *arg)
{
	(void)arg;
	race.published = 42;
	pthread_barrier_wait(&race.begin);
	assert_true(hvsmp_stage_invite(&race.stage));
	for (volatile int i = 0; i < 200; i++)
		;
	if (hvsmp_stage_withdraw(&race.stage))
		race.withdrawn = 1;
	return NULL;
}

static void f34_f35_two_arrivals_race_with_the_deadline(void **state)
{
	void *(*const body[])(void *) = {invite_and_revoke, come, come};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		run(ARRAY_COUNT(body), body);
		assert_int_equal(race.arrived + race.revoked, 1); /* in, or shut out: never both */
		if (race.arrived)
			assert_int_equal(race.stage, HVSMP_STAGE_PROVED);
		else
			assert_true(race.stage == HVSMP_STAGE_REVOKED ||
				    race.stage == HVSMP_STAGE_LATE);
	}
}

static void f32_an_arrival_races_with_a_refusal(void **state)
{
	void *(*const body[])(void *) = {invite_and_withdraw, come};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		run(ARRAY_COUNT(body), body);
		assert_int_equal(race.arrived + race.withdrawn, 1);
		assert_int_equal(race.stage, race.arrived ? HVSMP_STAGE_PROVED : HVSMP_STAGE_IDLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_claim_has_one_holder),
		cmocka_unit_test(f42_a_dead_starters_claim_is_taken_over),
		cmocka_unit_test(f41_a_claim_is_not_taken_over_once_the_call_may_have_been_made),
		cmocka_unit_test(stages_allow_these_steps_and_no_others),
		cmocka_unit_test(closing_shuts_the_door_before_and_after_the_invitation),
		cmocka_unit_test(p3_nobody_comes_in_uninvited_late_or_twice),
		cmocka_unit_test(f41_f42_many_starters_make_one_call),
		cmocka_unit_test(f34_f35_two_arrivals_race_with_the_deadline),
		cmocka_unit_test(f32_an_arrival_races_with_a_refusal),
	};

	return cmocka_run_group_tests_name("start/handshake", tests, NULL, NULL);
}
