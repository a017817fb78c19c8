/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/clock.c: the rate by CPUID and by measurement against counters that run, wrap, stand
 * still or jump; and nanoseconds without overflow. The time stamp counter is this machine's own.
 */
#include "tests/host/test.h"

#include <string.h>
#include <time.h>

#include "arch/x86_64/x86.h"

enum { HZ_10M = 10000000, PM_TIMER_HZ = 3579545 };

static struct arch_cpuid leaf[0x17];

/* Leaves of a monitor: where they begin, how many of them there are, what the 0x10th says. */
static struct {
	uint32_t base, highest, khz;
	const char *signature;
} monitor;

static struct arch_cpuid monitor_leaf(uint32_t number)
{
	struct arch_cpuid r = {0};

	if (number == monitor.base && monitor.signature) {
		r.eax = monitor.highest;
		memcpy(&r.ebx, monitor.signature, 12);
	}
	if (number == monitor.base + 0x10)
		r.eax = monitor.khz;
	return r;
}

struct arch_cpuid arch_cpuid(uint32_t number, uint32_t subleaf)
{
	assert_int_equal(subleaf, 0);
	if (number >= 0x40000000) {
		assert_true(leaf[1].ecx & 1U << 31);
		return monitor_leaf(number);
	}
	assert_in_range(number, 0, leaf[0].eax); /* beyond the highest: undefined */
	return leaf[number];
}

static void the_rate_by_cpuid(void **state)
{
	(void)state;
	leaf[0].eax = 0x16;
	leaf[0x15] = (struct arch_cpuid){.eax = 2, .ebx = 176, .ecx = 24000000};
	assert_int_equal(arch_ticks_hz(), 2112000000);
	leaf[0x15].ecx = 0; /* the crystal is not told: base frequency in MHz */
	leaf[0x16].eax = 0xFFFF0000 | 2100;
	assert_int_equal(arch_ticks_hz(), 2100000000);
	leaf[0].eax = 0x15;
	assert_int_equal(arch_ticks_hz(), 0);
	leaf[0x15].ecx = 0xFFFFFFFF;
	leaf[0x15].ebx = 0xFFFFFFFF;
	leaf[0x15].eax = 0xFFFFFFFF;
	assert_int_equal(arch_ticks_hz(), 0xFFFFFFFF);
	leaf[0x15].eax = 0;
	assert_int_equal(arch_ticks_hz(), 0);
	leaf[0x15] = (struct arch_cpuid){.eax = 2, .ecx = 24000000};
	assert_int_equal(arch_ticks_hz(), 0);
	leaf[0].eax = 0x14;
	assert_int_equal(arch_ticks_hz(), 0);
}

/* The ratio is not told, the nominal frequency is: better than none. */
static void f92_the_nominal_frequency(void **state)
{
	(void)state;
	memset(leaf, 0, sizeof(leaf));
	leaf[0].eax = 0x16;
	leaf[0x16].eax = 0xABCD0000 | 2100;
	assert_int_equal(arch_ticks_hz(), 0);
	assert_int_equal(arch_ticks_hz_nominal(), 2100000000);
	leaf[0].eax = 0x15;
	assert_int_equal(arch_ticks_hz_nominal(), 0);
}

static void f92_the_monitors_word(void **state)
{
	static const char *const signatures[] = {"KVMKVMKVM\0\0\0", "VMwareVMware"};

	(void)state;
	memset(leaf, 0, sizeof(leaf));
	leaf[0].eax = 1;
	leaf[1].ecx = 1U << 31;
	for (size_t i = 0; i < ARRAY_COUNT(signatures); i++) {
		monitor.signature = signatures[i];
		monitor.khz = 2599998;
		for (monitor.base = 0x40000000; monitor.base <= 0x40000100; monitor.base += 0x100) {
			monitor.highest = monitor.base + 0x10;
			assert_int_equal(arch_ticks_hz_by_monitor(), 2599998000);
			monitor.highest = monitor.base + 1; /* it has no such leaf */
			assert_int_equal(arch_ticks_hz_by_monitor(), 0);
			monitor.highest = 0; /* KVM of long ago */
			assert_int_equal(arch_ticks_hz_by_monitor(), 0);
		}
	}
	monitor.base = 0x40000000;
	monitor.highest = 0x40000010;
	monitor.khz = UINT32_MAX;
	assert_int_equal(arch_ticks_hz_by_monitor(), 4294967295000);
	monitor.signature = "Microsoft Hv"; /* its leaf of that number is something else */
	assert_int_equal(arch_ticks_hz_by_monitor(), 0);
	monitor.signature = "KVMKVMKVM\0\0\0";
	leaf[1].ecx = 0; /* no monitor: those leaves are undefined */
	assert_int_equal(arch_ticks_hz_by_monitor(), 0);
}

struct counter {
	uint64_t hz, offset, mask;
};

static uint64_t real_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t count(void *ctx)
{
	const struct counter *c = ctx;

	return ((uint64_t)((unsigned __int128)real_ns() * c->hz / 1000000000) + c->offset) &
	       c->mask;
}

