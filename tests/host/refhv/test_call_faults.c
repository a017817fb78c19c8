/* SPDX-License-Identifier: MIT */
/* What each knob of `map` and `start` does to a call that is right; and broken rules. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/refhv/fixture.h"
#include "tests/host/vectors.h"

enum { CALLER, TARGET = 3, OTHER = 5 };

/* The vectors' APIC ids 0, 1, 4 and 5 are VPs 0, 1, 2 and 3. */
static int set_up(void **state)
{
	static const uint32_t apic_ids[] = {0, 1, 4, 5, 6, 7, 8, 9};

	(void)state;
	fixture_begin();
	for (uint32_t i = 0; i < ARRAY_COUNT(apic_ids); i++)
		fixture_add(i, apic_ids[i]);
	return 0;
}

static uint64_t call(uint64_t control, uint64_t output)
{
	return call_by(CALLER, control, INPUT, output);
}

static bool line_ends(const char *text)
{
	const char *line = vp(CALLER)->line.text;

	return strlen(line) > strlen(text) && !strcmp(line + strlen(line) - strlen(text), text);
}

/* 0x9A for the vectors' four ids. */
static uint64_t map(void)
{
	memcpy(ram, map_four_input, sizeof(map_four_input));
	memset(ram + OUTPUT - INPUT, 0xEE, 4096);
	return call(MAP_FOUR_CONTROL, OUTPUT);
}

static uint32_t answer(size_t i)
{
	uint32_t value;

	memcpy(&value, ram + OUTPUT - INPUT + 4 * i, sizeof(value));
	return value;
}

static struct hv_start_input *input(void)
{
	return (struct hv_start_input *)ram;
}

/* 0x99 with the vector's context. */
static uint64_t start(uint32_t target)
{
	memcpy(ram, start_vp_vector, sizeof(start_vp_vector));
	input()->vp_index = target;
	return call(HV_CALL_START_VP, 0);
}

static void f21_reps_are_cut_short(void **state)
{
	(void)state;
	configure("fault=map:reps=0:times=1\nfault=map:reps=3:times=1");
	assert_int_equal(map(), 0);
	assert_int_equal(answer(0), 0xEEEEEEEE);
	assert_int_equal(map(), 3ull << 32);
	assert_int_equal(answer(2), 2);
	assert_int_equal(answer(3), 0xEEEEEEEE);
	assert_int_equal(map(), MAP_FOUR_RESULT);
}

static void f22_f24_answers_are_wrong(void **state)
{
	(void)state;
	configure("fault=map:apic=1:answer=0xfffffffe\nfault=map:apic=4:answer=0");
	assert_int_equal(map(), MAP_FOUR_RESULT);
	assert_int_equal(answer(1), 0xFFFFFFFE);
	assert_int_equal(answer(2), 0);
	assert_int_equal(answer(3), 3);
	configure("fault=map:apic=5:unknown:times=1");
	assert_int_equal(map(), 3ull << 32 | HV_INVALID_PARAMETER);
	assert_int_equal(map(), MAP_FOUR_RESULT);
}

static void f27_f29_no_answers_at_all(void **state)
{
	(void)state;
	configure("fault=map:untouched:times=1\nfault=map:ud:times=1");
	map();
	assert_true(last.raises_ud);
	assert_int_equal(map(), MAP_FOUR_RESULT);
	assert_false(last.raises_ud);
	assert_int_equal(answer(0), 0xEEEEEEEE);
}

static void reserved_result_bits_are_filled(void **state)
{
	(void)state;
	configure("fault=map:garbage\nfault=start:garbage");
	assert_int_equal(map(), MAP_FOUR_RESULT | 0xFFFFF000FFFF0000);
	assert_int_equal(start(TARGET), 0xFFFFF000FFFF0000);
	assert_ptr_equal(last.started, vp(TARGET));
}

static void f32_a_status_that_is_not_true(void **state)
{
	(void)state;
	configure("fault=start:vp=3:status=0x78:effect=1");
	assert_int_equal(start(TARGET), 0x78);
	assert_ptr_equal(last.started, vp(TARGET));
	assert_int_equal(start(TARGET), HV_INVALID_VP_STATE);
	assert_null(last.started);
}

