/* SPDX-License-Identifier: MIT */
/*
 * hv/ as ARM64 has it: the start block against the byte vector, and 0x9A with ids of 64 bits and
 * answers of either size.
 */
#include "hv/aarch64/tlfs.h"
#include "tests/host/hv/aarch64/scripted.h"
#include "tests/host/vectors_arm64.h"

enum { PAGE = 4096, MANY = 1024 };

static struct hvsmp_interface hv;
static struct hvsmp_caller caller = {.hv = &hv};
static struct hvsmp_map_entry entry[MANY];
static struct hvsmp_map_info info;

static int set_up(void **state)
{
	(void)state;
	caller.input = script_memory(aligned_alloc(PAGE, PAGE));
	caller.output = script_memory(aligned_alloc(PAGE, PAGE));
	memset(caller.input.va, 0xEE, PAGE);
	memset(caller.output.va, 0xEE, PAGE);
	hv = (struct hvsmp_interface){.host = &script_host};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(caller.input.va);
	free(caller.output.va);
	return 0;
}

/* --- 0x99 ------------------------------------------------------------------------------------- */

static const struct hvsmp_context vector_state = {
	.pc = ARM_PC,
	.sp_el1 = ARM_SP,
	.sctlr = ARM_SCTLR,
	.mair = ARM_MAIR,
	.tcr = ARM_TCR,
	.vbar = ARM_VBAR,
	.ttbr0 = ARM_TTBR0,
	.ttbr1 = ARM_TTBR1,
	.x18 = ARM_X18,
};

static void the_start_call_is_made_as_the_vector_says(void **state)
{
	struct hvsmp_result r;

	(void)state;
	script_reset(4);
	r = hvsmp_start_vp(&caller, ARM_START_VP, &vector_state);
	assert_true(hvsmp_answers(&r, HVSMP_STATUS_SUCCESS));
	assert_int_equal(script.calls, 1);
	assert_int_equal(script.control[0], ARM_START_CONTROL);
	assert_memory_equal(script.last_input, arm_start_vector, sizeof(arm_start_vector));
	assert_int_equal(HVSMP_START_INPUT_SIZE, sizeof(arm_start_vector));
	script.raises = true;
	assert_int_equal(hvsmp_start_vp(&caller, ARM_START_VP, &vector_state).err,
			 HVSMP_ERROR_FAULT);
}

/* Every field apart: with all else zero, only its own bytes are set. */
static void each_field_lies_at_its_offset(void **state)
{
	static const struct {
		size_t in_state, in_block;
	} fields[] = {
#define FIELD(name, offset) {offsetof(struct hvsmp_context, name), offset}
		FIELD(pc, 16),    FIELD(sp_el1, 24), FIELD(sctlr, 32),
		FIELD(mair, 40),  FIELD(tcr, 48),    FIELD(vbar, 56),
		FIELD(ttbr0, 64), FIELD(ttbr1, 72),  FIELD(x18, 80),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
		uint8_t expected[88] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
		struct hvsmp_start_vp_input in;
		struct hvsmp_context s = {0};

		memset((uint8_t *)&s + fields[i].in_state, 0xA5, 8);
		memset(expected + fields[i].in_block, 0xA5, 8);
		memset(&in, 0xEE, sizeof(in));
		hvsmp_start_vp_fill(&in, 0, 0, &s);
		assert_memory_equal(&in, expected, sizeof(expected));
	}
}

static void the_vtl_is_a_plain_number_at_byte_12(void **state)
{
	struct hvsmp_start_vp_input in;
	uint8_t bytes[16];

	(void)state;
	hvsmp_start_vp_fill(&in, 0x01020304, 2, &vector_state);
	memcpy(bytes, &in, sizeof(bytes));
	assert_int_equal(bytes[8], 4);
	assert_int_equal(bytes[11], 1);
	assert_int_equal(bytes[12], 2);
	assert_int_equal(bytes[13] | bytes[14] | bytes[15], 0);
}

/* --- 0x9A ------------------------------------------------------------------------------------- */

static enum hvsmp_error map(uint32_t count, uint32_t limit)
{
	memset(entry, 0xEE, sizeof(entry));
	for (uint32_t i = 0; i < count; i++)
		entry[i].hw_id = script.mpidr[i];
	hv.bsp_vp_index = script_vp(script.mpidr[0]);
	return hvsmp_map(&caller, script.mpidr[0], limit, entry, count, &info);
}

static void assert_all_found(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(entry[i].state, HVSMP_MAP_FOUND);
		assert_int_equal(entry[i].vp_index, script_vp(script.mpidr[i]));
	}
	assert_int_equal(info.elements, count);
	assert_int_equal(info.calls, script.calls);
}

