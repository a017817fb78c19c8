/* SPDX-License-Identifier: MIT */
/*
 * tests/refhv/calls/, VTL 1: 0x0D, 0x0F, 0x50, 0x51, 0x99 and 0x9A where a VTL decides, each
 * status, in the order in which they are checked; and who gets VTL 1 where several want it.
 */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/refhv/fixture.h"
#include "tests/host/vectors.h"
#include "tests/refhv/calls/stubs.h"

enum { BSP, OTHER, TARGET = 3 }; /* indexes; 2 does not exist */

static int set_up(void **state)
{
	(void)state;
	fixture_begin();
	fixture_add(BSP, 4);
	fixture_add(OTHER, 5);
	fixture_add(TARGET, 7);
	partition->bsp = vp(BSP);
	return 0;
}

static uint64_t call(uint64_t control)
{
	return call_by(BSP, control, INPUT, OUTPUT);
}

static struct hv_partition_vtl_input *partition_input(void)
{
	memcpy(ram, partition_vtl_input, sizeof(partition_vtl_input));
	return (struct hv_partition_vtl_input *)ram;
}

/* 0x0F and 0x99 alike. */
static struct hv_start_input *input(uint32_t index, uint8_t vtl)
{
	struct hv_start_input *in = (struct hv_start_input *)ram;

	memcpy(ram, start_vp_vector, sizeof(start_vp_vector));
	in->vp_index = index;
	in->target_vtl = vtl;
	return in;
}

static uint64_t enable(uint32_t caller, uint32_t target)
{
	input(target, 1);
	return call_by(caller, ENABLE_VTL_CONTROL, INPUT, 0);
}

static uint64_t start(uint32_t target, uint8_t vtl)
{
	input(target, vtl);
	return call(VECTOR_CONTROL);
}

/* The boot processor has VTL 1, and is there. */
static void go_to_vtl_1(void)
{
	assert_int_equal(call_by(BSP, PARTITION_VTL_FAST_CONTROL, UINT64_MAX, 1), 0);
	assert_int_equal(enable(BSP, BSP), 0);
	vp(BSP)->active_vtl = 1;
}

static uint64_t read_register(uint32_t name, uint8_t vtl)
{
	memcpy(ram, registers_one_input, sizeof(registers_one_input));
	((struct hv_registers_input *)ram)->target_vtl = vtl;
	memcpy(ram + sizeof(struct hv_registers_input), &name, sizeof(name));
	assert_int_equal(call(REGISTERS_ONE_CONTROL), REGISTERS_ONE_RESULT);
	return ((const struct hv_register_value *)(ram + OUTPUT - INPUT))->low;
}

/* --- 0x0D ------------------------------------------------------------------------------------- */

static void the_partition_gets_vtl_1_once(void **state)
{
	(void)state;
	partition_input();
	assert_int_equal(read_register(HV_REGISTER_VSM_PARTITION_STATUS, 0), 0x10001);
	partition_input();
	assert_int_equal(call(PARTITION_VTL_CONTROL), 0);
	assert_true(line_has("vtl=0 code=0x000d name=EnablePartitionVtl control=0xd "));
	assert_true(line_has(" target_vtl=1 flags=0x00 status=0x0000 reps=0"));
	assert_int_equal(partition_vtls(partition), 3);
	assert_int_equal(call(PARTITION_VTL_CONTROL), HV_INVALID_VTL_STATE);
	assert_int_equal(read_register(HV_REGISTER_VSM_PARTITION_STATUS, 0), 0x10003);
}

static void enabling_the_partition_checks_in_order(void **state)
{
	(void)state;
	partition_input()->partition_id = 1;
	ram[8] = 0;
	assert_int_equal(call(PARTITION_VTL_CONTROL), HV_INVALID_PARTITION_ID);
	partition_input()->target_vtl = 0;
	ram[9] = 1;
	assert_int_equal(call(PARTITION_VTL_CONTROL), HV_ACCESS_DENIED);
	partition_input()->target_vtl = 2;
	assert_int_equal(call(PARTITION_VTL_CONTROL), HV_ACCESS_DENIED);
	partition_input()->flags = 1;
	assert_int_equal(call(PARTITION_VTL_CONTROL), HV_INVALID_PARAMETER);
	partition->cfg.padding = PADDING_REFUSE;
	partition_input()->padding[5] = 1;
	assert_int_equal(call(PARTITION_VTL_CONTROL), HV_INVALID_PARAMETER);
	assert_int_equal(partition_vtls(partition), 1);
	configure("vsm=off");
	partition_input();
	assert_int_equal(call(PARTITION_VTL_CONTROL), HV_ACCESS_DENIED);
}

