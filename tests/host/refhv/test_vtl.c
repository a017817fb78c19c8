/* SPDX-License-Identifier: MIT */
/*
 * tests/refhv/calls/, a guest that began in VTL 2: 0x50, 0x0F and 0x99 as Linux makes them, each
 * check and its status; and 0x99 on a VP that runs.
 */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/refhv/fixture.h"
#include "tests/host/vectors.h"

enum { BSP, CALLER = BSP, OTHER, TARGET = 3 }; /* indexes; 2 does not exist */

/* Each VP as the loader makes it. */
static void begin_in(const char *text)
{
	static const uint32_t indexes[] = {BSP, OTHER, TARGET};

	configure(text);
	for (size_t i = 0; i < ARRAY_COUNT(indexes); i++) {
		struct vp *each = vp(indexes[i]);

		each->active_vtl = partition->cfg.vtl;
		each->higher_vtls = partition_vtls(partition) >> (each != partition->bsp);
	}
}

static int set_up(void **state)
{
	(void)state;
	fixture_begin();
	fixture_add(BSP, 4);
	fixture_add(OTHER, 5);
	fixture_add(TARGET, 7);
	partition->bsp = vp(BSP);
	begin_in("vtl=2");
	return 0;
}

static uint64_t call_to(uint64_t control, uint64_t output)
{
	return call_by(CALLER, control, INPUT, output);
}

static uint64_t call(uint64_t control)
{
	return call_to(control, OUTPUT);
}

static const uint8_t *output(void)
{
	return ram + (OUTPUT - INPUT);
}

/* --- 0x50 ------------------------------------------------------------------------------------- */

static struct hv_registers_input *registers_input(void)
{
	memcpy(ram, registers_one_input, sizeof(registers_one_input));
	memset(ram + OUTPUT - INPUT, 0xEE, 64);
	return (struct hv_registers_input *)ram;
}

static void vtl_2_reads_where_it_is(void **state)
{
	(void)state;
	registers_input();
	assert_int_equal(call(REGISTERS_ONE_CONTROL), REGISTERS_ONE_RESULT);
	assert_memory_equal(output(), registers_one_output, 16);
	assert_int_equal(output()[16], 0xEE);
	assert_true(line_has("vtl=2 code=0x0050 name=GetVpRegisters control=0x100000050"));
	assert_true(line_has(" target_vp=4294967294 input_vtl=0x00 start=0 count=1 "
			     "registers=0x000d0003:0x70002 status=0x0000 reps=1"));
	assert_null(last.broken);
}

static void values_may_lie_over_names(void **state)
{
	(void)state;
	registers_input();
	memcpy(ram + 16, registers_two_names, sizeof(registers_two_names));
	assert_int_equal(call_to(REGISTERS_TWO_CONTROL, INPUT), REGISTERS_TWO_RESULT);
	assert_memory_equal(ram, registers_two_output, sizeof(registers_two_output));
	assert_null(last.broken);
}

static void another_list_of_registers_goes_on_where_it_stopped(void **state)
{
	(void)state;
	registers_input();
	memcpy(ram + 16, registers_two_names, sizeof(registers_two_names));
	assert_int_equal(call(REGISTERS_TWO_CONTROL | 1ull << 48), REGISTERS_TWO_RESULT);
	assert_int_equal(output()[0], 0xEE);
	assert_memory_equal(output() + 16, registers_two_output + 16, 16);
	memset(ram + 20, 0xFF, 4); /* a name that is none ends the list */
	assert_int_equal(call(REGISTERS_TWO_CONTROL), 1ull << 32 | HV_INVALID_PARAMETER);
}

static void register_lists_stay_in_their_pages(void **state)
{
	(void)state;
	registers_input();
	assert_int_equal(call_to(REGISTERS_ONE_CONTROL, OUTPUT + 4096 - 16), REGISTERS_ONE_RESULT);
	assert_int_equal(call_to(REGISTERS_ONE_CONTROL, OUTPUT + 4096 - 8), HV_INVALID_ALIGNMENT);
	assert_int_equal(call(257ull << 32 | HV_CALL_REGISTERS), HV_INVALID_ALIGNMENT);
}

static void register_header_checks(void **state)
{
	(void)state;
	registers_input()->partition_id = 1;
	assert_int_equal(call(REGISTERS_ONE_CONTROL), HV_INVALID_PARTITION_ID);
	registers_input()->vp_index = 2;
	assert_int_equal(call(REGISTERS_ONE_CONTROL), HV_INVALID_VP_INDEX);
	registers_input()->vp_index = UINT32_MAX;
	assert_int_equal(call(REGISTERS_ONE_CONTROL), HV_INVALID_VP_INDEX);
	registers_input()->vp_index = OTHER;
	assert_int_equal(call(REGISTERS_ONE_CONTROL), HV_ACCESS_DENIED);
	registers_input()->vp_index = CALLER;
	assert_int_equal(call(REGISTERS_ONE_CONTROL), REGISTERS_ONE_RESULT);
	registers_input()->target_vtl = 0x20;
	assert_int_equal(call(REGISTERS_ONE_CONTROL), HV_INVALID_PARAMETER);
	registers_input()->target_vtl = 0x12;
	assert_int_equal(call(REGISTERS_ONE_CONTROL), REGISTERS_ONE_RESULT);
	partition->cfg.padding = PADDING_REFUSE;
	registers_input()->padding[2] = 1;
	assert_int_equal(call(REGISTERS_ONE_CONTROL) & 0xFFFF, HV_INVALID_PARAMETER);
	partition->cfg.privileges &= ~HV_PRIVILEGE_VP_REGISTERS;
	registers_input();
	assert_int_equal(call(REGISTERS_ONE_CONTROL), HV_ACCESS_DENIED);
}

