/* SPDX-License-Identifier: MIT */
/* hv/vtl.c: the calls of virtual trust levels against the byte vectors, and what they answer. */
#include "tests/host/test.h"

#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "tests/host/hv/scripted.h"
#include "tests/host/vectors.h"

static uint8_t page[HVSMP_PAGE_SIZE] __attribute__((aligned(HVSMP_PAGE_SIZE)));
static struct hvsmp_interface hv = {.host = &script_host};
static struct hvsmp_caller caller;

static int set_up(void **state)
{
	static const uint32_t ids[] = {0, 1};

	(void)state;
	script_reset(ids, 2);
	memset(page, 0xEE, sizeof(page)); /* what was there before must not show */
	caller = (struct hvsmp_caller){.hv = &hv,
				       .input = script_memory(page),
				       .output = script_memory(page + 256)};
	return 0;
}

static void where_the_caller_is(void **state)
{
	struct hvsmp_vtl vtl;
	struct hvsmp_result r;

	(void)state;
	memcpy(&script.register_value, registers_one_output, 8);
	r = hvsmp_get_vp_vtl(&caller, &vtl);
	assert_true(hvsmp_answers(&r, 0));
	assert_int_equal(script.control[0], REGISTERS_ONE_CONTROL);
	assert_memory_equal(script.last_input, registers_one_input, sizeof(registers_one_input));
	assert_int_equal(vtl.active, 2);
	assert_int_equal(vtl.vp_enabled, 7);
	script.register_value = ~0xFul;
	(void)hvsmp_get_vp_vtl(&caller, &vtl);
	assert_int_equal(vtl.active, 0);
	assert_int_equal(vtl.vp_enabled, 0xFFFF);
}

/* The caller's VTL is what calls are aimed at; its own registers are asked for with 0. */
static void registers_are_the_callers_own_in_any_vtl(void **state)
{
	uint64_t value;

	(void)state;
	caller.vtl = 1;
	(void)hvsmp_get_register(&caller, HVSMP_REGISTER_VSM_VP_STATUS, &value);
	assert_memory_equal(script.last_input, registers_one_input, sizeof(registers_one_input));
}

static void what_the_partition_has(void **state)
{
	struct hvsmp_vtl vtl;

	(void)state;
	memcpy(&script.register_value, registers_two_output, 8);
	(void)hvsmp_get_partition_vtl(&caller, &vtl);
	assert_memory_equal(script.last_input + 16, registers_two_names, 4);
	assert_int_equal(vtl.maximum, 2);
	assert_int_equal(vtl.partition_enabled, 7);
	script.register_value = 0xFFFFFFFFFFF1FFFFul & ~0xFFFEul;
	(void)hvsmp_get_partition_vtl(&caller, &vtl);
	assert_int_equal(vtl.maximum, 1);
	assert_int_equal(vtl.partition_enabled, 1);
}

static void where_the_page_switches(void **state)
{
	struct hvsmp_vtl_offsets offsets;
	uint32_t name;

	(void)state;
	script.register_value = CODE_PAGE_OFFSETS | 0xFF000000; /* 63:24 are reserved */
	(void)hvsmp_get_vtl_offsets(&caller, &offsets);
	memcpy(&name, script.last_input + 16, 4);
	assert_int_equal(name, 0x000D0002);
	assert_int_equal(offsets.call, OFFSET_VTL_CALL);
	assert_int_equal(offsets.ret, OFFSET_VTL_RETURN);
}

static void a_register_that_is_not_told(void **state)
{
	struct hvsmp_vtl vtl = {0};
	struct hvsmp_result r;

	(void)state;
	script.register_value = 0x00030001;
	script.fault = (struct script_fault){0, 1, false, 5, 0};
	r = hvsmp_get_vp_vtl(&caller, &vtl);
	assert_int_equal(r.status.code, 5);
	assert_int_equal(vtl.active, 0); /* not what the block happened to hold */
	script.fault = (struct script_fault){1, 1, false, 0, 0}; /* success, nothing done */
	r = hvsmp_get_vp_vtl(&caller, &vtl);
	assert_int_equal(r.err, HVSMP_ERROR_INVALID);
	script.fault = (struct script_fault){2, 1, true, 0, 0};
	assert_int_equal(hvsmp_get_vp_vtl(&caller, &vtl).err, HVSMP_ERROR_FAULT);
}

static void a_vtl_for_the_partition(void **state)
{
	struct hvsmp_result r;

	(void)state;
	r = hvsmp_enable_partition_vtl(&caller, 1);
	assert_true(hvsmp_answers(&r, 0));
	assert_int_equal(script.control[0], PARTITION_VTL_CONTROL);
	assert_memory_equal(script.last_input, partition_vtl_input, sizeof(partition_vtl_input));
	script.fault = (struct script_fault){1, 1, false, 0x51, 0};
	r = hvsmp_enable_partition_vtl(&caller, 1);
	assert_true(hvsmp_answers(&r, HVSMP_STATUS_INVALID_VTL_STATE));
}

static void a_vtl_for_a_vp(void **state)
{
	uint8_t due[240];
	struct hvsmp_context context = {.rip = 0x1122334455667788};
	struct hvsmp_result r;

	(void)state;
	hvsmp_start_vp_fill(due, VECTOR_VP_INDEX, 1, &context);
	r = hvsmp_enable_vp_vtl(&caller, VECTOR_VP_INDEX, 1, &context);
	assert_true(hvsmp_answers(&r, 0));
	assert_int_equal(script.control[0], ENABLE_VTL_CONTROL);
	assert_memory_equal(script.last_input, due, sizeof(due));
	assert_int_equal(script.last_input[START_VTL_OFFSET], 1);
	script.fault = (struct script_fault){1, 1, false, 0x86, 0};
	r = hvsmp_enable_vp_vtl(&caller, VECTOR_VP_INDEX, 1, &context);
	assert_true(hvsmp_answers(&r, HVSMP_STATUS_VTL_ALREADY_ENABLED));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(where_the_caller_is),
		TEST(registers_are_the_callers_own_in_any_vtl),
		TEST(what_the_partition_has),
		TEST(where_the_page_switches),
		TEST(a_register_that_is_not_told),
		TEST(a_vtl_for_the_partition),
		TEST(a_vtl_for_a_vp),
	};

	return cmocka_run_group_tests_name("hv/vtl", tests, NULL, NULL);
}
