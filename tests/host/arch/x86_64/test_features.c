/* SPDX-License-Identifier: MIT */
/* arch/x86_64/features.c: nothing is switched on that CPUID does not offer (F88). */
#include "tests/host/test.h"

#include "arch/x86_64/cpu.h"

static struct arch_cpuid leaf0, leaf1, leaf7, extended0, extended1;

struct arch_cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf)
{
	assert_int_equal(subleaf, 0);
	switch (leaf) {
	case 0: return leaf0;
	case 1: return leaf1;
	case 7: return leaf7;
	case 0x80000000U: return extended0;
	default: return extended1;
	}
}

static int set_up(void **state)
{
	(void)state;
	leaf0 = (struct arch_cpuid){.eax = 7};
	extended0 = (struct arch_cpuid){.eax = 0x80000001U};
	leaf1 = leaf7 = extended1 = (struct arch_cpuid){0};
	return 0;
}

static void f88_with_nothing(void **state)
{
	(void)state;
	assert_int_equal(feature_cr4_bits(), 0);
	assert_false(feature_pat());
	assert_int_equal(feature_pat_now(), PAT_AFTER_RESET); /* and the register is not read */
	assert_false(feature_1g_pages());
	assert_false(arch_can_forbid_execution());
}

static void f88_each_bit_by_its_own_leaf(void **state)
{
	(void)state;
	leaf1.edx = 1U << 2;
	assert_int_equal(feature_cr4_bits(), CR4_DE);
	leaf1.edx = 1U << 7;
	assert_int_equal(feature_cr4_bits(), CR4_MCE);
	leaf1.edx = 1U << 13;
	assert_int_equal(feature_cr4_bits(), CR4_PGE);
	leaf1.edx = 1U << 16;
	assert_true(feature_pat());
	assert_int_equal(feature_cr4_bits(), 0);
	leaf7.ebx = 1U << 7;
	assert_int_equal(feature_cr4_bits(), CR4_SMEP);
	leaf7.ebx = 1U << 20;
	assert_int_equal(feature_cr4_bits(), CR4_SMAP);
	leaf7 = (struct arch_cpuid){.ecx = 1U << 2};
	assert_int_equal(feature_cr4_bits(), CR4_UMIP);
	extended1.edx = 1U << 20;
	assert_true(arch_can_forbid_execution());
	assert_false(feature_1g_pages());
	extended1.edx = 1U << 26;
	assert_true(feature_1g_pages());
	assert_false(arch_can_forbid_execution());
}

static void f88_leaves_that_are_not_there(void **state)
{
	(void)state;
	leaf7 = extended1 = (struct arch_cpuid){~0U, ~0U, ~0U, ~0U};
	leaf0.eax = 6;
	extended0.eax = 0x80000000U;
	assert_int_equal(feature_cr4_bits(), 0);
	assert_false(arch_can_forbid_execution());
	assert_false(feature_1g_pages());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(f88_with_nothing),
		TEST(f88_each_bit_by_its_own_leaf),
		TEST(f88_leaves_that_are_not_there),
	};

	return cmocka_run_group_tests_name("arch/x86_64/features", tests, NULL, NULL);
}