/* The real rate, over a time long enough to be right within a percent. */
static uint64_t real_hz(void)
{
	uint64_t ns = real_ns(), tsc = arch_ticks(), end;

	do {
		end = real_ns();
	} while (end - ns < 20000000);
	return (uint64_t)((unsigned __int128)(arch_ticks() - tsc) * 1000000000 / (end - ns));
}

static void assert_measured(struct counter c)
{
	uint64_t hz, wanted = real_hz();

	assert_int_equal(arch_ticks_measure(count, &c, c.hz, c.mask, &hz), OK);
	/*
	 * This is a machine with other things to do: the kernel, with interrupts off, does better.
	 */
	assert_in_range(hz, wanted / 2, wanted * 2);
}

static void measured_against_counters_that_run(void **state)
{
	(void)state;
	assert_measured((struct counter){HZ_10M, 0, UINT64_MAX});
	assert_measured((struct counter){PM_TIMER_HZ, 0, 0xFFFFFFFF});
	assert_measured((struct counter){PM_TIMER_HZ, 0, 0xFFFFFF});
}

static void measured_across_the_wrap_of_24_bits(void **state)
{
	struct counter c = {PM_TIMER_HZ, 0, 0xFFFFFF};

	(void)state;
	c.offset = 0xFFFFFF - 3000 - count(&c); /* wraps in less than a millisecond */
	assert_measured(c);
}

/* Each read as slow as under a hypervisor at its worst: 2^26 ticks, some 25 ms. */
static uint64_t stand(void *ctx)
{
	uint64_t end = arch_ticks() + (1UL << 26);
	uint32_t *reads = ctx;

	assert_in_range(++*reads, 1, 100);
	while (arch_ticks() < end)
		;
	return 42;
}

static uint64_t stops(void *ctx)
{
	uint64_t *left = ctx;

	return *left > 0 ? (*left)-- : 0;
}

/* Given up by the time stamps, not by the number of reads alone. */
static void f73_counters_that_stand_still(void **state)
{
	uint64_t hz = 1, few = 5;
	uint32_t reads = 0;

	(void)state;
	assert_int_equal(arch_ticks_measure(stand, &reads, HZ_10M, UINT64_MAX, &hz), ERR_TIMEOUT);
	assert_int_equal(hz, 0);
	assert_int_equal(arch_ticks_measure(stops, &few, HZ_10M, 0xFF, &hz), ERR_TIMEOUT);
	assert_int_equal(hz, 0);
}

static void before_a_rate_is_set_time_is_0(void **state)
{
	(void)state;
	arch_clock_set(0);
	assert_int_equal(arch_clock_ns(), 0);
}

static void time_runs_at_the_rate_and_does_not_overflow(void **state)
{
	const uint64_t hz = 3000000000, second = 1000000000;

	(void)state;
	arch_clock_set(hz);
	assert_in_range(arch_clock_ticks_ns(3000), 999, 1000);
	assert_in_range(arch_clock_ticks_ns(hz), second - 2, second);
	/* Ten years of ticks: within a second. */
	assert_in_range(arch_clock_ticks_ns(hz * 315360000), 315359999 * second,
			315360000 * second);
	arch_clock_set(1);
	assert_int_equal(arch_clock_ticks_ns(7), 7 * second);
}

static void f74_the_way_between_two_time_stamps_is_signed_and_bounded(void **state)
{
	(void)state;
	arch_clock_set(1000000000);
	assert_int_equal(arch_clock_between(1000, 1500), 500);
	assert_int_equal(arch_clock_between(1500, 1000), -500);
	assert_int_equal(arch_clock_between(1000, 1000 - 5000000000), -5000000000); /* wrapped */
	assert_int_equal(arch_clock_between(1000 - 5000000000, 1000), 5000000000);
	arch_clock_set(1);
	assert_int_equal(arch_clock_between(0, UINT64_MAX / 2), INT64_MAX);
	assert_int_equal(arch_clock_between(UINT64_MAX / 2, 0), -INT64_MAX);
}

static void f74_a_time_stamp_before_the_start_is_0(void **state)
{
	uint64_t start = arch_ticks();

	(void)state;
	arch_clock_set(1000000000);
	assert_int_equal(arch_clock_from_ticks(start), 0);
	assert_int_equal(arch_clock_from_ticks(0), 0);
	assert_true(arch_clock_from_ticks(arch_ticks() + 1000) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rate_by_cpuid),
		cmocka_unit_test(f92_the_nominal_frequency),
		cmocka_unit_test(f92_the_monitors_word),
		cmocka_unit_test(measured_against_counters_that_run),
		cmocka_unit_test(measured_across_the_wrap_of_24_bits),
		cmocka_unit_test(f73_counters_that_stand_still),
		cmocka_unit_test(before_a_rate_is_set_time_is_0),
		cmocka_unit_test(time_runs_at_the_rate_and_does_not_overflow),
		cmocka_unit_test(f74_the_way_between_two_time_stamps_is_signed_and_bounded),
		cmocka_unit_test(f74_a_time_stamp_before_the_start_is_0),
	};

	return cmocka_run_group_tests_name("arch/x86_64/clock", tests, NULL, NULL);
}
