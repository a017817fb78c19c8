/* SPDX-License-Identifier: MIT */
/*
 * tests/refhv/aarch64/calls/, 0x9A and 0x99: the byte vectors through the whole dispatch, each
 * check and its status, the faults, and what the log line says.
 */
#include "tests/host/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/refhv/aarch64/fixture.h"
#include "tests/host/vectors_arm64.h"

enum { INPUT = 0x10000, OUTPUT = 0x11000, RAM_END = 0x12000, VPS = 6 };

static uint8_t *ram; /* GPAs INPUT to RAM_END */
static struct vp *vps[VPS];
static struct arm_cfg cfg;
static struct hypercall last;
static bool has_os_id;

static void *guest_ram(uint64_t gpa, uint64_t bytes)
{
	if (gpa < INPUT || gpa >= RAM_END || bytes > RAM_END - gpa)
		return NULL;
	return ram + (gpa - INPUT);
}

static void configure(const char *text)
{
	uint32_t line;

	assert_null(cfg_read(&cfg, text, strlen(text), &line));
}

static int set_up(void **state)
{
	static const uint64_t mpidrs[VPS] = {0, 1, 2, 0x81, 0x100, 0x0100000203};
	static const uint32_t indexes[VPS] = {0, 4, 3, 9, 2, 7};

	(void)state;
	ram = aligned_alloc(4096, RAM_END - INPUT);
	memset(ram, 0, RAM_END - INPUT);
	for (size_t i = 0; i < VPS; i++) {
		vps[i] = calloc(1, sizeof(*vps[i]));
		vps[i]->mpidr = mpidrs[i];
		vps[i]->index = indexes[i];
	}
	vps[0]->state = VP_ON;
	has_os_id = true;
	configure("");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < VPS; i++)
		free(vps[i]);
	free(ram);
	return 0;
}

static uint64_t call_at(uint64_t control, uint64_t input, uint64_t output)
{
	uint64_t result;

	last = (struct hypercall){.cfg = &cfg,
				  .vps = vps,
				  .vp_count = VPS,
				  .physical_bits = 40,
				  .has_os_id = has_os_id,
				  .guest_ram = guest_ram,
				  .caller = vps[0],
				  .control.as_u64 = control,
				  .input_gpa = input,
				  .output_gpa = output};
	result = hypercall_dispatch(&last);
	vps[0]->line.text[vps[0]->line.length] = 0;
	return result;
}

static uint64_t call(uint64_t control)
{
	return call_at(control, INPUT, OUTPUT);
}

static void assert_said(const char *text)
{
	if (!strstr(vps[0]->line.text, text))
		fail_msg("no '%s' in: %s", text, vps[0]->line.text);
}

/* --- 0x9A ------------------------------------------------------------------------------------- */

static void the_lists_are_the_vectors(void **state)
{
	(void)state;
	memcpy(ram, arm_map_input, sizeof(arm_map_input));
	assert_int_equal(call(ARM_MAP_CONTROL), ARM_MAP_RESULT);
	assert_memory_equal(ram + OUTPUT - INPUT, arm_map_packed, sizeof(arm_map_packed));
	assert_said("code=0x009a name=GetVpIndexFromApicId");
	assert_said("start=0 count=2 target_vtl=0 mpidrs=0x100000203,0x81 vp_indexes=7,9 "
		    "status=0x0000 reps=2");
	configure("stride=8");
	assert_int_equal(call(ARM_MAP_CONTROL), ARM_MAP_RESULT);
	assert_memory_equal(ram + OUTPUT - INPUT, arm_map_padded, sizeof(arm_map_padded));
	configure("reps=1");
	assert_int_equal(call(ARM_MAP_CONTROL), 1ull << 32);
}

/* As MPIDR_EL1 reads: bit 31 is always set there, and no affinity. */
static void an_id_with_bit_31(void **state)
{
	uint64_t id = 0x80000081;

	(void)state;
	memcpy(ram, arm_map_input, sizeof(arm_map_input));
	memcpy(ram + 24, &id, 8);
	assert_int_equal(call(ARM_MAP_CONTROL), 5 | 1ull << 32);
	assert_said("mpidrs=0x100000203,0x80000081 vp_indexes=7 status=0x0005 reps=1");
	id = 0x0100000081; /* nor does the lower half name one alone */
	memcpy(ram + 24, &id, 8);
	assert_int_equal(call(ARM_MAP_CONTROL), 5 | 1ull << 32);
}

static void a_list_of_510_is_the_longest(void **state)
{
	(void)state;
	memcpy(ram, arm_map_input, 16);
	assert_int_equal(call(0x9A | 510ull << 32), 510ull << 32);
	assert_int_equal(call(0x9A | 511ull << 32), 4);
}