static void the_fast_form_has_the_same_bytes(void **state)
{
	(void)state;
	assert_int_equal(call_by(BSP, PARTITION_VTL_FAST_CONTROL, 1, 1), HV_INVALID_PARTITION_ID);
	assert_int_equal(call_by(BSP, PARTITION_VTL_FAST_CONTROL, UINT64_MAX, 2), HV_ACCESS_DENIED);
	assert_int_equal(call_by(BSP, PARTITION_VTL_FAST_CONTROL, UINT64_MAX, 0x201),
			 HV_INVALID_PARAMETER);
	assert_true(line_has(" target_vtl=1 flags=0x02 "));
	partition->cfg.padding = PADDING_REFUSE;
	assert_int_equal(call_by(BSP, PARTITION_VTL_FAST_CONTROL, UINT64_MAX, 1 | 1ull << 63),
			 HV_INVALID_PARAMETER);
	assert_int_equal(call_by(BSP, PARTITION_VTL_FAST_CONTROL, UINT64_MAX, 1), 0);
}

/* --- 0x0F ------------------------------------------------------------------------------------- */

static void from_below_the_first_vp_enables_itself(void **state)
{
	(void)state;
	assert_int_equal(enable(BSP, BSP), HV_INVALID_VTL_STATE); /* 0x0D comes first */
	assert_int_equal(call_by(BSP, PARTITION_VTL_FAST_CONTROL, UINT64_MAX, 1), 0);
	assert_int_equal(enable(BSP, TARGET), HV_ACCESS_DENIED);
	input(HV_VP_SELF, 1)->context.cr0 = 0;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_REGISTER_VALUE);
	assert_int_equal(enable(BSP, HV_VP_SELF), 0);
	assert_ptr_equal(last.enabled, vp(BSP));
	assert_int_equal(last.enabled_vtl, 1);
	assert_int_equal(vp_vtls(vp(BSP)), 3);
	assert_int_equal(vp(BSP)->vtl[1].life, VTL_FRESH);
	assert_memory_equal(&vp(BSP)->vtl[1].entry, start_vp_vector + 16, 224);
	assert_int_equal(enable(BSP, HV_VP_SELF), HV_ACCESS_DENIED);
	assert_null(last.enabled);
	assert_int_equal(enable(OTHER, OTHER), HV_ACCESS_DENIED); /* one is enough */
	assert_int_equal(vp_vtls(vp(OTHER)), 1);
}

static void vtl_1_enables_the_others(void **state)
{
	(void)state;
	go_to_vtl_1();
	assert_int_equal(enable(BSP, BSP), HV_VTL_ALREADY_ENABLED);
	assert_int_equal(enable(BSP, TARGET), 0);
	assert_int_equal(enable(BSP, TARGET), HV_VTL_ALREADY_ENABLED);
	assert_int_equal(enable(BSP, 2), HV_INVALID_VP_INDEX);
	input(OTHER, 2);
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_PARAMETER);
	input(OTHER, 0);
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_PARAMETER);
	input(OTHER, 1)->partition_id = 5;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_PARTITION_ID);
	assert_int_equal(vp_vtls(vp(OTHER)), 1);
}

static void padding_of_the_context_is_odd_or_refused(void **state)
{
	(void)state;
	go_to_vtl_1();
	input(TARGET, 1)->context.gdtr.padding[1] = 1;
	partition->cfg.padding = PADDING_REFUSE;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_REGISTER_VALUE);
	assert_true(line_has(" bad_register=gdtr status=0x0050"));
	assert_string_equal(last.broken, "padding_not_zero");
	input(TARGET, 1)->context.idtr.padding[0] = 1;
	assert_int_equal(call(ENABLE_VTL_CONTROL), HV_INVALID_REGISTER_VALUE);
	assert_true(line_has(" bad_register=idtr "));
	assert_int_equal(vp_vtls(vp(TARGET)), 1);
	partition->cfg.padding = PADDING_NOTE;
	assert_int_equal(call(ENABLE_VTL_CONTROL), 0);
	assert_string_equal(last.odd, "padding_not_zero");
}

/* --- 0x50 ------------------------------------------------------------------------------------- */

