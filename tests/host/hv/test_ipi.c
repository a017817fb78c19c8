/* SPDX-License-Identifier: MIT */
/* hv/ipi.c against bytes: when it is recommended, what is called, and never an empty set. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/hv/scripted.h"
#include "tests/host/vectors.h"

enum { VECTOR = IPI_VECTOR };

static uint8_t block[4096] __attribute__((aligned(4096)));
static const struct hvsmp_interface hv = {.host = &script_host};
static struct hvsmp_caller caller;
static struct hvsmp_vp_set set;

static int set_up(void **state)
{
	(void)state;
	script_reset(NULL, 0);
	memset(&set, 0, sizeof(set));
	memset(block, 0xEE, sizeof(block));
	/* As in struct cpu: what lies behind the block is somebody else's. */
	caller = (struct hvsmp_caller){.hv = &hv,
				       .input = script_memory(block + sizeof(block) -
							      HVSMP_IPI_INPUT_SIZE)};
	return 0;
}

static void recommendations(void **state)
{
	static const struct {
		bool is_hv1;
		uint32_t hints;
		bool ipi, sets;
	} cases[] = {
		{true, 0, false, false},           {true, 1 << 10, true, false},
		{true, 3 << 10, true, true},       {true, 1 << 11, false, false},
		{true, ~(1U << 10), false, false}, {false, 3 << 10, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		const struct hvsmp_features f = {.is_hv1 = cases[i].is_hv1,
						 .hints = cases[i].hints};

		assert_int_equal(hvsmp_recommends_ipi(&f), cases[i].ipi);
		assert_int_equal(hvsmp_recommends_ipi_set(&f), cases[i].sets);
	}
}

static void the_fast_form(void **state)
{
	struct hvsmp_result r;

	(void)state;
	r = hvsmp_send_ipi(&caller, VECTOR, IPI_MASK);
	assert_int_equal(r.err, HVSMP_OK);
	assert_int_equal(r.status.code, 0);
	assert_int_equal(script.calls, 1);
	assert_int_equal(script.control[0], IPI_CONTROL);
	assert_int_equal(script.last_rdx, IPI_VECTOR);
	assert_int_equal(script.last_r8, IPI_MASK);
	assert_int_equal(block[sizeof(block) - 1], 0xEE); /* no block is used */
}

static void the_set(void **state)
{
	static const uint32_t members[] = {VP_SET_MEMBERS};
	struct hvsmp_result r;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(members); i++)
		assert_true(hvsmp_vp_set_add(&set, members[i]));
	r = hvsmp_send_ipi_set(&caller, VECTOR, &set);
	assert_int_equal(r.err, HVSMP_OK);
	assert_int_equal(r.status.code, 0);
	assert_int_equal(script.calls, 1);
	assert_int_equal(script.control[0], IPI_SET_CONTROL);
	assert_memory_equal(script.last_input, ipi_set_input, sizeof(ipi_set_input));
	assert_int_equal(script.last_r8, 0);
}

static void the_largest_set_fits(void **state)
{
	(void)state;
	for (uint32_t vp = 0; vp < 4096; vp++)
		assert_true(hvsmp_vp_set_add(&set, vp));
	assert_int_equal(hvsmp_send_ipi_set(&caller, VECTOR, &set).err, HVSMP_OK);
	assert_int_equal(script.control[0], 0x15 | 64 << 17);
	for (size_t i = 0; i < 8 + 64 * 8; i++) /* all banks are valid, and all full */
		assert_int_equal(script.last_input[16 + i], 0xFF);
	assert_int_equal(block[0], 0xEE);
}

static void nobody_is_not_asked_for(void **state)
{
	(void)state;
	assert_int_equal(hvsmp_send_ipi(&caller, VECTOR, 0).err, HVSMP_OK);
	assert_int_equal(hvsmp_send_ipi_set(&caller, VECTOR, &set).err, HVSMP_OK);
	assert_int_equal(script.calls, 0);
}

static void refusals_are_told(void **state)
{
	struct hvsmp_result r;

	(void)state;
	assert_true(hvsmp_vp_set_add(&set, 70));
	script.fault = (struct script_fault){.count = 2, .status = 6};
	r = hvsmp_send_ipi(&caller, VECTOR, 1);
	assert_int_equal(r.err, HVSMP_OK);
	assert_int_equal(r.status.code, 6);
	r = hvsmp_send_ipi_set(&caller, VECTOR, &set);
	assert_int_equal(r.status.code, 6);
	script.fault = (struct script_fault){.count = SCRIPT_FOR_EVER, .raise = true};
	assert_int_equal(hvsmp_send_ipi(&caller, VECTOR, 1).err, HVSMP_ERROR_FAULT);
	assert_int_equal(hvsmp_send_ipi_set(&caller, VECTOR, &set).err, HVSMP_ERROR_FAULT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(recommendations),      TEST(the_fast_form),           TEST(the_set),
		TEST(the_largest_set_fits), TEST(nobody_is_not_asked_for), TEST(refusals_are_told),
	};

	return cmocka_run_group_tests_name("hv/ipi", tests, NULL, NULL);
}