static void map_statuses(void **state)
{
	static const struct {
		size_t at;
		uint8_t value, status;
	} cases[] = {{0, 1, 13}, {8, 1, 6}, {8, 3, 5}, {9, 1, 5}};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		memcpy(ram, arm_map_input, sizeof(arm_map_input));
		ram[cases[i].at] = cases[i].value;
		assert_int_equal(call(ARM_MAP_CONTROL), cases[i].status);
	}
	assert_string_equal(last.broken, "padding_not_zero");
}

static void f20_f22_f24_f29_faults_of_the_map(void **state)
{
	(void)state;
	memcpy(ram, arm_map_input, sizeof(arm_map_input));
	configure("fault=map:status=0x71");
	assert_int_equal(call(ARM_MAP_CONTROL), 0x71);
	configure("fault=map:apic=0x81:unknown");
	assert_int_equal(call(ARM_MAP_CONTROL), 5 | 1ull << 32);
	configure("fault=map:apic=0x203:answer=1");
	assert_int_equal(call(ARM_MAP_CONTROL), ARM_MAP_RESULT);
	assert_said("vp_indexes=1,9");
	configure("fault=map:reps=1");
	assert_int_equal(call(ARM_MAP_CONTROL), 1ull << 32);
	/* Resumed, with one more: MPIDR 0. */
	assert_int_equal(call(0x9A | 3ull << 32 | 1ull << 48), 2ull << 32);
	configure("fault=map:ud");
	call(ARM_MAP_CONTROL);
	assert_true(last.raises_ud);
	assert_said("status=none");
	configure("fault=map:garbage");
	assert_int_equal(call(ARM_MAP_CONTROL), ARM_MAP_RESULT | 0xFFFFF000FFFF0000);
}

/* --- 0x99 ------------------------------------------------------------------------------------- */

/* The vector's context, but for 44 bits of addresses and an address beyond 40. */
static void put_start(uint32_t vp)
{
	struct hv_arm_start_input in = {
		.partition_id = HV_PARTITION_SELF,
		.vp_index = vp,
		.context = good_context(),
	};

	memcpy(ram, &in, sizeof(in));
}

static void the_start_block_decodes_field_by_field(void **state)
{
	struct hv_arm_start_input in;
	const struct hv_arm_context *c = &in.context;

	(void)state;
	assert_int_equal(sizeof(in), sizeof(arm_start_vector));
	memcpy(&in, arm_start_vector, sizeof(in));
	assert_int_equal(in.partition_id, HV_PARTITION_SELF);
	assert_int_equal(in.vp_index, ARM_START_VP);
	assert_int_equal(in.target_vtl, 0);
	assert_int_equal(c->pc, ARM_PC);
	assert_int_equal(c->sp, ARM_SP);
	assert_int_equal(c->sctlr, ARM_SCTLR);
	assert_int_equal(c->mair, ARM_MAIR);
	assert_int_equal(c->tcr, ARM_TCR);
	assert_int_equal(c->vbar, ARM_VBAR);
	assert_int_equal(c->ttbr0, ARM_TTBR0);
	assert_int_equal(c->ttbr1, ARM_TTBR1);
	assert_int_equal(c->x18, ARM_X18);
}

static void a_start_is_accepted_once(void **state)
{
	const struct hv_arm_context good = good_context();

	(void)state;
	put_start(3);
	assert_int_equal(call(ARM_START_CONTROL), 0);
	assert_ptr_equal(last.started, vps[2]);
	assert_int_equal(vps[2]->state, VP_STARTING);
	assert_int_equal(vps[2]->start.method, VP_BY_CALL);
	assert_memory_equal(&vps[2]->start.context, &good, sizeof(good));
	assert_said("target_vp=3 mpidr=0x2 target_vtl=0 pc=0x80101000 sp=0xfffffe0000017ff0 ");
	assert_said(" ttbr1=0x700007fffd001 x18=0x7ffe1280 status=0x0000 reps=0");
	assert_int_equal(call(ARM_START_CONTROL), 0x15);
	assert_null(last.started);
	vps[2]->state = VP_ON;
	assert_int_equal(call(ARM_START_CONTROL), 0x15);
}

static void start_statuses(void **state)
{
	static const struct {
		size_t at;
		uint8_t value, status;
	} cases[] = {
		{0, 1, 13}, {8, 6, 14}, {8, 0, 5},     {12, 1, 6},
		{12, 3, 5}, {13, 1, 5}, {24, 8, 0x50},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		put_start(3);
		ram[cases[i].at] = cases[i].value;
		assert_int_equal(call(ARM_START_CONTROL), cases[i].status);
		assert_int_equal(vps[2]->state, VP_OFF);
	}
	assert_said("bad_register=sp status=0x0050");
}