static void each_vtl_reads_what_is_its_own(void **state)
{
	(void)state;
	go_to_vtl_1();
	vp(BSP)->vtl[0].vp_assist = 0x5001;
	vp(BSP)->vtl[1].vp_assist = 0x6001;
	assert_int_equal(read_register(HV_REGISTER_VSM_VP_STATUS, 0), 0x30001);
	assert_int_equal(read_register(HV_REGISTER_VP_ASSIST_PAGE, 0), 0x6001);
	assert_int_equal(read_register(HV_REGISTER_VP_ASSIST_PAGE, 0x11), 0x6001);
	assert_int_equal(read_register(HV_REGISTER_VP_ASSIST_PAGE, 0x10), 0x5001);
	assert_int_equal(read_register(HV_REGISTER_VSM_CODE_PAGE_OFFSETS, 0),
			 stubs_of(1).vtl_call | stubs_of(1).vtl_return << 12);
	assert_int_equal(read_register(HV_REGISTER_VSM_CODE_PAGE_OFFSETS, 0x10), 0x2600F);
	assert_int_equal(read_register(HV_REGISTER_VSM_CAPABILITIES, 0), 1ull << 63 | 1ull << 46);
}

/* --- 0x51 ------------------------------------------------------------------------------------- */

/* The registers' input, with one element, and the status. */
static uint64_t write_register(uint32_t name, uint8_t vtl, uint64_t value)
{
	struct hv_registers_input *in = (struct hv_registers_input *)ram;
	struct hv_register_assoc *element = (struct hv_register_assoc *)(in + 1);

	memcpy(ram, set_registers_input, sizeof(set_registers_input));
	in->target_vtl = vtl;
	element->name = name;
	element->value.low = value;
	uint64_t result = call_by(BSP, 1ull << 32 | 0x51, INPUT, 1); /* no output: any address */

	assert_int_equal(result >> 32, result & 0xFFFF ? 0 : 1);
	return result & 0xFFFF;
}

static uint64_t status_of_reading(uint32_t name, uint8_t vtl)
{
	memcpy(ram, registers_one_input, sizeof(registers_one_input));
	((struct hv_registers_input *)ram)->target_vtl = vtl;
	memcpy(ram + sizeof(struct hv_registers_input), &name, sizeof(name));
	return call(REGISTERS_ONE_CONTROL) & 0xFFFF;
}

static void vtl_1_writes_what_vtl_0_goes_on_with(void **state)
{
	(void)state;
	go_to_vtl_1();
	vp(BSP)->vtl[0].life = VTL_BEGUN;
	memcpy(ram, set_registers_input, sizeof(set_registers_input));
	assert_int_equal(call(SET_REGISTERS_CONTROL), SET_REGISTERS_RESULT);
	assert_true(line_has("code=0x0051 name=SetVpRegisters "));
	assert_true(line_has(" target_vp=4294967294 input_vtl=0x10 start=0 count=2 "
			     "registers=0x00020010:0x12345678,0x00010004:0xd0101 status=0x0000"));
	assert_int_equal(vp(BSP)->vtl[0].rip, SET_REGISTERS_RIP);
	assert_int_equal(vp(BSP)->vtl[0].pending_event, SET_REGISTERS_EVENT);
	assert_int_equal(read_register(HV_REGISTER_RIP, 0x10), SET_REGISTERS_RIP);
	assert_int_equal(read_register(HV_REGISTER_PENDING_EVENT0, 0x10), SET_REGISTERS_EVENT);
	assert_int_equal(write_register(HV_REGISTER_PENDING_EVENT0, 0x10, 0xD0100), 0);
	assert_int_equal(vp(BSP)->vtl[0].pending_event, 0);
}

static void a_vtl_that_has_not_begun_begins_where_it_is_told(void **state)
{
	(void)state;
	go_to_vtl_1();
	vp(BSP)->vtl[0].life = VTL_FRESH;
	assert_int_equal(write_register(HV_REGISTER_RIP, 0x10, 0x7000), 0);
	assert_int_equal(vp(BSP)->vtl[0].entry.rip, 0x7000);
	assert_int_equal(read_register(HV_REGISTER_RIP, 0x10), 0x7000);
}