static void f23_packed_answers(void **state)
{
	(void)state;
	script_reset(40);
	script.mpidr[0] = 0x7F00000000; /* the boot processor is asked for by all of its id */
	assert_int_equal(map(40, 0), HVSMP_OK);
	assert_all_found(40);
	assert_int_equal(info.stride, 4);
	assert_int_equal(info.calls, 3); /* the boot processor, the layout, all others */
}

static void f23_padded_answers(void **state)
{
	static const uint32_t paddings[] = {0, 0xFFFFFFFF};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(paddings); i++) {
		script_reset(40);
		script.stride = 8;
		script.padding = paddings[i];
		assert_int_equal(map(40, 0), HVSMP_OK);
		assert_all_found(40);
		assert_int_equal(info.stride, 8);
		assert_int_equal(info.calls, 3);
	}
}

/* VP 0 is also what padding looks like. */
static void f23_the_boot_processor_is_vp_0(void **state)
{
	(void)state;
	for (unsigned int stride = 4; stride <= 8; stride += 4) {
		script_reset(20);
		script.stride = stride;
		for (uint32_t i = 0; i < 20; i++)
			script.index[i] = i;
		assert_int_equal(map(20, 0), HVSMP_OK);
		assert_all_found(20);
		assert_int_equal(info.stride, stride);
	}
}

/* What is neither zero nor untouched is no padding: one element a call, which is read alike. */
static void f23_a_layout_that_stays_in_doubt(void **state)
{
	(void)state;
	script_reset(5);
	script.stride = 8;
	script.half_padded = true;
	assert_int_equal(map(5, 0), HVSMP_OK);
	assert_all_found(5);
	assert_int_equal(info.stride, 0);
	assert_int_equal(info.calls, 1 + 1 + 4);
}

static void f21_one_element_a_call(void **state)
{
	(void)state;
	script_reset(5);
	script.reps_per_call = 1;
	assert_int_equal(map(5, 0), HVSMP_OK);
	assert_all_found(5);
	assert_int_equal(info.stride, 0);
}

/* Sixteen bytes of header leave room for 510 ids, whatever an answer has. */
static void lists_of_510(void **state)
{
	(void)state;
	for (unsigned int stride = 4; stride <= 8; stride += 4) {
		script_reset(512);
		script.stride = stride;
		assert_int_equal(map(512, 0), HVSMP_OK);
		assert_all_found(512);
		assert_int_equal(info.calls, 4);
		assert_int_equal(script.control[2], 0x000001FE0000009A);
		assert_int_equal(script.control[3], 0x000000010000009A);
	}
}

static void ids_are_sent_whole(void **state)
{
	struct hvsmp_map_entry two[3];

	(void)state;
	script_reset(3);
	script.mpidr[1] = 0x0100000203, script.index[1] = 7;
	script.mpidr[2] = 0x81, script.index[2] = 9;
	hv.bsp_vp_index = script.index[0];
	for (uint32_t i = 0; i < 3; i++)
		two[i].hw_id = script.mpidr[i];
	assert_int_equal(hvsmp_map(&caller, 0, 0, two, 3, &info), HVSMP_OK);
	assert_int_equal(script.control[2], ARM_MAP_CONTROL);
	assert_memory_equal(script.last_input, arm_map_input, sizeof(arm_map_input));
	assert_int_equal(two[1].vp_index, 7);
	assert_int_equal(two[2].vp_index, 9);
}

/* An id that differs in its upper half alone is another processor's. */
static void f22_an_unknown_id_costs_its_own_entry(void **state)
{
	(void)state;
	script_reset(40);
	memset(entry, 0, sizeof(entry));
	for (uint32_t i = 0; i < 40; i++)
		entry[i].hw_id = script.mpidr[i];
	entry[20].hw_id |= 0x80ull << 32;
	hv.bsp_vp_index = script_vp(0);
	assert_int_equal(hvsmp_map(&caller, 0, 0, entry, 40, &info), HVSMP_OK);
	for (uint32_t i = 0; i < 40; i++)
		assert_int_equal(entry[i].state, i == 20 ? HVSMP_MAP_ABSENT : HVSMP_MAP_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_start_call_is_made_as_the_vector_says),
		cmocka_unit_test(each_field_lies_at_its_offset),
		cmocka_unit_test(the_vtl_is_a_plain_number_at_byte_12),
		cmocka_unit_test(f23_packed_answers),
		cmocka_unit_test(f23_padded_answers),
		cmocka_unit_test(f23_the_boot_processor_is_vp_0),
		cmocka_unit_test(f23_a_layout_that_stays_in_doubt),
		cmocka_unit_test(f21_one_element_a_call),
		cmocka_unit_test(lists_of_510),
		cmocka_unit_test(ids_are_sent_whole),
		cmocka_unit_test(f22_an_unknown_id_costs_its_own_entry),
	};

	return cmocka_run_group_tests_name("hv/aarch64/calls", tests, set_up, tear_down);
}
