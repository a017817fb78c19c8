/* SPDX-License-Identifier: MIT */
/* tests/refhv/aarch64/calls/registers.c: fast 0x50 and 0x51, and each status they have. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/refhv/aarch64/calls/registers.h"

#define GET  0x0000000100010050UL
#define SET  0x0000000100010051UL
#define DONE 0x0000000100000000UL
#define SELF 0xFFFFFFFEUL
#define OS   0xFF00000000010000UL

static struct registers registers;
static const struct registers_caller caller = {.vp_index = 7, .reference = 1234};
static uint64_t x[17];

static uint64_t call(uint64_t control, uint64_t name, uint64_t value)
{
	const uint64_t in[] = {control, HV_PARTITION_SELF, SELF, name, 0, value, 0};

	for (size_t i = 0; i < ARRAY_COUNT(x); i++)
		x[i] = i < ARRAY_COUNT(in) ? in[i] : 0xA5;
	return registers_call(&registers, &caller, x);
}

static uint64_t with(unsigned int which, uint64_t value)
{
	call(GET, HV_REGISTER_VERSION, 0);
	x[which] = value;
	return registers_call(&registers, &caller, x);
}

static int reset(void **state)
{
	(void)state;
	registers = (struct registers){.vp_count = 4, .privileges = 0x62};
	return 0;
}

static void what_is_told_before_the_os_id(void **state)
{
	static const struct {
		uint64_t name, low;
	} told[] = {{0x100, 0x000A000000004F7C},
		    {0x200, 0x62},
		    {0x201, 0},
		    {0x202, 4},
		    {0x203, 0},
		    {0x204, 0}, /* Linux asks for more than there is */
		    {0x2FF, 0},
		    {0x90002, 0},
		    {0x90004, 1234}};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(told); i++) {
		assert_int_equal(call(GET, told[i].name, 0), DONE);
		assert_int_equal(x[15], told[i].low);
		assert_int_equal(x[16], told[i].name == 0x200 ? 0x100 : 0);
	}
}

static void the_vp_index_wants_an_os_id(void **state)
{
	(void)state;
	assert_int_equal(call(GET, 0x90003, 0), HV_ACCESS_DENIED);
	assert_int_equal(x[15], 0xA5);
	assert_int_equal(call(SET, 0x90002, OS), DONE);
	assert_int_equal(call(GET, 0x90003, 0), DONE);
	assert_int_equal(x[15], 7);
	assert_int_equal(call(GET, 0x90002, 0), DONE);
	assert_int_equal(x[15], OS);
	registers.privileges = 0x22;
	assert_int_equal(call(GET, 0x90003, 0), HV_ACCESS_DENIED);
	assert_int_equal(call(SET, 0x90002, 0), DONE);
	assert_int_equal(registers.os_id, 0);
}

static void registers_that_are_not_to_be_written_or_not_there(void **state)
{
	(void)state;
	assert_int_equal(call(SET, 0x90003, 1), HV_ACCESS_DENIED);
	assert_int_equal(call(SET, 0x200, 1), HV_ACCESS_DENIED);
	assert_int_equal(call(SET, 0x90001, 1), HV_INVALID_PARAMETER);
	assert_int_equal(call(GET, 0x90001, 1), HV_INVALID_PARAMETER);
	assert_int_equal(call(SET, 0x2FF, 1), HV_ACCESS_DENIED);
	assert_int_equal(call(GET, 0x300, 1), HV_INVALID_PARAMETER);
	assert_int_equal(with(3, 0x100000100), HV_INVALID_PARAMETER);
	assert_int_equal(with(4, 1), HV_INVALID_PARAMETER);
}