static void f30_f33_f36_f42_faults_of_the_start(void **state)
{
	(void)state;
	put_start(3);
	configure("fault=start:vp=3:status=0x1234");
	assert_int_equal(call(ARM_START_CONTROL), 0x1234);
	assert_int_equal(vps[2]->state, VP_OFF);
	configure("fault=start:caller=0:dies");
	call(ARM_START_CONTROL);
	assert_true(last.caller_dies);
	assert_int_equal(vps[2]->state, VP_OFF);
	configure("fault=start:ud");
	call(ARM_START_CONTROL);
	assert_true(last.raises_ud);
	configure("fault=start:vp=3:runs=9");
	assert_int_equal(call(ARM_START_CONTROL), 0);
	assert_ptr_equal(last.started, vps[3]);
	assert_int_equal(vps[3]->start.asked_vp, 3);
	configure("fault=start:vp=3:status=0x78:effect=1");
	assert_int_equal(call(ARM_START_CONTROL), 0x78);
	assert_ptr_equal(last.started, vps[2]);
	vps[2]->state = VP_OFF;
	configure("fault=start:vp=3:never");
	assert_int_equal(call(ARM_START_CONTROL), 0);
	assert_null(last.started);
	assert_int_equal(vps[2]->state, VP_NEVER);
}

static void f37_each_register_may_be_another(void **state)
{
	static const char *const names[] = {"pc",   "sp",    "sctlr", "mair", "tcr",
					    "vbar", "ttbr0", "ttbr1", "x18"};
	const struct hv_arm_context good = good_context();
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		uint64_t wanted[9], found[9];

		put_start(3);
		vps[2]->state = VP_OFF;
		snprintf(text, sizeof(text), "fault=start:vp=3:%s=^0x10", names[i]);
		configure(text);
		assert_int_equal(call(ARM_START_CONTROL), 0);
		memcpy(wanted, &good, sizeof(wanted));
		memcpy(found, &vps[2]->start.context, sizeof(found));
		wanted[i] ^= 0x10;
		assert_memory_equal(found, wanted, sizeof(wanted));
	}
}

/* --- both ------------------------------------------------------------------------------------- */

static void checks_that_both_share(void **state)
{
	static const struct {
		uint64_t control, input, output;
		uint16_t status;
	} cases[] = {
		{ARM_START_CONTROL | 1 << 27, INPUT, 0, 3},
		{ARM_START_CONTROL | 1ull << 31, INPUT, 0, 3},
		{ARM_START_CONTROL | 1ull << 44, INPUT, 0, 3},
		{ARM_START_CONTROL | 1ull << 60, INPUT, 0, 3},
		{0x9B, INPUT, 0, 2},
		{ARM_START_CONTROL | 1 << 16, INPUT, 0, 3},    /* fast */
		{ARM_START_CONTROL | 1 << 17, INPUT, 0, 3},    /* a variable header */
		{ARM_START_CONTROL | 1ull << 32, INPUT, 0, 3}, /* reps */
		{0x9A, INPUT, OUTPUT, 3},
		{ARM_MAP_CONTROL | 2ull << 48, INPUT, OUTPUT, 3},
		{ARM_START_CONTROL, INPUT + 4, 0, 4},
		{ARM_START_CONTROL, INPUT + 0xFB0, 0, 4}, /* across pages */
		{ARM_START_CONTROL, RAM_END, 0, 4},
		{ARM_MAP_CONTROL, INPUT, RAM_END, 4},
		{ARM_MAP_CONTROL, INPUT, INPUT + 24, 3},
	};

	(void)state;
	memcpy(ram, arm_map_input, sizeof(arm_map_input));
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
		assert_int_equal(call_at(cases[i].control, cases[i].input, cases[i].output),
				 cases[i].status);
	assert_string_equal(last.broken, "input_and_output_overlap");
}

static void privileges_and_the_os_id(void **state)
{
	(void)state;
	memcpy(ram, arm_map_input, sizeof(arm_map_input));
	configure("privileges=0x0020000000000022");
	assert_int_equal(call(ARM_MAP_CONTROL), 6);
	configure("privileges=0x62");
	assert_int_equal(call(ARM_START_CONTROL), 6);
	assert_int_equal(call(ARM_MAP_CONTROL), ARM_MAP_RESULT);
	has_os_id = false;
	assert_int_equal(call(ARM_MAP_CONTROL), 6);
	configure("without_os_id=0x71");
	assert_int_equal(call(ARM_MAP_CONTROL), 0x71);
	configure("without_os_id=0");
	assert_int_equal(call(ARM_MAP_CONTROL), ARM_MAP_RESULT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_lists_are_the_vectors),
		TEST(an_id_with_bit_31),
		TEST(a_list_of_510_is_the_longest),
		TEST(map_statuses),
		TEST(f20_f22_f24_f29_faults_of_the_map),
		TEST(the_start_block_decodes_field_by_field),
		TEST(a_start_is_accepted_once),
		TEST(start_statuses),
		TEST(f30_f33_f36_f42_faults_of_the_start),
		TEST(f37_each_register_may_be_another),
		TEST(checks_that_both_share),
		TEST(privileges_and_the_os_id),
	};

	return cmocka_run_group_tests_name("refhv/aarch64/hypercall", tests, NULL, NULL);
}
