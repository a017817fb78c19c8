/* SPDX-License-Identifier: MIT */
/* arch/x86_64/address.c: which addresses can be memory, on processors of every width. */
#include "tests/host/test.h"

#include "arch/x86_64/cpu.h"

static struct {
	uint32_t highest, bits;
	bool five_levels;
} processor;

struct arch_cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf)
{
	assert_int_equal(subleaf, 0);
	if (leaf == 0x80000000U)
		return (struct arch_cpuid){.eax = processor.highest};
	assert_int_equal(leaf, 0x80000008U);
	assert_in_range(processor.highest, 0x80000008U, UINT32_MAX);
	return (struct arch_cpuid){.eax = 0x3900 | processor.bits};
}

bool machine_has_five_levels(void)
{
	return processor.five_levels;
}

static uint64_t limit(uint32_t highest, uint32_t bits, bool five_levels)
{
	processor.highest = highest;
	processor.bits = bits;
	processor.five_levels = five_levels;
	return address_limit();
}

static void f8a_the_width_and_the_lower_half_bound_it(void **state)
{
	(void)state;
	assert_int_equal(limit(0x80000008U, 40, false), 1UL << 40);
	assert_int_equal(limit(0x80000008U, 46, false), 1UL << 46);
	assert_int_equal(limit(0x80000008U, 48, false),
			 1UL << 47); /* canonical, mapped to itself */
	assert_int_equal(limit(0x80000008U, 52, false), 1UL << 47);
	assert_int_equal(limit(0x80000008U, 52, true), 1UL << 52);
	assert_int_equal(limit(0x80000008U, 57, true), 1UL << 56);
	/* What is no width at all. */
	assert_int_equal(limit(0x80000008U, 0, false), 1UL << 36);
	assert_int_equal(limit(0x80000008U, 255, false), 1UL << 47);
	assert_int_equal(limit(0x80000004U, 0, false), 1UL << 36);
	assert_int_equal(limit(0, 0, true), 1UL << 36);
}

static void f8a_any_range_is_answered(void **state)
{
	const uint64_t end = 1UL << 40;

	(void)state;
	(void)limit(0x80000008U, 40, false);
	assert_true(arch_is_physical(0, end));
	assert_true(arch_is_physical(end - 1, 1));
	assert_true(arch_is_physical(end, 0));
	assert_false(arch_is_physical(end, 1));
	assert_false(arch_is_physical(end - 1, 2));
	assert_false(arch_is_physical(0x1000 | 1UL << 48, 36));
	assert_false(arch_is_physical(1, UINT64_MAX));
	assert_false(arch_is_physical(UINT64_MAX, UINT64_MAX));
	assert_false(arch_is_physical(UINT64_MAX - 3, 4));
}

static void f8f_devices_below_4_gib(void **state)
{
	(void)state;
	assert_true(arch_is_device(0xFEE00000, 4));
	assert_true(arch_is_device(0xFEBFFFFF, 2));
	assert_true(arch_is_device(0xFFFFFFFF, 1));
	assert_false(arch_is_device(0xFEBFFFFF, 1));
	assert_false(arch_is_device(0x100000000, 4096));
	assert_false(arch_is_device(0, 4096));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f8a_the_width_and_the_lower_half_bound_it),
		cmocka_unit_test(f8a_any_range_is_answered),
		cmocka_unit_test(f8f_devices_below_4_gib),
	};

	return cmocka_run_group_tests_name("arch/x86_64/address", tests, NULL, NULL);
}