static void registers_of_a_lower_vtl_are_that_alone(void **state)
{
	static const uint32_t names[] = {HV_REGISTER_RIP, HV_REGISTER_PENDING_EVENT0};

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(write_register(names[i], 0, 0), HV_ACCESS_DENIED);
		assert_int_equal(status_of_reading(names[i], 0), HV_ACCESS_DENIED);
	}
	assert_int_equal(write_register(HV_REGISTER_RIP, 0x11, 0), HV_ACCESS_DENIED);
	go_to_vtl_1();
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(write_register(names[i], 0, 0), HV_ACCESS_DENIED);
		assert_int_equal(status_of_reading(names[i], 0x11), HV_ACCESS_DENIED);
	}
}

static void writing_checks_the_target_the_name_and_the_value(void **state)
{
	struct hv_registers_input *in = (struct hv_registers_input *)ram;

	(void)state;
	go_to_vtl_1();
	memcpy(ram, set_registers_input, sizeof(set_registers_input));
	in->partition_id = 1;
	assert_int_equal(call(SET_REGISTERS_CONTROL), HV_INVALID_PARTITION_ID);
	in->partition_id = UINT64_MAX;
	in->vp_index = 2;
	assert_int_equal(call(SET_REGISTERS_CONTROL), HV_INVALID_VP_INDEX);
	in->vp_index = OTHER;
	assert_int_equal(call(SET_REGISTERS_CONTROL), HV_ACCESS_DENIED);
	assert_int_equal(write_register(HV_REGISTER_RIP, 0x20, 0), HV_INVALID_PARAMETER);
	assert_int_equal(write_register(0x00020011, 0x10, 0), HV_INVALID_PARAMETER);
	assert_int_equal(write_register(HV_REGISTER_VSM_VP_STATUS, 0, 0), HV_INVALID_PARAMETER);
	assert_int_equal(write_register(HV_REGISTER_RIP, 0x10, 1ull << 47),
			 HV_INVALID_REGISTER_VALUE);
	assert_int_equal(write_register(HV_REGISTER_PENDING_EVENT0, 0x10, 0xD0103),
			 HV_INVALID_REGISTER_VALUE); /* no exception */
	assert_int_equal(write_register(HV_REGISTER_PENDING_EVENT0, 0x10, 0x200001),
			 HV_INVALID_REGISTER_VALUE); /* no vector of one */
	assert_int_equal(write_register(HV_REGISTER_PENDING_EVENT0, 0x10, 0xD0111),
			 HV_INVALID_REGISTER_VALUE); /* reserved */
	partition->cfg.privileges &= ~HV_PRIVILEGE_VP_REGISTERS;
	assert_int_equal(call(SET_REGISTERS_CONTROL), HV_ACCESS_DENIED);
}

static void a_list_of_writes_ends_at_the_first_that_fails(void **state)
{
	(void)state;
	go_to_vtl_1();
	vp(BSP)->vtl[0].life = VTL_BEGUN;
	memcpy(ram, set_registers_input, sizeof(set_registers_input));
	ram[48] = 5; /* no such name */
	assert_int_equal(call(SET_REGISTERS_CONTROL), 1ull << 32 | HV_INVALID_PARAMETER);
	assert_int_equal(vp(BSP)->vtl[0].rip, SET_REGISTERS_RIP);
	vp(BSP)->vtl[0].rip = 0;
	memcpy(ram, set_registers_input, sizeof(set_registers_input));
	assert_int_equal(call(SET_REGISTERS_CONTROL | 1ull << 48), SET_REGISTERS_RESULT);
	assert_int_equal(vp(BSP)->vtl[0].rip, 0); /* done before */
}

static void protection_is_vtl_1s_and_stays(void **state)
{
	const uint32_t config = HV_REGISTER_VSM_PARTITION_CONFIG;

	(void)state;
	assert_int_equal(write_register(config, 0, 0x1F), HV_ACCESS_DENIED);
	assert_int_equal(status_of_reading(config, 0), HV_ACCESS_DENIED);
	go_to_vtl_1();
	assert_int_equal(read_register(config, 0), 0);
	assert_int_equal(write_register(config, 0, 0x80), HV_INVALID_REGISTER_VALUE);
	assert_int_equal(write_register(config, 0, 0x1B), HV_INVALID_REGISTER_VALUE);
	assert_int_equal(write_register(config, 0, 0x1D), HV_INVALID_REGISTER_VALUE);
	assert_int_equal(write_register(config, 0, 0x07), HV_INVALID_REGISTER_VALUE);
	assert_int_equal(write_register(config, 0, 0x1F), 0);
	assert_int_equal(write_register(config, 0, 0x1E), HV_INVALID_REGISTER_VALUE);
	assert_int_equal(write_register(config, 0, 0x07), HV_INVALID_REGISTER_VALUE);
	assert_int_equal(write_register(config, 0, 0x5F), 0);
	assert_int_equal(read_register(config, 0), 0x5F);
}

