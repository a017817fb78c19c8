/* SPDX-License-Identifier: MIT */
/* kernel/selftest.c on the machine of threads: what it finds where all is well, and where not. */
#include "tests/host/test.h"

#include "kernel/selftest.h"
#include "smp/calls.h"
#include "tests/host/smp/bringup.h"

static struct platform platform = {.hypervisor.features = {.is_hv1 = true, .privileges = 2}};
static struct selftest result;

static void test(void)
{
	if (!smp)
		smp = machine_prepare();
	smp->config.after = smp_serve;
	run();
	selftest_calls(smp, &platform, &result);
}

static void assert_kept(size_t members, size_t pairs)
{
	assert_true(result.is_run);
	assert_true(selftest_is_kept(&result));
	assert_int_equal(result.members, members);
	assert_int_equal(result.pairs, pairs);
	assert_int_equal(result.lost, 0);
	/* The pairs, one call to each AP for its pairs, clocks, storm and end. */
	assert_int_equal(result.announced, pairs + 4 * (members - 1));
	assert_int_equal(result.taken, result.announced);
	assert_int_equal(result.expected, 1000 * members * (members + 1) / 2);
	assert_int_equal(result.actual, result.expected);
	assert_false(warned("selftest"));
}

static void all_pairs_of_few(void **state)
{
	(void)state;
	prepare(5);
	test();
	assert_kept(5, 20);
	assert_int_equal(result.sent[IPI_BY_NOTIFY], result.announced);
	assert_true(result.min_ns <= result.median_ns && result.median_ns <= result.max_ns);
}

static void whatever_is_lost_is_not_kept(void **state)
{
	struct selftest s;

	(void)state;
	prepare(2);
	test();
	s = result;
	assert_true(selftest_is_kept(&s));
	s.taken--;
	assert_false(selftest_is_kept(&s));
	s = result;
	s.scattered = 1;
	assert_false(selftest_is_kept(&s));
	s = result;
	s.actual--;
	assert_false(selftest_is_kept(&s));
}

static void all_pairs_of_sixteen(void **state)
{
	(void)state;
	prepare(16);
	test();
	assert_kept(16, 16 * 15);
}

static void some_pairs_of_many(void **state)
{
	(void)state;
	prepare(20);
	test();
	assert_kept(20, 20 * 5); /* 1, 2, 4, 8, 16 ranks on */
}

static void one_processor_has_nobody_to_call(void **state)
{
	(void)state;
	prepare(1);
	test();
	assert_kept(1, 0);
}

static void nobody_is_tested(void **state)
{
	(void)state;
	prepare(1);
	smp = machine_prepare();
	run();
	smp->bsp->verdict = CPU_MISSING;
	selftest_calls(smp, &platform, &result);
	assert_false(result.is_run);
	assert_true(warned("selftest: no processor to test"));
}

static void by_hypercall(void **state)
{
	(void)state;
	prepare(5);
	smp = machine_prepare();
	smp->config.ipi_by_call = true;
	test();
	assert_kept(5, 20);
	assert_int_equal(result.sent[IPI_BY_NOTIFY], 0);
	/* What is for all is one call. */
	assert_int_equal(result.sent[IPI_BY_MASK], 20 + 4 + 4 + 1 + 1);
	assert_int_equal(machine.ipi_calls, result.sent[IPI_BY_MASK]);
}

static void a_refusal_is_named(void **state)
{
	(void)state;
	prepare(5);
	machine.ipi_status = 6;
	smp = machine_prepare();
	smp->config.ipi_by_call = true;
	test();
	assert_kept(5, 20);
	assert_true(warned("the call answers 0x06 (ACCESS_DENIED)"));
	assert_int_equal(result.sent[IPI_BY_MASK], 1);
	assert_int_equal(result.sent[IPI_BY_NOTIFY], result.announced);
}

static void who_does_not_answer_is_named(void **state)
{
	(void)state;
	prepare(5);
	machine.vp[3].ignores_ipi = true;
	test();
	assert_false(selftest_is_kept(&result));
	assert_true(warned("APIC id 3 does not answer calls"));
	assert_false(warned("APIC id 2"));
	assert_int_equal(result.lost, 4 + 4); /* to it, and those that it should have made */
	assert_int_equal(result.actual, result.expected); /* of the others */
	assert_int_equal(result.expected, 1000 * 4 * 5 / 2);
}

/* Between the readings of two processors goes more by than one reading takes. */
static void time_that_goes_by_is_no_skew(void **state)
{
	(void)state;
	prepare(5);
	machine.reference_ns = 50000;
	test();
	assert_true(result.has_skew);
	assert_in_range(result.skew_error_ns, 50000, 51000);
	assert_in_range(result.skew_ns, 0, result.skew_error_ns);
}

static void a_clock_that_is_ahead_is_seen(void **state)
{
	(void)state;
	prepare(5);
	machine.vp[3].tsc_ahead = 3000000;
	test();
	assert_true(result.has_skew);
	assert_in_range(result.skew_ns, 3000000 - result.skew_error_ns,
			3000000 + result.skew_error_ns);
	assert_int_equal(result.skew_hw_id, 3);
	assert_false(selftest_is_kept(&result));
	assert_true(warned("APIC id 3: its time stamp counter is"));
	machine_free();
	prepare(5);
	machine.vp[3].tsc_ahead = -500000;
	smp = NULL;
	test();
	assert_in_range(-result.skew_ns, 500000 - result.skew_error_ns,
			500000 + result.skew_error_ns);
	assert_true(selftest_is_kept(&result)); /* within a millisecond */
	assert_false(warned("more than 1000000"));
	machine_free();
	prepare(5);
	machine.vp[2].tsc_ahead = -5000000000;
	smp = NULL;
	test();
	assert_in_range(-result.skew_ns, 5000000000 - result.skew_error_ns,
			5000000000 + result.skew_error_ns);
	assert_false(selftest_is_kept(&result));
	assert_true(warned("APIC id 2: its time stamp counter is 5"));
	assert_true(warned("behind the boot processor's, more than 1000000"));
	machine_free();
	prepare(5);
	smp = NULL;
	platform.hypervisor.features.privileges = 0;
	test();
	assert_false(result.has_skew);
	platform.hypervisor.features.privileges = 2;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRINGUP_TEST(all_pairs_of_few),
		BRINGUP_TEST(whatever_is_lost_is_not_kept),
		BRINGUP_TEST(all_pairs_of_sixteen),
		BRINGUP_TEST(some_pairs_of_many),
		BRINGUP_TEST(one_processor_has_nobody_to_call),
		BRINGUP_TEST(nobody_is_tested),
		BRINGUP_TEST(by_hypercall),
		BRINGUP_TEST(a_refusal_is_named),
		BRINGUP_TEST(who_does_not_answer_is_named),
		BRINGUP_TEST(time_that_goes_by_is_no_skew),
		BRINGUP_TEST(a_clock_that_is_ahead_is_seen),
	};

	return cmocka_run_group_tests_name("kernel/selftest", tests, NULL, NULL);
}