static void f36_another_vp_runs(void **state)
{
	(void)state;
	configure("fault=start:vp=3:runs=5\nfault=start:vp=4:runs=77");
	assert_int_equal(start(TARGET), 0);
	assert_ptr_equal(last.started, vp(OTHER));
	assert_int_equal(vp(OTHER)->start.asked_vp, TARGET);
	assert_int_equal(vp(TARGET)->state, VP_WAIT);
	assert_int_equal(start(TARGET), HV_INVALID_VP_STATE); /* that other one runs already */
	assert_int_equal(start(4), HV_INVALID_VP_INDEX);
}

static void f37_registers_are_wrong(void **state)
{
	struct hv_vp_context expected, asked;

	(void)state;
	configure("fault=start:cr0=1\nfault=start:cr3=^8\nfault=start:cr4=2\nfault=start:efer=3\n"
		  "fault=start:rip=4\nfault=start:rsp=5\nfault=start:rflags=6\nfault=start:pat=7\n"
		  "fault=start:fs_base=8\nfault=start:gs_base=9\nfault=start:gdtr=10\n"
		  "fault=start:ldtr=0x18\nfault=start:gdtr_limit=0x77\n"
		  "fault=start:idtr_limit=0x88\n"
		  "fault=start:idtr=11\nfault=start:tr=12\nfault=start:cs=13");
	assert_int_equal(start(TARGET), 0);
	asked = expected = input()->context;
	expected.cr0 = 1;
	expected.cr3 ^= 8;
	expected.cr4 = 2;
	expected.efer = 3;
	expected.rip = 4;
	expected.rsp = 5;
	expected.rflags = 6;
	expected.pat = 7;
	expected.fs.base = 8;
	expected.gs.base = 9;
	expected.gdtr.base = 10;
	expected.ldtr.selector = 0x18;
	expected.gdtr.limit = 0x77;
	expected.idtr.limit = 0x88;
	expected.idtr.base = 11;
	expected.tr.selector = 12;
	expected.cs.selector = 13;
	assert_memory_equal(&vp(TARGET)->start.context, &expected, sizeof(expected));
	assert_memory_equal(&input()->context, &asked, sizeof(asked)); /* the guest's page is not */
}

static void f3a_a_bad_register_is_noticed_late(void **state)
{
	(void)state;
	configure("fault=start:vp=3:suspend");
	start(TARGET);
	assert_true(vp(TARGET)->start.is_suspended);
	vp(TARGET)->state = VP_WAIT;
	input()->context.cr0 = 0;
	assert_int_equal(call(HV_CALL_START_VP, 0), 0);
	assert_true(vp(TARGET)->start.is_suspended);
	input()->vp_index = 4;
	assert_int_equal(call(HV_CALL_START_VP, 0), HV_INVALID_REGISTER_VALUE);
	assert_int_equal(start(4), 0);
	assert_false(vp(4)->start.is_suspended);
}

static void f41_f42_a_caller_gets_no_answer(void **state)
{
	(void)state;
	configure("fault=start:caller=0:vp=3:dies\nfault=start:caller=0:vp=4:dies=after\n"
		  "fault=start:vp=5:ud");
	start(TARGET);
	assert_true(last.caller_dies);
	assert_null(last.started);
	assert_true(line_ends(" status=none reps=0"));
	start(4);
	assert_true(last.caller_dies);
	assert_ptr_equal(last.started, vp(4));
	start(5);
	assert_true(last.raises_ud);
	assert_false(last.caller_dies);
	assert_null(last.started);
	assert_int_equal(start(6), 0);
	assert_true(line_ends(" status=0x0000 reps=0"));
}

static void broken_rules_are_told(void **state)
{
	(void)state;
	map();
	assert_null(last.broken);
	call(MAP_FOUR_CONTROL | 1ull << 27, OUTPUT);
	assert_string_equal(last.broken, "reserved_bits_in_control");
	call(MAP_FOUR_CONTROL, INPUT + 16);
	assert_string_equal(last.broken, "input_and_output_overlap");
	partition->vtl[0].hypercall = OUTPUT | HV_HYPERCALL_ENABLE;
	call(MAP_FOUR_CONTROL, OUTPUT);
	assert_string_equal(last.broken, "parameters_in_hypercall_page");
	assert_int_equal(start(TARGET), 0);
	assert_null(last.broken);
}

