/* SPDX-License-Identifier: MIT */
/* smp/deadline.h: the three ends of a wait, on clocks that run, stand still and go backward. */
#include "tests/host/test.h"

#include "smp/deadline.h"

static uint64_t now;

uint64_t arch_clock_ns(void)
{
	return now;
}

static void it_ends_without_progress(void **state)
{
	struct deadline d;

	(void)state;
	now = 1000;
	deadline_start(&d, 100, 10000);
	for (int i = 0; i < 5; i++) {
		now += 20;
		assert_int_equal(deadline_look(&d), DEADLINE_RUNNING);
		assert_int_equal(deadline_idle_ns(&d), (i + 1) * 20);
	}
	now++;
	assert_int_equal(deadline_look(&d), DEADLINE_NO_PROGRESS);
}

static void progress_prolongs_it_up_to_the_cap(void **state)
{
	enum deadline_end end = DEADLINE_RUNNING;
	struct deadline d;

	(void)state;
	now = 1000;
	deadline_start(&d, 100, 1000);
	while (end == DEADLINE_RUNNING) {
		now += 90;
		deadline_progress(&d);
		end = deadline_look(&d);
		assert_in_range(now, 1000, 2100);
	}
	assert_int_equal(end, DEADLINE_CAP);
	assert_in_range(now, 2001, 2090);
}

static void f73_a_clock_that_stands_still_ends_by_looks(void **state)
{
	struct deadline d;
	uint64_t looks = 0;

	(void)state;
	now = 0;
	deadline_start(&d, 100, 1000);
	while (deadline_look(&d) == DEADLINE_RUNNING)
		looks++;
	assert_int_equal(looks, DEADLINE_MAX_LOOKS);
	assert_int_equal(deadline_look(&d), DEADLINE_CLOCK_STUCK);
}

static void f73_a_clock_that_goes_backward_ends_too(void **state)
{
	struct deadline d;
	uint64_t looks = 0;

	(void)state;
	now = UINT64_MAX / 2;
	deadline_start(&d, 100, 1000);
	do {
		now -= 7;
		deadline_progress(&d);
		looks++;
	} while (deadline_look(&d) == DEADLINE_RUNNING);
	assert_int_equal(looks, DEADLINE_MAX_LOOKS + 1);
	assert_in_range(deadline_idle_ns(&d), 0, UINT64_MAX / 2);
}

static void each_end_has_a_name(void **state)
{
	(void)state;
	for (int a = DEADLINE_RUNNING; a <= DEADLINE_CLOCK_STUCK; a++) {
		for (int b = DEADLINE_RUNNING; b < a; b++)
			assert_string_not_equal(deadline_end_name((enum deadline_end)a),
						deadline_end_name((enum deadline_end)b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_without_progress),
		cmocka_unit_test(progress_prolongs_it_up_to_the_cap),
		cmocka_unit_test(f73_a_clock_that_stands_still_ends_by_looks),
		cmocka_unit_test(f73_a_clock_that_goes_backward_ends_too),
		cmocka_unit_test(each_end_has_a_name),
	};

	return cmocka_run_group_tests_name("smp/deadline", tests, NULL, NULL);
}
