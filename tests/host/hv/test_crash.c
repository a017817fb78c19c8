/* SPDX-License-Identifier: MIT */
/* hv/crash.c: the host is told once, completely, and only if it wants to know (P8). */
#include "tests/host/test.h"

#include <string.h>

#include "hv/hv.h"

enum { WRITES = 16 };

static struct hvsmp_features f;
static uint64_t able; /* what CRASH_CTL reads: the capabilities */
static uint32_t faulting_msr;
static uint32_t written[WRITES];
static uint64_t value_of[6]; /* P0 to P4, CTL */
static size_t writes;

static bool msr_read(void *ctx, uint32_t msr, uint64_t *value)
{
	(void)ctx;
	assert_int_equal(msr, 0x40000105);
	*value = able;
	return msr != faulting_msr;
}

static bool msr_write(void *ctx, uint32_t msr, uint64_t value)
{
	(void)ctx;
	assert_in_range(msr, 0x40000100, 0x40000105);
	assert_true(writes < WRITES);
	if (msr == faulting_msr)
		return false;
	written[writes++] = msr;
	value_of[msr - 0x40000100] = value;
	return true;
}

static const struct hvsmp_host host = {.msr_read = msr_read, .msr_write = msr_write};

static int set_up(void **state)
{
	(void)state;
	f = (struct hvsmp_features){.present = true, .is_hv1 = true, .features_edx = 1 << 10};
	able = 1ull << 63 | 1ull << 62;
	faulting_msr = 0;
	writes = 0;
	memset(value_of, 0, sizeof(value_of));
	return 0;
}

static bool tell(const char *text)
{
	/* The hypervisor is given the physical address. */
	const struct hvsmp_crash crash = {.code = 0x1234,
					  .os_id = 0x5678,
					  .message = {NULL, (uint64_t)text},
					  .message_size = strlen(text)};

	return hvsmp_crash_tell(&f, &host, &crash);
}

static void parameters_then_control_with_the_message(void **state)
{
	(void)state;
	assert_true(tell("cr3 went missing"));
	assert_int_equal(writes, 6);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(written[i], 0x40000100 + i); /* the control word last */
	assert_int_equal(value_of[0], 0x1234);
	assert_int_equal(value_of[1], 0x5678);
	assert_int_equal(value_of[5], 1ull << 63 | 1ull << 62);
	assert_int_equal(value_of[4], strlen("cr3 went missing"));
	assert_memory_equal((const char *)value_of[3], "cr3 went missing", value_of[4]);
}

static void a_dump_is_waived_where_that_can_be_said(void **state)
{
	(void)state;
	able = 0xFCul << 56;
	assert_true(tell("text"));
	assert_int_equal(value_of[5], 7ull << 61);
}

static void without_the_message_capability_there_is_none(void **state)
{
	(void)state;
	able = 1ull << 63;
	assert_true(tell("text"));
	assert_int_equal(value_of[3], 0);
	assert_int_equal(value_of[4], 0);
	assert_int_equal(value_of[5], 1ull << 63);
}

static void p8_nothing_is_written_where_it_is_not_wanted(void **state)
{
	(void)state;
	f.features_edx = 0;
	assert_false(tell("text"));
	set_up(NULL);
	f.is_hv1 = false;
	assert_false(tell("text"));
	set_up(NULL);
	able = 0;
	assert_false(tell("text"));
	set_up(NULL);
	faulting_msr = 0x40000105;
	assert_false(tell("text"));
	assert_int_equal(writes, 0);
}

static void after_a_fault_the_control_word_is_not_written(void **state)
{
	(void)state;
	faulting_msr = 0x40000102;
	assert_false(tell("text"));
	assert_int_equal(value_of[5], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(parameters_then_control_with_the_message, set_up),
		cmocka_unit_test_setup(a_dump_is_waived_where_that_can_be_said, set_up),
		cmocka_unit_test_setup(without_the_message_capability_there_is_none, set_up),
		cmocka_unit_test_setup(p8_nothing_is_written_where_it_is_not_wanted, set_up),
		cmocka_unit_test_setup(after_a_fault_the_control_word_is_not_written, set_up),
	};

	return cmocka_run_group_tests_name("hv/crash", tests, NULL, NULL);
}
