/* SPDX-License-Identifier: MIT */
/* hv/crash.c by ARM64's registers: 0x210 to 0x215, one fast call each, the control word last. */
#include "tests/host/test.h"

#include "hv/hv.h"

#define GET  0x0000000100010050ULL
#define SET  0x0000000100010051ULL
#define DONE 0x0000000100000000ULL

static struct hvsmp_features f;
static uint64_t able, refused, value_of[6];
static uint32_t sets;

static bool hvc(void *ctx, uint16_t immediate, uint64_t x[HVSMP_HVC_REGISTERS])
{
	(void)ctx;
	assert_int_equal(immediate, 1);
	assert_int_equal(x[1], ~0ULL);
	assert_int_equal(x[2], 0xFFFFFFFE);
	assert_int_equal(x[4], 0);
	if (x[0] == GET) {
		assert_int_equal(x[3], 0x215);
		x[15] = able;
		x[16] = 0;
	} else {
		assert_int_equal(x[0], SET);
		assert_in_range(x[3], 0x210, 0x215);
		assert_int_equal(x[3], 0x210 + sets);
		if (x[3] != refused)
			value_of[sets++] = x[5];
	}
	x[0] = x[3] == refused ? 6 : DONE;
	return true;
}

static const struct hvsmp_host host = {.hvc = hvc};

static int reset(void **state)
{
	(void)state;
	f = (struct hvsmp_features){.present = true, .is_hv1 = true, .more = 1 << 8};
	able = 0xFCULL << 56;
	refused = 0;
	sets = 0;
	return 0;
}

static bool tell(void)
{
	static char text[] = "gone";
	const struct hvsmp_crash crash = {.code = 0x12,
					  .os_id = 0x34,
					  .image_base = 0x56,
					  .message = {text, 0x7000},
					  .message_size = 4};

	return hvsmp_crash_tell(&f, &host, &crash);
}

static void all_six(void **state)
{
	static const uint64_t due[] = {0x12, 0x34, 0x56, 0x7000, 4, 7ULL << 61};

	(void)state;
	assert_true(tell());
	assert_int_equal(sets, 6);
	assert_memory_equal(value_of, due, sizeof(due));
}

static void who_does_not_want_to_know(void **state)
{
	(void)state;
	f.more = 1 << 10; /* x64's bit */
	assert_false(tell());
	f.more = 1 << 8;
	f.is_hv1 = false;
	assert_false(tell());
	f.is_hv1 = true;
	able = 1ULL << 62;
	assert_false(tell());
	assert_int_equal(sets, 0);
}

static void a_register_that_is_refused(void **state)
{
	(void)state;
	refused = 0x215;
	assert_false(tell());
	assert_int_equal(sets, 0);
	refused = 0x212;
	assert_false(tell());
	assert_int_equal(sets, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_six, reset),
		cmocka_unit_test_setup(who_does_not_want_to_know, reset),
		cmocka_unit_test_setup(a_register_that_is_refused, reset),
	};

	return cmocka_run_group_tests_name("hv/aarch64/crash", tests, NULL, NULL);
}