/* The specification ignores it; what a hypervisor may do all the same is padding=refuse. */
static void padding_is_odd_or_refused(void **state)
{
	(void)state;
	for (int refuses = 0; refuses < 2; refuses++) {
		partition->cfg.padding = refuses ? PADDING_REFUSE : PADDING_NOTE;
		map();
		assert_null(last.odd);
		ram[9] = 1;
		assert_int_equal(call(MAP_FOUR_CONTROL, OUTPUT) & 0xFFFF,
				 refuses ? HV_INVALID_PARAMETER : HV_SUCCESS);
		assert_string_equal(refuses ? last.broken : last.odd, "padding_not_zero");
		assert_null(refuses ? last.odd : last.broken);
		start(TARGET);
		assert_null(last.odd);
		vp(TARGET)->state = VP_WAIT;
		input()->context.gdtr.padding[1] = 1;
		assert_int_equal(call(HV_CALL_START_VP, 0),
				 refuses ? HV_INVALID_REGISTER_VALUE : HV_SUCCESS);
		assert_string_equal(refuses ? last.broken : last.odd, "padding_not_zero");
		vp(TARGET)->state = VP_WAIT;
		input()->context.gdtr.padding[1] = 0;
		input()->padding[2] = 1;
		assert_int_equal(call(HV_CALL_START_VP, 0),
				 refuses ? HV_INVALID_PARAMETER : HV_SUCCESS);
		assert_string_equal(refuses ? last.broken : last.odd, "padding_not_zero");
		vp(TARGET)->state = VP_WAIT;
	}
}

static void f80_a_vp_that_runs_is_refused_or_restarted(void **state)
{
	static const enum vp_state states[] = {VP_RUNNING, VP_STARTING, VP_NEVER, VP_STOPPING};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
		struct vp *target = vp(TARGET);
		bool may = states[i] == VP_RUNNING || states[i] == VP_STARTING;

		start(TARGET);
		target->state = states[i];
		partition->cfg.running = RUNNING_REFUSE;
		assert_int_equal(call(HV_CALL_START_VP, 0), HV_INVALID_VP_STATE);
		assert_null(last.started);
		partition->cfg.running = RUNNING_RESTART;
		input()->context.rsp += 16;
		assert_int_equal(call(HV_CALL_START_VP, 0), may ? 0 : HV_INVALID_VP_STATE);
		assert_int_equal(last.restarts, may);
		assert_int_equal(target->state, states[i]); /* who launches it stops it first */
		assert_ptr_equal(last.started, may ? vp(TARGET) : NULL);
		if (may) /* and it may not see its next state before */
			assert_int_equal(last.next.context.rsp, target->start.context.rsp + 16);
		target->state = VP_WAIT;
	}
	partition->bsp = vp(TARGET); /* its real INIT leads into the firmware */
	start(TARGET);
	vp(TARGET)->state = VP_RUNNING;
	assert_int_equal(call(HV_CALL_START_VP, 0), HV_INVALID_VP_STATE);
}

static void f83_extended_calls_are_anybodys(void **state)
{
	static const struct {
		enum cfg_extended choice;
		uint16_t status;
	} cases[] = {{EXTENDED_2, 2}, {EXTENDED_5, 5}, {EXTENDED_6, 6}};
	static const uint16_t codes[] = {0x8000, 0x8001, 0xFFFF};

	(void)state;
	for (size_t c = 0; c < ARRAY_COUNT(codes); c++) {
		for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
			partition->cfg.extended = cases[i].choice;
			assert_int_equal(call(codes[c], 0), cases[i].status);
			assert_int_equal(call(0x7FFF, 0), 2); /* not one of them */
			assert_false(last.caller_dies);
		}
		partition->cfg.extended = EXTENDED_STAYS;
		call(codes[c], 0);
		assert_true(last.caller_dies);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_end)
		TEST(f21_reps_are_cut_short),
		TEST(f22_f24_answers_are_wrong),
		TEST(f27_f29_no_answers_at_all),
		TEST(reserved_result_bits_are_filled),
		TEST(f32_a_status_that_is_not_true),
		TEST(f36_another_vp_runs),
		TEST(f37_registers_are_wrong),
		TEST(f3a_a_bad_register_is_noticed_late),
		TEST(f41_f42_a_caller_gets_no_answer),
		TEST(broken_rules_are_told),
		TEST(padding_is_odd_or_refused),
		TEST(f80_a_vp_that_runs_is_refused_or_restarted),
		TEST(f83_extended_calls_are_anybodys),
	};

	return cmocka_run_group_tests_name("refhv/call_faults", tests, NULL, NULL);
}
