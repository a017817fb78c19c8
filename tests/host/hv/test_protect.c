/* SPDX-License-Identifier: MIT */
/* hv/protect.c: what a VTL does to those below, against the byte vectors. */
#include "tests/host/test.h"

#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "tests/host/hv/scripted.h"
#include "tests/host/vectors.h"

enum { ELEMENT = 16, A_CALL = 510 };

static uint8_t page[HVSMP_PAGE_SIZE] __attribute__((aligned(HVSMP_PAGE_SIZE)));
static struct hvsmp_interface hv = {.host = &script_host};
static struct hvsmp_caller caller;

static int set_up(void **state)
{
	static const uint32_t ids[] = {0, 1};

	(void)state;
	script_reset(ids, 2);
	memset(page, 0xEE, sizeof(page)); /* what was there before must not show */
	caller = (struct hvsmp_caller){.hv = &hv, .input = script_memory(page), .vtl = 1};
	return 0;
}

static void a_register_of_the_vtl_below(void **state)
{
	struct hvsmp_result r;

	(void)state;
	r = hvsmp_set_register_of(&caller, 0, HVSMP_REGISTER_RIP, SET_REGISTERS_RIP);
	assert_true(hvsmp_answers(&r, 0));
	assert_int_equal(script.control[0], 0x0000000100000051ull);
	assert_memory_equal(script.last_input, set_registers_input, 16 + 32);
	r = hvsmp_set_register_of(&caller, 0, HVSMP_REGISTER_PENDING_EVENT0, SET_REGISTERS_EVENT);
	assert_true(hvsmp_answers(&r, 0));
	assert_memory_equal(script.last_input, set_registers_input, 16);
	assert_memory_equal(script.last_input + ELEMENT, set_registers_input + 48, 32);
}

static void a_register_of_its_own(void **state)
{
	uint32_t name;
	uint64_t value;

	(void)state;
	(void)hvsmp_protect_partition(&caller, false);
	assert_int_equal(script.last_input[12], 0); /* its own VTL */
	memcpy(&name, script.last_input + 16, 4);
	memcpy(&value, script.last_input + 32, 8);
	assert_int_equal(name, 0x000D0007);
	assert_int_equal(value, 0x1F);
	(void)hvsmp_protect_partition(&caller, true);
	memcpy(&value, script.last_input + 32, 8);
	assert_int_equal(value, 0x5F);
}

static void a_register_that_is_not_taken(void **state)
{
	struct hvsmp_result r;

	(void)state;
	script.fault = (struct script_fault){0, 1, false, 5, 0};
	r = hvsmp_set_register(&caller, HVSMP_REGISTER_VSM_PARTITION_CONFIG, 1);
	assert_int_equal(r.status.code, 5);
	script.fault = (struct script_fault){1, 1, false, 0, 0}; /* success, nothing done */
	r = hvsmp_set_register(&caller, HVSMP_REGISTER_VSM_PARTITION_CONFIG, 1);
	assert_int_equal(r.err, HVSMP_ERROR_INVALID);
	script.fault = (struct script_fault){2, 1, true, 0, 0};
	r = hvsmp_set_register(&caller, HVSMP_REGISTER_VSM_PARTITION_CONFIG, 1);
	assert_int_equal(r.err, HVSMP_ERROR_FAULT);
}

static void two_pages(void **state)
{
	uint8_t due[sizeof(protect_input)];
	uint64_t done;
	struct hvsmp_result r;

	(void)state;
	memcpy(due, protect_input, sizeof(due));
	due[12] = 0x11; /* its own VTL by number: the vector has "current" */
	r = hvsmp_protect(&caller, PROTECT_PAGE * HVSMP_PAGE_SIZE, 2,
			  HVSMP_MAY_READ | HVSMP_MAY_EXECUTE, &done);
	assert_true(hvsmp_answers(&r, 0));
	assert_int_equal(done, 2);
	assert_int_equal(script.calls, 1);
	assert_int_equal(script.control[0], PROTECT_CONTROL);
	assert_memory_equal(script.last_input, due, sizeof(due));
}

static void no_page_is_no_call(void **state)
{
	uint64_t done = 7;
	struct hvsmp_result r = hvsmp_protect(&caller, 0x1000, 0, HVSMP_MAY_READ, &done);

	(void)state;
	assert_true(hvsmp_answers(&r, 0));
	assert_int_equal(done, 0);
	assert_int_equal(script.calls, 0);
}

static void more_than_a_call_takes(void **state)
{
	uint64_t done;
	struct hvsmp_result r;

	(void)state;
	r = hvsmp_protect(&caller, 0x5000, 2 * A_CALL + 1, HVSMP_MAY_READ, &done);
	assert_true(hvsmp_answers(&r, 0));
	assert_int_equal(done, 2 * A_CALL + 1);
	assert_int_equal(script.calls, 3);
	assert_int_equal(script.first_page, 5);
	assert_int_equal(script.pages, 2 * A_CALL + 1);
	assert_int_equal(script.control[2], 0x000000010000000Cull);
}

/* A call that has not done all of its list is made again for the rest. */
static void a_list_in_pieces(void **state)
{
	uint64_t done;
	struct hvsmp_result r;

	(void)state;
	script.fault = (struct script_fault){0, 2, false, 0, 3};
	r = hvsmp_protect(&caller, 0x5000, 10, HVSMP_MAY_READ, &done);
	assert_true(hvsmp_answers(&r, 0));
	assert_int_equal(done, 10);
	assert_int_equal(script.calls, 3);
	assert_int_equal(script.pages, 10);
}

static void a_refusal_says_how_far_it_came(void **state)
{
	uint64_t done;
	struct hvsmp_result r;

	(void)state;
	script.fault = (struct script_fault){1, 1, false, 5, 4};
	r = hvsmp_protect(&caller, 0x5000, A_CALL + 10, HVSMP_MAY_READ, &done);
	assert_int_equal(r.status.code, 5);
	assert_int_equal(done, A_CALL + 4);
	assert_int_equal(script.calls, 2);
	set_up(state);
	script.fault =
		(struct script_fault){0, SCRIPT_FOR_EVER, false, 0, 0}; /* nothing, for ever */
	r = hvsmp_protect(&caller, 0x5000, 10, HVSMP_MAY_READ, &done);
	assert_int_equal(r.err, HVSMP_ERROR_INVALID);
	assert_int_equal(script.calls, 1);
	set_up(state);
	script.fault = (struct script_fault){0, 1, true, 0, 0};
	r = hvsmp_protect(&caller, 0x5000, 10, HVSMP_MAY_READ, &done);
	assert_int_equal(r.err, HVSMP_ERROR_FAULT);
	assert_int_equal(done, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(a_register_of_the_vtl_below),
		TEST(a_register_of_its_own),
		TEST(a_register_that_is_not_taken),
		TEST(two_pages),
		TEST(no_page_is_no_call),
		TEST(more_than_a_call_takes),
		TEST(a_list_in_pieces),
		TEST(a_refusal_says_how_far_it_came),
	};

	return cmocka_run_group_tests_name("hv/protect", tests, NULL, NULL);
}
