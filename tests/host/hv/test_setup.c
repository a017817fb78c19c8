/* SPDX-License-Identifier: MIT */
/* hv/setup.c: the hypercall page where all is well, and each way in which it is not. */
#include "tests/host/test.h"

#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "tests/host/hv/scripted.h"

static uint8_t ram[HVSMP_PAGE_SIZE] __attribute__((aligned(HVSMP_PAGE_SIZE)));
/* The proof's blocks, with nothing behind them. */
static struct {
	uint64_t before[1], block[3], after[1];
} input __attribute__((aligned(64)));
static struct {
	uint64_t before[1], block[1], after[1];
} output __attribute__((aligned(4096)));
static struct hvsmp_setup_config config;
static struct hvsmp_interface hv;

static int set_up(void **state)
{
	static const uint32_t ids[] = {0, 1};

	(void)state;
	memset(&input, 0x77, sizeof(input));
	memset(&output, 0x77, sizeof(output));
	config = (struct hvsmp_setup_config){
		.page = script_memory(ram),
		.os_id = HVSMP_OS_ID,
		.bsp_hw_id = 1,
		.input = script_memory(input.block),
		.output = script_memory(output.block),
	};
	script_reset(ids, 2);
	script_set_vp(1, 5);
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
	assert_int_equal(script.control[0], 0x10000009A); /* one element */
	assert_true(hv.is_proved);
	assert_int_equal(hv.proof_calls, 1);
	assert_int_equal(hv.bsp_answer, 5);
	assert_int_equal(input.block[2], 1);
	assert_true(input.before[0] == input.after[0] && input.after[0] == output.before[0] &&
		    output.before[0] == output.after[0] && output.after[0] == 0x7777777777777777);
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

static void f14_a_page_that_answers_nothing(void **state)
{
	(void)state;
	script.answers_nothing = true;
	assert_fails(HVSMP_ERROR_FAULT, "HvCallGetVpIndexFromApicId leaves no answer");
	assert_int_equal(hv.bsp_answer, HVSMP_VP_UNKNOWN);
}

static void f26_another_vp_than_the_register_says(void **state)
{
	(void)state;
	script.vp_index = 4;
	assert_fails(HVSMP_ERROR_INVALID,
		     "HvCallGetVpIndexFromApicId says the BSP is VP 5, its VP_INDEX "
		     "register says 4");
	assert_int_equal(hv.bsp_vp_index, 4);
	assert_int_equal(hv.bsp_answer, 5);
	assert_false(hv.is_proved);
}

static void f20_the_proof_is_refused(void **state)
{
	(void)state;
	script.fault = (struct script_fault){0, SCRIPT_FOR_EVER, false, 6, 0};
	assert_fails(HVSMP_ERROR_DENIED, "answers 0x06 (ACCESS_DENIED) for the BSP");
}

static void the_proof_is_patient(void **state)
{
	(void)state;
	script.fault = (struct script_fault){0, 2, false, 0x78, 0};
	assert_int_equal(setup(), HVSMP_OK);
	assert_int_equal(hv.proof_calls, 3);
}

/* Without the proof's privilege: any status will do, what is no answer will not. */
static void f83_an_unassigned_call(void **state)
{
	static const uint16_t statuses[] = {2, 0, 3, 5, 6, 0x1234};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(statuses); i++) {
		script.calls = 0;
		script.unassigned_rax = 0xABCDE000FFFF0000 | statuses[i];
		assert_int_equal(hvsmp_setup_page(&hv, &script_host, &config), HVSMP_OK);
		assert_int_equal(script.calls, 1);
		assert_true(script.control[0] < 0x8000); /* extended calls are others' */
		assert_false(hv.is_proved);
		hvsmp_teardown(&hv);
	}
	script.unassigned_rax = 1ull << 32 | 2;
	assert_int_equal(hvsmp_setup_page(&hv, &script_host, &config), HVSMP_ERROR_INVALID);
	assert_non_null(strstr(hv.reason, "1 elements done: no hypercall page"));
	script.answers_nothing = true;
	assert_int_equal(hvsmp_setup_page(&hv, &script_host, &config), HVSMP_ERROR_INVALID);
	assert_non_null(strstr(hv.reason, "0x7fff leaves no answer"));
	assert_int_equal(script.hypercall & HVSMP_HYPERCALL_ENABLE, 0);
}

static void f15_the_call_instruction_faults(void **state)
{
	(void)state;
	script.fault = (struct script_fault){0, 1, true, 0, 0};
	assert_fails(HVSMP_ERROR_FAULT, "HvCallGetVpIndexFromApicId faults");
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
		TEST(f14_a_page_that_answers_nothing),
		TEST(f26_another_vp_than_the_register_says),
		TEST(f20_the_proof_is_refused),
		TEST(the_proof_is_patient),
		TEST(f83_an_unassigned_call),
		TEST(f15_the_call_instruction_faults),
		TEST(f05_vp_index_faults),
		TEST(f70_no_memory),
	};

	return cmocka_run_group_tests_name("hv/setup", tests, NULL, NULL);
}