static void crash_registers_keep_what_is_written(void **state)
{
	(void)state;
	assert_int_equal(call(GET, 0x215, 0), DONE);
	assert_int_equal(x[15], 0xFC00000000000000);
	for (uint64_t i = 0; i < 5; i++) {
		assert_int_equal(call(SET, 0x210 + i, 100 + i), DONE);
		assert_int_equal(registers.crash[i], 100 + i);
	}
	for (uint64_t i = 0; i < 5; i++) {
		assert_int_equal(call(GET, 0x210 + i, 0), DONE);
		assert_int_equal(x[15], 100 + i);
	}
	assert_int_equal(call(SET, 0x215, 1UL << 63), DONE);
	assert_int_equal(call(GET, 0x215, 0), DONE);
	assert_int_equal(x[15], 0xFC00000000000000);
	assert_int_equal(call(SET, 0x216, 1), HV_ACCESS_DENIED);
	assert_int_equal(call(SET, 0x20F, 1), HV_ACCESS_DENIED);
}

static void shapes(void **state)
{
	static const uint64_t wrong[] = {
		GET & ~0x10000UL, /* slow */
		GET & 0xFFFFFFFF, /* no element */
		GET | 2UL << 32,  /* three */
		GET | 1UL << 17,  GET | 1UL << 27, GET | 1UL << 31,
		GET | 1UL << 44,  GET | 1UL << 48, GET | 1UL << 60,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(wrong); i++)
		assert_int_equal(with(0, wrong[i]), HV_INVALID_HYPERCALL_INPUT);
}

static void targets(void **state)
{
	(void)state;
	assert_int_equal(with(1, 1), HV_INVALID_PARTITION_ID);
	assert_int_equal(with(2, 7), DONE);
	assert_int_equal(with(2, 6), HV_INVALID_VP_INDEX);
	assert_int_equal(with(2, SELF | 0x10UL << 32), DONE);
	assert_int_equal(with(2, SELF | 0x11UL << 32), HV_ACCESS_DENIED);
	assert_int_equal(with(2, SELF | 0x13UL << 32), HV_INVALID_PARAMETER);
	assert_int_equal(with(2, SELF | 0x20UL << 32), HV_INVALID_PARAMETER);
	assert_int_equal(with(2, SELF | 0x01UL << 40), HV_INVALID_PARAMETER);
}

/* Faults come through struct registers_caller. */
static uint64_t call_with(const char *fault, uint64_t control, uint64_t name, uint64_t value)
{
	static struct faults faults;
	struct registers_caller struck = {.vp_index = 7, .faults = &faults};
	uint64_t in[17] = {control, HV_PARTITION_SELF, SELF, name, 0, value, 0};
	uint64_t result;

	memset(&faults, 0, sizeof(faults));
	faults.is_arm64 = true;
	assert_null(fault_parse(&faults, (struct span){fault, strlen(fault)}));
	result = registers_call(&registers, &struck, in);
	memcpy(x, in, sizeof(x));
	return result;
}

static void f05_f10_f25_faults(void **state)
{
	(void)state;
	assert_int_equal(call_with("register:privileges:status=2", GET, 0x200, 0), 2);
	assert_int_equal(call_with("register:limits:limit=3", GET, 0x202, 0), DONE);
	assert_int_equal(x[15], 3);
	assert_int_equal(call_with("register:guest_os_id:status=6", SET, 0x90002, OS), 6);
	assert_int_equal(call_with("register:guest_os_id:lost", SET, 0x90002, OS), DONE);
	assert_int_equal(registers.os_id, 0);
	registers.os_id = OS;
	assert_int_equal(call_with("register:vp_index:vp=7:status=9", GET, 0x90003, 0), 9);
	assert_int_equal(call_with("register:vp_index:vp=6:status=9", GET, 0x90003, 0), DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_told_before_the_os_id, reset),
		cmocka_unit_test_setup(the_vp_index_wants_an_os_id, reset),
		cmocka_unit_test_setup(registers_that_are_not_to_be_written_or_not_there, reset),
		cmocka_unit_test_setup(crash_registers_keep_what_is_written, reset),
		cmocka_unit_test_setup(shapes, reset),
		cmocka_unit_test_setup(targets, reset),
		cmocka_unit_test_setup(f05_f10_f25_faults, reset),
	};

	return cmocka_run_group_tests_name("refhv/aarch64/registers", tests, NULL, NULL);
}
