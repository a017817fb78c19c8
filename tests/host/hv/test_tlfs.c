/* SPDX-License-Identifier: MIT */
/*
 * hv/tlfs.h, hv/call.c, hv/x86_64/: the kernel's ABI definitions against the byte vectors, what
 * it fills into a start block, and the words it sends and takes apart.
 */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "tests/host/hv/scripted.h"
#include "tests/host/vectors.h"

static const struct hvsmp_context vector_state = {
	.rip = VECTOR_RIP,
	.rsp = VECTOR_RSP,
	.rflags = VECTOR_RFLAGS,
	.cs = {0, VECTOR_LIMIT, VECTOR_CS, VECTOR_CS_ATTRIBUTE},
	.ds = {0, VECTOR_LIMIT, VECTOR_DS, VECTOR_DS_ATTRIBUTE},
	.es = {0, VECTOR_LIMIT, VECTOR_DS, VECTOR_DS_ATTRIBUTE},
	.fs = {0, VECTOR_LIMIT, VECTOR_DS, VECTOR_DS_ATTRIBUTE},
	.gs = {VECTOR_GS_BASE, VECTOR_LIMIT, VECTOR_DS, VECTOR_DS_ATTRIBUTE},
	.ss = {0, VECTOR_LIMIT, VECTOR_DS, VECTOR_DS_ATTRIBUTE},
	.tr = {VECTOR_TR_BASE, VECTOR_TR_LIMIT, VECTOR_TR, VECTOR_TR_ATTRIBUTE},
	.idtr = {VECTOR_IDT_BASE, VECTOR_IDT_LIMIT},
	.gdtr = {VECTOR_GDT_BASE, VECTOR_GDT_LIMIT},
	.cr0 = VECTOR_CR0,
	.cr3 = VECTOR_CR3,
	.cr4 = VECTOR_CR4,
	.efer = VECTOR_EFER,
	.pat = VECTOR_PAT,
};

static void the_start_block_is_the_vector(void **state)
{
	struct hvsmp_start_vp_input in;

	(void)state;
	memset(&in, 0xEE, sizeof(in)); /* what was there before must not show */
	hvsmp_start_vp_fill(&in, VECTOR_VP_INDEX, 0, &vector_state);
	assert_int_equal(sizeof(in), sizeof(start_vp_vector));
	assert_memory_equal(&in, start_vp_vector, sizeof(start_vp_vector));
}

/* Every field apart: with all else zero, only its own bytes are set. */
static void each_field_lies_at_its_offset(void **state)
{
	static const struct {
		size_t in_state, size, in_block;
	} fields[] = {
#define FIELD(name, offset) \
	{offsetof(struct hvsmp_context, name), sizeof(((struct hvsmp_context *)0)->name), offset}
#define SEGMENT(name, offset)                                      \
	FIELD(name.base, offset), FIELD(name.limit, (offset) + 8), \
		FIELD(name.selector, (offset) + 12), FIELD(name.attributes, (offset) + 14)
		FIELD(rip, 16),        FIELD(rsp, 24),         FIELD(rflags, 32),
		SEGMENT(cs, 40),       SEGMENT(ds, 56),        SEGMENT(es, 72),
		SEGMENT(fs, 88),       SEGMENT(gs, 104),       SEGMENT(ss, 120),
		SEGMENT(tr, 136),      SEGMENT(ldtr, 152),     FIELD(idtr.limit, 174),
		FIELD(idtr.base, 176), FIELD(gdtr.limit, 190), FIELD(gdtr.base, 192),
		FIELD(efer, 200),      FIELD(cr0, 208),        FIELD(cr3, 216),
		FIELD(cr4, 224),       FIELD(pat, 232),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
		uint8_t expected[240] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
		struct hvsmp_start_vp_input in;
		struct hvsmp_context s = {0};

		memset((uint8_t *)&s + fields[i].in_state, 0xA5, fields[i].size);
		memset(expected + fields[i].in_block, 0xA5, fields[i].size);
		hvsmp_start_vp_fill(&in, 0, 0, &s);
		assert_memory_equal(&in, expected, sizeof(expected));
	}
}

static void the_vtl_is_a_plain_number_at_byte_12(void **state)
{
	struct hvsmp_start_vp_input in;
	uint8_t bytes[16];

	(void)state;
	hvsmp_start_vp_fill(&in, 0x01020304, 1, &vector_state);
	memcpy(bytes, &in, sizeof(bytes));
	assert_int_equal(bytes[8], 4);
	assert_int_equal(bytes[11], 1);
	assert_int_equal(bytes[12], 1);
	assert_int_equal(bytes[13] | bytes[14] | bytes[15], 0);
}