static void vtl_0_starts_none_where_vtl_1_denies_it(void **state)
{
	(void)state;
	go_to_vtl_1();
	assert_int_equal(write_register(HV_REGISTER_VSM_PARTITION_CONFIG, 0, 0x40), 0);
	vp(BSP)->active_vtl = 0;
	assert_int_equal(start(OTHER, 0), HV_ACCESS_DENIED);
	assert_true(partition_denies_startup(partition, 0));
	vp(BSP)->active_vtl = 1;
	assert_int_equal(start(OTHER, 0), 0);
}

static void the_secure_configuration_has_no_mbec(void **state)
{
	const uint32_t config = HV_REGISTER_VSM_SECURE_CONFIG_VTL0;

	(void)state;
	assert_int_equal(write_register(config, 0, 0), HV_ACCESS_DENIED);
	go_to_vtl_1();
	assert_int_equal(write_register(config, 0, 1), HV_INVALID_REGISTER_VALUE);
	assert_int_equal(write_register(config, 0, 2), 0);
	assert_int_equal(read_register(config, 0), 2);
}

static void the_assist_page_is_set_as_by_its_msr(void **state)
{
	(void)state;
	go_to_vtl_1();
	ram[OUTPUT - INPUT + 8] = 1;
	assert_int_equal(write_register(HV_REGISTER_VP_ASSIST_PAGE, 0, 0x70000001),
			 HV_INVALID_REGISTER_VALUE);
	assert_int_equal(write_register(HV_REGISTER_VP_ASSIST_PAGE, 0, OUTPUT | 1), 0);
	assert_int_equal(vp(BSP)->vtl[1].vp_assist, OUTPUT | 1);
	assert_int_equal(vp(BSP)->vtl[0].vp_assist, 0);
	assert_int_equal(ram[OUTPUT - INPUT + 8], 0);
}

static void a_page_has_room_for_both_stubs(void **state)
{
	(void)state;
	for (uint32_t vtl = 0; vtl < 2; vtl++) {
		assert_in_range(stubs_of(vtl).vtl_call, 4, 4096 - 12);
		assert_in_range(stubs_of(vtl).vtl_return, stubs_of(vtl).vtl_call + 12, 4096 - 12);
	}
}

static void the_assist_page_is_as_the_tlfs_has_it(void **state)
{
	struct hv_vp_assist assist;

	(void)state;
	memcpy(&assist, vp_assist_vector, sizeof(assist));
	assert_int_equal(assist.entry_reason, HV_VTL_ENTRY_CALL);
	assert_int_equal(assist.return_rax, VP_ASSIST_RAX);
	assert_int_equal(assist.return_rcx, VP_ASSIST_RCX);
}

/* --- 0x99, 0x9A ------------------------------------------------------------------------------- */

static void a_vp_is_started_in_vtl_1_once_it_has_it(void **state)
{
	(void)state;
	assert_int_equal(start(TARGET, 1), HV_ACCESS_DENIED); /* above the caller's */
	go_to_vtl_1();
	assert_int_equal(start(TARGET, 2), HV_ACCESS_DENIED);
	assert_int_equal(start(TARGET, 3), HV_INVALID_PARAMETER);
	assert_int_equal(start(TARGET, 1), HV_INVALID_VP_STATE);
	assert_int_equal(enable(BSP, TARGET), 0);
	assert_int_equal(start(TARGET, 1), 0);
	assert_ptr_equal(last.started, vp(TARGET));
	assert_int_equal(vp(TARGET)->start.vtl, 1);
	assert_false(vp(TARGET)->start.is_elsewhere);
	assert_int_equal(start(TARGET, 1), HV_INVALID_VP_STATE);
	assert_int_equal(start(TARGET, 0), HV_INVALID_VP_STATE); /* a VP starts once, not a VTL */
}

static void vtl_1_may_start_a_vp_in_vtl_0(void **state)
{
	(void)state;
	go_to_vtl_1();
	assert_int_equal(start(OTHER, 0), 0);
	assert_int_equal(vp(OTHER)->start.vtl, 0);
}

