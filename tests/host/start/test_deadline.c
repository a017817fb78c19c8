/* SPDX-License-Identifier: MIT */
/* start/deadline.h: the three ends of a wait, on clocks that run, stand still and go backward. */
#include "tests/host/test.h"

#include "start/deadline.h"

static uint64_t now;

static uint64_t clock_ns(void)
{
	return now;
}

static void it_ends_without_progress(void **state)
{
	struct hvsmp_deadline d;

	(void)state;
	now = 1000;
	hvsmp_deadline_start(&d, clock_ns(), 100, 10000);
	for (int i = 0; i < 5; i++) {
		now += 20;
		assert_int_equal(hvsmp_deadline_look(&d, clock_ns()), HVSMP_DEADLINE_RUNNING);
		assert_int_equal(hvsmp_deadline_idle_ns(&d), (i + 1) * 20);
	}
	now++;
	assert_int_equal(hvsmp_deadline_look(&d, clock_ns()), HVSMP_DEADLINE_NO_PROGRESS);
}

static void progress_prolongs_it_up_to_the_cap(void **state)
{
	enum hvsmp_deadline_end end = HVSMP_DEADLINE_RUNNING;
	struct hvsmp_deadline d;

	(void)state;
	now = 1000;
	hvsmp_deadline_start(&d, clock_ns(), 100, 1000);
	while (end == HVSMP_DEADLINE_RUNNING) {
		now += 90;
		hvsmp_deadline_progress(&d, clock_ns());
		end = hvsmp_deadline_look(&d, clock_ns());
		assert_in_range(now, 1000, 2100);
	}
	assert_int_equal(end, HVSMP_DEADLINE_CAP);
	assert_in_range(now, 2001, 2090);
}

static void f73_a_clock_that_stands_still_ends_by_looks(void **state)
{
	struct hvsmp_deadline d;
	uint64_t looks = 0;

	(void)state;
	now = 0;
	hvsmp_deadline_start(&d, clock_ns(), 100, 1000);
	while (hvsmp_deadline_look(&d, clock_ns()) == HVSMP_DEADLINE_RUNNING)
		looks++;
	assert_int_equal(looks, HVSMP_DEADLINE_MAX_LOOKS);
	assert_int_equal(hvsmp_deadline_look(&d, clock_ns()), HVSMP_DEADLINE_CLOCK_STUCK);
}

static void f73_a_clock_that_goes_backward_ends_too(void **state)
{
	struct hvsmp_deadline d;
	uint64_t looks = 0;

	(void)state;
	now = UINT64_MAX / 2;
	hvsmp_deadline_start(&d, clock_ns(), 100, 1000);
	do {
		now -= 7;
		hvsmp_deadline_progress(&d, clock_ns());
		looks++;
	} while (hvsmp_deadline_look(&d, clock_ns()) == HVSMP_DEADLINE_RUNNING);
	assert_int_equal(looks, HVSMP_DEADLINE_MAX_LOOKS + 1);
	assert_in_range(hvsmp_deadline_idle_ns(&d), 0, UINT64_MAX / 2);
}

static void progress_after_the_last_look_is_no_idleness(void **state)
{
	struct hvsmp_deadline d;

	(void)state;
	hvsmp_deadline_start(&d, 1000, 100, 10000);
	hvsmp_deadline_progress(&d, 1050);
	assert_int_equal(hvsmp_deadline_idle_ns(&d), 0);
}

/* Looks count while the clock stands; a tick makes all of them good. */
static void f73_a_clock_that_ticks_slowly_is_not_stuck(void **state)
{
	struct hvsmp_deadline d;

	(void)state;
	hvsmp_deadline_start(&d, 0, 100, 1000);
	for (uint64_t tick = 1; tick < 4; tick++) {
		for (uint64_t looks = 0; looks < HVSMP_DEADLINE_MAX_LOOKS / 2; looks++)
			if (hvsmp_deadline_look(&d, tick) != HVSMP_DEADLINE_RUNNING)
				fail_msg("given up in tick %lu", (unsigned long)tick);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_without_progress),
		cmocka_unit_test(progress_prolongs_it_up_to_the_cap),
		cmocka_unit_test(f73_a_clock_that_stands_still_ends_by_looks),
		cmocka_unit_test(f73_a_clock_that_goes_backward_ends_too),
		cmocka_unit_test(progress_after_the_last_look_is_no_idleness),
		cmocka_unit_test(f73_a_clock_that_ticks_slowly_is_not_stuck),
	};

	return cmocka_run_group_tests_name("start/deadline", tests, NULL, NULL);
}