static void vtl_0_reads_that_it_is_alone(void **state)
{
	(void)state;
	begin_in("privileges=0x0023000000000862");
	registers_input();
	assert_int_equal(call(REGISTERS_ONE_CONTROL), REGISTERS_ONE_RESULT);
	assert_int_equal(((const struct hv_register_value *)output())->low, 0x10000);
	registers_input()->target_vtl = 0x11;
	assert_int_equal(call(REGISTERS_ONE_CONTROL), HV_ACCESS_DENIED);
}

/* --- 0x0F and 0x99 ---------------------------------------------------------------------------- */

static struct hv_start_input *start_input(void)
{
	memcpy(ram, start_vp_vector, sizeof(start_vp_vector));
	ram[START_VTL_OFFSET] = 2;
	return (struct hv_start_input *)ram;
}

static void a_vp_gets_vtl_2_before_it_starts_there(void **state)
{
	(void)state;
	start_input();
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_VP_STATE);
	assert_int_equal(call(ENABLE_VTL_CONTROL), 0);
	assert_true(line_has("vtl=2 code=0x000f name=EnableVpVtl control=0xf"));
	assert_true(line_has(" target_vp=3 apic_id=7 target_vtl=2 rip=0xffffffff80101000 "));
	assert_null(last.started);
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_VTL_ALREADY_ENABLED);
	assert_int_equal(call(VECTOR_CONTROL), 0);
	assert_ptr_equal(last.started, vp(TARGET));
	assert_int_equal(vp(TARGET)->state, VP_STARTING);
	assert_memory_equal(&vp(TARGET)->start.context, start_vp_vector + 16, 224);
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_VP_STATE);
}

static void enabling_checks_in_order(void **state)
{
	(void)state;
	start_input()->partition_id = 1;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_PARTITION_ID);
	start_input()->vp_index = 2;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_VP_INDEX);
	start_input()->target_vtl = 0;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_PARAMETER);
	start_input()->target_vtl = 3;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_PARAMETER);
	partition->cfg.padding = PADDING_REFUSE;
	start_input()->padding[0] = 1;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_PARAMETER);
	start_input()->context.cr0 = 0;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_REGISTER_VALUE);
	assert_true(line_has(" bad_register=cr0 status=0x0050"));
	start_input()->vp_index = HV_VP_SELF;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_VTL_ALREADY_ENABLED);
	partition->cfg.privileges &= ~HV_PRIVILEGE_VSM;
	start_input();
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_ACCESS_DENIED);
	assert_int_equal(vp_vtls(vp(TARGET)), 3);
}

static void vtl_0_has_nothing_to_enable(void **state)
{
	(void)state;
	begin_in("privileges=0x0023000000000862");
	start_input()->target_vtl = 1;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_VTL_STATE);
	start_input();
	assert_int_equal(call(VECTOR_CONTROL), HV_ACCESS_DENIED);
}

static void only_vtl_2_runs(void **state)
{
	(void)state;
	start_input()->target_vtl = 0;
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_PARAMETER);
	assert_null(last.started);
}

static void what_runs_is_restarted_where_that_is_asked_for(void **state)
{
	(void)state;
	begin_in("running=restart\nvtl=2");
	start_input();
	assert_int_equal(call(ENABLE_VTL_CONTROL), 0);
	assert_int_equal(call(VECTOR_CONTROL), 0);
	assert_false(last.restarts);
	vp(TARGET)->state = VP_RUNNING;
	start_input()->context.rip++;
	assert_int_equal(call(VECTOR_CONTROL), 0);
	assert_true(last.restarts);
	assert_ptr_equal(last.started, vp(TARGET));
	assert_int_equal(last.next.context.rip, VECTOR_RIP + 1);
	assert_int_equal(vp(TARGET)->start.context.rip, VECTOR_RIP); /* until it has stopped */
	vp(TARGET)->state = VP_STOPPING;
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_VP_STATE);
	start_input()->vp_index = BSP;
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_PARAMETER); /* itself */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_end)
		TEST(vtl_2_reads_where_it_is),
		TEST(values_may_lie_over_names),
		TEST(another_list_of_registers_goes_on_where_it_stopped),
		TEST(register_lists_stay_in_their_pages),
		TEST(register_header_checks),
		TEST(vtl_0_reads_that_it_is_alone),
		TEST(a_vp_gets_vtl_2_before_it_starts_there),
		TEST(enabling_checks_in_order),
		TEST(vtl_0_has_nothing_to_enable),
		TEST(only_vtl_2_runs),
		TEST(what_runs_is_restarted_where_that_is_asked_for),
	};

	return cmocka_run_group_tests_name("refhv/vtl", tests, NULL, NULL);
}