static void a_vp_without_the_vtl_has_no_index_there(void **state)
{
	(void)state;
	go_to_vtl_1();
	memcpy(ram, map_one_input, sizeof(map_one_input));
	ram[8] = 1;
	ram[16] = TARGET + 4;
	assert_int_equal(call(MAP_ONE_CONTROL), HV_INVALID_PARAMETER);
	assert_int_equal(enable(BSP, TARGET), 0);
	memcpy(ram, map_one_input, sizeof(map_one_input));
	ram[8] = 1;
	ram[16] = TARGET + 4;
	assert_int_equal(call(MAP_ONE_CONTROL), MAP_ONE_RESULT);
	ram[8] = 0;
	assert_int_equal(call(MAP_ONE_CONTROL), MAP_ONE_RESULT);
	vp(BSP)->active_vtl = 0;
	ram[8] = 1;
	assert_int_equal(call(MAP_ONE_CONTROL), HV_ACCESS_DENIED);
}

static void an_ipi_stays_in_its_vtl(void **state)
{
	(void)state;
	go_to_vtl_1();
	vp(OTHER)->state = VP_RUNNING;
	vp(TARGET)->state = VP_RUNNING;
	vp(TARGET)->active_vtl = 1;
	uint64_t both = 1u << OTHER | 1u << TARGET;

	assert_int_equal(call_by(BSP, IPI_CONTROL, IPI_VECTOR, both), 0);
	assert_string_equal(last.odd, "ipi_to_vp_in_another_vtl");
	assert_int_equal(last.ipi_vector, IPI_VECTOR);
	assert_int_equal(last.ipi_vps[0], 1u << TARGET);
	assert_int_equal(call_by(BSP, IPI_CONTROL, IPI_VECTOR | 0x10ull << 32, both), 0);
	assert_int_equal(last.ipi_vps[0], 1u << OTHER);
}

/* --- faults ----------------------------------------------------------------------------------- */

static void faults_answer_in_place_of_the_call(void **state)
{
	(void)state;
	configure("fault=vsm:enable_partition:status=0x78:times=1\n"
		  "fault=vsm:enable_vp:vp=3:status=0x71\nfault=vtl:offsets=0\nfault=start:vtl=0");
	partition_input();
	assert_int_equal(call(PARTITION_VTL_CONTROL), 0x78);
	assert_int_equal(partition_vtls(partition), 1);
	go_to_vtl_1();
	assert_int_equal(read_register(HV_REGISTER_VSM_CODE_PAGE_OFFSETS, 0), 0);
	assert_int_equal(enable(BSP, TARGET), 0x71);
	assert_int_equal(vp_vtls(vp(TARGET)), 1);
	assert_int_equal(enable(BSP, OTHER), 0);
	assert_int_equal(start(OTHER, 1), 0);
	assert_true(vp(OTHER)->start.is_elsewhere);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_end)
		TEST(the_partition_gets_vtl_1_once),
		TEST(enabling_the_partition_checks_in_order),
		TEST(the_fast_form_has_the_same_bytes),
		TEST(from_below_the_first_vp_enables_itself),
		TEST(vtl_1_enables_the_others),
		TEST(padding_of_the_context_is_odd_or_refused),
		TEST(each_vtl_reads_what_is_its_own),
		TEST(vtl_1_writes_what_vtl_0_goes_on_with),
		TEST(a_vtl_that_has_not_begun_begins_where_it_is_told),
		TEST(registers_of_a_lower_vtl_are_that_alone),
		TEST(writing_checks_the_target_the_name_and_the_value),
		TEST(a_list_of_writes_ends_at_the_first_that_fails),
		TEST(protection_is_vtl_1s_and_stays),
		TEST(vtl_0_starts_none_where_vtl_1_denies_it),
		TEST(the_secure_configuration_has_no_mbec),
		TEST(the_assist_page_is_set_as_by_its_msr),
		TEST(a_page_has_room_for_both_stubs),
		TEST(the_assist_page_is_as_the_tlfs_has_it),
		TEST(a_vp_is_started_in_vtl_1_once_it_has_it),
		TEST(vtl_1_may_start_a_vp_in_vtl_0),
		TEST(a_vp_without_the_vtl_has_no_index_there),
		TEST(an_ipi_stays_in_its_vtl),
		TEST(faults_answer_in_place_of_the_call),
	};

	return cmocka_run_group_tests_name("refhv/vsm", tests, NULL, NULL);
}
