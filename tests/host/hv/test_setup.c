/* SPDX-License-Identifier: MIT */
/* hv/setup.c: the hypercall page where all is well, and each way in which it is not. */
#include "tests/host/test.h"

#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "tests/host/hv/scripted.h"

static uint8_t ram[HVSMP_PAGE_SIZE] __attribute__((aligned(HVSMP_PAGE_SIZE)));
static struct hvsmp_setup_config config;
static struct hvsmp_interface hv;

static int set_up(void **state)
{
	static const uint32_t ids[] = {0, 1};

	(void)state;
	config = (struct hvsmp_setup_config){script_memory(ram), HVSMP_OS_ID};
	script_reset(ids, 2);
	script.page_va = ram;
	script.vp_index = 5;
	return 0;
}

static enum hvsmp_error setup(void)
{
	return hvsmp_setup(&hv, &script_host, &config);
}

/* A failure says why and leaves nothing of ours enabled. */
static void assert_fails(enum hvsmp_error e, const char *why)
{
	assert_int_equal(setup(), e);
	assert_non_null(strstr(hv.reason, why));
	assert_int_equal(script.hypercall & HVSMP_HYPERCALL_ENABLE, 0);
	assert_int_not_equal(script.os_id, HVSMP_OS_ID);
}

static void a_page_is_enabled_mapped_and_proved(void **state)
{
	(void)state;
	script.hypercall = 0xABC; /* bits 11:2 must stay */
	script.hypercall &= HVSMP_HYPERCALL_PRESERVED;
	assert_int_equal(setup(), HVSMP_OK);
	assert_string_equal(hv.reason, "");
	assert_int_equal(script.os_id, HVSMP_OS_ID);
	assert_int_equal(hv.page.pa, config.page.pa);
	assert_ptr_equal(hv.page.va, ram);
	assert_int_equal(script.hypercall, hv.page.pa | (0xABC & HVSMP_HYPERCALL_PRESERVED) | 1);
	assert_int_equal(script.executable, hv.page.pa);
	assert_true(hv.page_ours);
	assert_int_equal(hv.bsp_vp_index, 5);
	assert_int_equal(script.calls, 1);
	assert_int_equal(script.control[0] & ~0xFFFFull, 0);
	hvsmp_teardown(&hv);
	assert_int_equal(script.hypercall & HVSMP_HYPERCALL_ENABLE, 0);
	assert_int_equal(script.os_id, 0);
}

static void another_ones_os_id_is_kept(void **state)
{
	(void)state;
	script.os_id = 0x8100000608000000;
	assert_int_equal(setup(), HVSMP_OK);
	assert_int_equal(script.os_id, 0x8100000608000000);
	hvsmp_teardown(&hv);
	assert_int_equal(script.os_id, 0x8100000608000000);
}

static void without_an_os_id_there_must_be_one(void **state)
{
	(void)state;
	config.os_id = 0;
	assert_fails(HVSMP_ERROR_DENIED, "GUEST_OS_ID is 0, and none was given");
	script.os_id = 0x8100000608000000;
	assert_int_equal(setup(), HVSMP_OK);
	hvsmp_teardown(&hv);
	assert_int_equal(script.os_id, 0x8100000608000000);
}

static void f10_guest_os_id_faults_or_does_not_stay(void **state)
{
	(void)state;
	script.faulting_msr = HVSMP_MSR_GUEST_OS_ID;
	assert_fails(HVSMP_ERROR_FAULT, "reading MSR GUEST_OS_ID");
	script.only_writes = true;
	assert_fails(HVSMP_ERROR_FAULT, "GUEST_OS_ID");
	script.faulting_msr = 0;
	script.os_id_does_not_stick = true;
	assert_fails(HVSMP_ERROR_DENIED, "GUEST_OS_ID");
}

static void f11_locked_while_disabled(void **state)
{
	(void)state;
	script.hypercall = HVSMP_HYPERCALL_LOCKED | 0x5000;
	assert_fails(HVSMP_ERROR_DENIED, "locked");
}

static void f12_enabled_elsewhere_at_entry_is_taken_over(void **state)
{
	(void)state;
	script.os_id = 0x8100000608000000;
	for (uint64_t locked = 0; locked <= HVSMP_HYPERCALL_LOCKED;
	     locked += HVSMP_HYPERCALL_LOCKED) {
		script.hypercall = 0x12345001 | locked;
		assert_int_equal(setup(), HVSMP_OK);
		assert_int_equal(hv.page.pa, 0x12345000);
		assert_int_equal(script.executable, 0x12345000);
		assert_false(hv.page_ours);
		hvsmp_teardown(&hv);
		assert_int_equal(script.hypercall, 0x12345001 | locked); /* not ours to disable */
	}
}

static void f13_the_enable_bit_does_not_stay(void **state)
{
	(void)state;
	script.enable_does_not_stick = true;
	assert_fails(HVSMP_ERROR_DENIED, "enable bit");
}

static void f13_the_page_moves(void **state)
{
	(void)state;
	script.moved_to = 0x7000;
	assert_fails(HVSMP_ERROR_DENIED, "0x7000");
}

static void f10_hypercall_msr_faults(void **state)
{
	(void)state;
	script.faulting_msr = HVSMP_MSR_HYPERCALL;
	assert_fails(HVSMP_ERROR_FAULT, "HYPERCALL");
	script.only_writes = true;
	assert_fails(HVSMP_ERROR_FAULT, "HYPERCALL");
}

static void f14_a_page_that_answers_something_else(void **state)
{
	static const uint64_t answers[] = {0, 1, 3, 6, 0xFFFFFFFFFFFFFC18, 0x20000};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(answers); i++) {
		script.invalid_call_rax = answers[i];
		set_up(NULL);
		script.invalid_call_rax = answers[i];
		assert_fails(HVSMP_ERROR_DENIED, "answers 0x");
	}
}

static void f15_the_call_instruction_faults(void **state)
{
	(void)state;
	script.fault = (struct script_fault){0, 1, true, 0, 0};
	assert_fails(HVSMP_ERROR_FAULT, "fault");
}

static void f05_vp_index_faults(void **state)
{
	(void)state;
	script.faulting_msr = HVSMP_MSR_VP_INDEX;
	assert_fails(HVSMP_ERROR_FAULT, "VP_INDEX");
	assert_int_equal(hv.bsp_vp_index, HVSMP_VP_UNKNOWN);
}

static void f70_no_memory(void **state)
{
	(void)state;
	script.map_fails = true;
	assert_fails(HVSMP_ERROR_NO_MEMORY, "mapped");
	script.map_fails = false;
	config.page = (struct hvsmp_memory){0};
	assert_fails(HVSMP_ERROR_NO_MEMORY, "no memory");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(a_page_is_enabled_mapped_and_proved),
		TEST(another_ones_os_id_is_kept),
		TEST(without_an_os_id_there_must_be_one),
		TEST(f10_guest_os_id_faults_or_does_not_stay),
		TEST(f10_hypercall_msr_faults),
		TEST(f11_locked_while_disabled),
		TEST(f12_enabled_elsewhere_at_entry_is_taken_over),
		TEST(f13_the_enable_bit_does_not_stay),
		TEST(f13_the_page_moves),
		TEST(f14_a_page_that_answers_something_else),
		TEST(f15_the_call_instruction_faults),
		TEST(f05_vp_index_faults),
		TEST(f70_no_memory),
	};

	return cmocka_run_group_tests_name("hv/setup", tests, NULL, NULL);
}
