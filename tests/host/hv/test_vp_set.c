/* SPDX-License-Identifier: MIT */
/* hv/vp_set.c against bytes, at the borders of banks, and in too little room. */
#include "tests/host/test.h"

#include <string.h>

#include "hv/hv.h"
#include "tests/host/vectors.h"

static struct hvsmp_vp_set set;
static uint8_t out[16 + 64 * 8 + 8];

static int set_up(void **state)
{
	(void)state;
	memset(&set, 0, sizeof(set));
	memset(out, 0xEE, sizeof(out));
	return 0;
}

static void assert_untouched_from(size_t at)
{
	for (size_t i = at; i < sizeof(out); i++)
		assert_int_equal(out[i], 0xEE);
}

static void only_banks_with_members_are_written(void **state)
{
	static const uint32_t members[] = {VP_SET_MEMBERS};
	unsigned int banks;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(members); i++)
		assert_true(hvsmp_vp_set_add(&set, members[i]));
	assert_true(hvsmp_vp_set_add(&set, members[0])); /* once more is no more */
	assert_true(hvsmp_vp_set_pack(&set, out, sizeof(out), &banks));
	assert_int_equal(banks, (sizeof(vp_set_vector) - 16) / 8);
	assert_memory_equal(out, vp_set_vector, sizeof(vp_set_vector));
	assert_untouched_from(sizeof(vp_set_vector));
}

static void an_empty_set_has_no_banks(void **state)
{
	static const uint8_t empty[16];
	unsigned int banks;

	(void)state;
	assert_true(hvsmp_vp_set_pack(&set, out, sizeof(empty), &banks));
	assert_int_equal(banks, 0);
	assert_memory_equal(out, empty, sizeof(empty));
	assert_untouched_from(sizeof(empty));
}

static void all_that_a_set_can_hold(void **state)
{
	unsigned int banks;
	uint64_t mask;

	(void)state;
	for (uint32_t i = 0; i < 4096; i++)
		assert_true(hvsmp_vp_set_add(&set, i));
	assert_false(hvsmp_vp_set_add(&set, 4096));
	assert_false(hvsmp_vp_set_add(&set, UINT32_MAX));
	assert_true(hvsmp_vp_set_pack(&set, out, 16 + 64 * 8, &banks));
	assert_int_equal(banks, 64);
	memcpy(&mask, out + 8, 8);
	assert_int_equal(mask, UINT64_MAX);
	assert_untouched_from(16 + 64 * 8);
}

static void too_little_room(void **state)
{
	unsigned int banks;

	(void)state;
	assert_true(hvsmp_vp_set_add(&set, 0));
	assert_true(hvsmp_vp_set_add(&set, 4095));
	for (size_t room = 0; room < 32; room++)
		assert_false(hvsmp_vp_set_pack(&set, out, room, &banks));
	assert_untouched_from(24);
	assert_true(hvsmp_vp_set_pack(&set, out, 32, &banks));
	assert_int_equal(banks, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(only_banks_with_members_are_written),
		TEST(an_empty_set_has_no_banks),
		TEST(all_that_a_set_can_hold),
		TEST(too_little_room),
	};

	return cmocka_run_group_tests_name("hv/vp_set", tests, NULL, NULL);
}
