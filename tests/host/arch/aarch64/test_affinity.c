/* SPDX-License-Identifier: MIT */
/* arch/aarch64/affinity.h: clusters, more than 16 processors in one, and each level up to 255. */
#include "tests/host/test.h"

#include "arch/aarch64/affinity.h"

static void how_a_redistributor_says_it(void **state)
{
	(void)state;
	assert_int_equal(affinity_packed(0), 0);
	assert_int_equal(affinity_packed(0x101), 0x101);
	assert_int_equal(affinity_packed(0x12345678), 0x345678);
	assert_int_equal(affinity_packed(0xAB00CDEF01), 0xABCDEF01);
	assert_int_equal(affinity_packed(0xFF00FFFFFF), 0xFFFFFFFF);
}

/* IHI 0069: Aff3 55:48, RS 47:44, Aff2 39:32, INTID 27:24, Aff1 23:16, TargetList 15:0. */
static void where_an_interrupt_goes(void **state)
{
	static const struct {
		uint64_t hw_id, selector, value;
	} one[] = {
		{0x000, 0, 0x0000000001000001},         {0x00F, 0, 0x0000000001008000},
		{0x010, 1, 0x0000100001000001},         {0x01F, 1, 0x0000100001008000},
		{0x0F0, 15, 0x0000F00001000001},        {0x0FF, 15, 0x0000F00001008000},
		{0x100, 0, 0x0000000001010001},         {0x101, 0, 0x0000000001010002},
		{0xFF11, 1, 0x0000100001FF0002},        {0x10000, 0, 0x0000000101000001},
		{0x7F0203, 0, 0x0000007F01020008},      {0x100000000, 0, 0x0001000001000001},
		{0xFF00FFFFFF, 15, 0x00FFF0FF01FF8000},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(one); i++) {
		assert_int_equal(affinity_selector(one[i].hw_id), one[i].selector);
		assert_int_equal(affinity_sgi(one[i].hw_id, 1), one[i].value);
	}
	assert_int_equal(affinity_sgi(0, 2), 0x0000000002000001);
	assert_int_equal(affinity_sgi(0, 15), 0x000000000F000001);
}

/* No two processors are reached by one value, whatever the numbers. */
static void one_value_one_processor(void **state)
{
	(void)state;
	for (uint64_t a = 0; a < 0x400; a++)
		for (uint64_t b = 0; b < a; b++)
			assert_int_not_equal(affinity_sgi(a, 1), affinity_sgi(b, 1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_a_redistributor_says_it),
		cmocka_unit_test(where_an_interrupt_goes),
		cmocka_unit_test(one_value_one_processor),
	};

	return cmocka_run_group_tests_name("arch/aarch64/affinity", tests, NULL, NULL);
}