static void the_start_call_is_made_as_the_vector_says(void **state)
{
	static const uint32_t ids[] = {0, 1};
	struct hvsmp_interface hv = {.host = &script_host};
	struct hvsmp_caller caller = {.hv = &hv, .input = script_memory(aligned_alloc(4096, 4096))};
	struct hvsmp_result r;

	(void)state;
	script_reset(ids, 2);
	memset(caller.input.va, 0xAA, 4096);
	r = hvsmp_start_vp(&caller, VECTOR_VP_INDEX, &vector_state);
	assert_int_equal(r.err, HVSMP_OK);
	assert_true(hvsmp_answers(&r, HVSMP_STATUS_SUCCESS));
	assert_int_equal(script.calls, 1);
	assert_int_equal(script.control[0], VECTOR_CONTROL);
	assert_memory_equal(script.last_input, start_vp_vector, 240);
	script.fault = (struct script_fault){1, 1, false, 0x15, 0};
	r = hvsmp_start_vp(&caller, VECTOR_VP_INDEX, &vector_state);
	assert_int_equal(r.status.code, 0x15);
	script.fault = (struct script_fault){2, 1, true, 0, 0};
	assert_int_equal(hvsmp_start_vp(&caller, VECTOR_VP_INDEX, &vector_state).err,
			 HVSMP_ERROR_FAULT);
	free(caller.input.va);
}

static void the_map_header_is_the_vector(void **state)
{
	union {
		struct hvsmp_get_vp_index_input in;
		uint8_t bytes[sizeof(map_one_input)];
	} u = {0};

	(void)state;
	u.in.partition_id = HVSMP_PARTITION_SELF;
	memcpy(u.bytes + offsetof(struct hvsmp_get_vp_index_input, list), "\x14\0\0\0", 4);
	assert_memory_equal(u.bytes, map_one_input, sizeof(map_one_input));
}

static void control_words(void **state)
{
	(void)state;
	assert_int_equal(hvsmp_control(HVSMP_CALL_START_VP, 0, 0), VECTOR_CONTROL);
	assert_int_equal(hvsmp_control(HVSMP_CALL_GET_VP_INDEX, 1, 0), MAP_ONE_CONTROL);
	assert_int_equal(hvsmp_control(HVSMP_CALL_GET_VP_INDEX, 4, 0), MAP_FOUR_CONTROL);
	assert_int_equal(hvsmp_control(HVSMP_CALL_GET_VP_INDEX, 4, 2), MAP_FOUR_RESUMED_CONTROL);
	assert_int_equal(hvsmp_control(HVSMP_CALL_GET_VP_INDEX, 1020, 0), MAP_1020_CONTROL);
	assert_int_equal(hvsmp_control(HVSMP_CALL_GET_VP_INDEX, 1020, 4), MAP_1020_RESUMED_CONTROL);
	assert_int_equal(hvsmp_control(0xFFFF, 0xFFFF, 0xFFFF), 0x0FFF0FFF0000FFFF);
}

static void result_words(void **state)
{
	static const struct {
		uint64_t rax;
		uint16_t status, reps;
	} cases[] = {
		{0, 0, 0},
		{MAP_ONE_RESULT, 0, 1},
		{2, 2, 0},
		{6, 6, 0},
		{0x15, 0x15, 0},
		{MAP_FOUR_UNKNOWN_RESULT, 5, 2},
		{TIMED_OUT_AFTER_3_RESULT, 0x78, 3},
		{0xFFFFF000FFFF0000, 0, 0}, /* reserved bits are ignored */
		{0xFFFFFFFFFFFFFFFF, 0xFFFF, 0xFFF},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct hvsmp_result r = hvsmp_decode(cases[i].rax);

		assert_int_equal(r.err, HVSMP_OK);
		assert_int_equal(r.status.code, cases[i].status);
		assert_int_equal(r.reps, cases[i].reps);
	}
}

/* TLFS, guest OS identity: open source (63), type 62:56, version 47:16, build 15:0. */
static void our_guest_os_id_is_well_formed(void **state)
{
	(void)state;
	assert_int_equal(HVSMP_OS_ID >> 63, 1);
	assert_int_equal(HVSMP_OS_ID >> 56 & 0x7F, 0x7F);
	assert_int_equal(HVSMP_OS_ID >> 48 & 0xFF, 0);
	assert_int_not_equal(HVSMP_OS_ID >> 16 & 0xFFFFFFFF, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_start_block_is_the_vector),
		cmocka_unit_test(each_field_lies_at_its_offset),
		cmocka_unit_test(the_vtl_is_a_plain_number_at_byte_12),
		cmocka_unit_test(the_start_call_is_made_as_the_vector_says),
		cmocka_unit_test(the_map_header_is_the_vector),
		cmocka_unit_test(control_words),
		cmocka_unit_test(result_words),
		cmocka_unit_test(our_guest_os_id_is_well_formed),
	};

	return cmocka_run_group_tests_name("hv/tlfs", tests, NULL, NULL);
}
