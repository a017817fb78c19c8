/* SPDX-License-Identifier: MIT */
/*
 * lib/format.c: what it understands agrees with libc's snprintf; what it does not is printed as it
 * stands; the size of the buffer is respected.
 */
#include "tests/host/test.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/format.h"

/* Ours and libc's side by side, with the same arguments. */
#define assert_like_libc(...)                                                        \
	do {                                                                         \
		char ours[256], libc[256];                                           \
		size_t length = format(ours, sizeof(ours), __VA_ARGS__);             \
		assert_int_equal(length, snprintf(libc, sizeof(libc), __VA_ARGS__)); \
		assert_string_equal(ours, libc);                                     \
	} while (0)

static void integers_are_as_in_libc(void **state)
{
	(void)state;
	assert_like_libc("%d %i", 0, -1);
	assert_like_libc("%d %d", INT_MAX, INT_MIN);
	assert_like_libc("%u %x %X", UINT_MAX, 0xdeadbeef, 0xdeadbeef);
	assert_like_libc("%ld %lu %lx", LONG_MIN, ULONG_MAX, ULONG_MAX);
	assert_like_libc("%lld %llu %llX", LLONG_MIN, ULLONG_MAX, ULLONG_MAX);
	assert_like_libc("%zu %zx", SIZE_MAX, SIZE_MAX);
	assert_like_libc("%hhd %hhu %hhx", (signed char)-1, (unsigned char)255, (unsigned char)16);
	assert_like_libc("%hd %hu %hx", (short)SHRT_MIN, (unsigned short)USHRT_MAX,
			 (unsigned short)0xabc);
}

static void short_lengths_cut_the_argument(void **state)
{
	const char *volatile hidden = "%hhx %hx"; /* libc's checker would object to the constants */
	char ours[32];

	(void)state;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	format(ours, sizeof(ours), hidden, 0x1234, 0x56789abc);
#pragma GCC diagnostic pop
	assert_string_equal(ours, "34 9abc");
}

static void width_and_flags_are_as_in_libc(void **state)
{
	(void)state;
	assert_like_libc("[%5d][%-5d][%05d]", 42, 42, 42);
	assert_like_libc("[%5d][%-5d][%05d]", -42, -42, -42);
	assert_like_libc("[%2d][%02d]", 12345, -12345);
	assert_like_libc("[%0*d]", -5, 42); /* to the left: no zeros */
	assert_like_libc("[%016llx][%-16llx]", 0x1234ull, 0x1234ull);
	assert_like_libc("[%*d][%*d][%0*x]", 6, 42, -6, 42, 8, 0xbeefu);
	assert_like_libc("[%3c][%-3c]", 'a', 'b');
	assert_like_libc("[%20p]", (void *)0x1234);
}

static void strings_are_as_in_libc(void **state)
{
	const char no_nul[3] = {'a', 'b', 'c'};

	(void)state;
	assert_like_libc("%s|%10s|%-10s|", "vp", "right", "left");
	assert_like_libc("%.2s|%.0s|%.9s|%5.1s|", "abc", "abc", "abc", "abc");
	assert_like_libc("%.*s|%.*s|", 2, "abc", -1, "abc");
	assert_like_libc("%.*s", 3, no_nul); /* ASan sees a read beyond */
	assert_like_libc("100%% %c", 'x');
}

static void a_null_string_is_named(void **state)
{
	const char *volatile none = NULL;
	char ours[32];

	(void)state;
	assert_int_equal(format(ours, sizeof(ours), "%s", none), 6);
	assert_string_equal(ours, "(null)");
}

static void what_it_does_not_know_stands_as_it_is(void **state)
{
	static const char *const wrong[] = {"a %f %s", "%5.2d %s", "%n",    "%",
					    "%-",      "%08",      "%q %s", "%#x"};
	char ours[64];

	(void)state;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
		format(ours, sizeof(ours), wrong[i]);
		assert_string_equal(ours, wrong[i]);
	}
#pragma GCC diagnostic pop
}

static void the_buffer_is_never_overrun(void **state)
{
	char libc[16];

	(void)state;
	for (size_t size = 0; size <= 12; size++) {
		char *ours = test_malloc(size == 0 ? 1 : size); /* cmocka's guards, and ASan's */

		ours[0] = '!';
		assert_int_equal(format(ours, size, "%s-%05d", "abc", 42), 9);
		snprintf(libc, size, "%s-%05d", "abc", 42);
		if (size == 0)
			assert_int_equal(ours[0], '!');
		else
			assert_string_equal(ours, libc);
		test_free(ours);
	}
	assert_int_equal(format(NULL, 0, "%d", 12345), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_as_in_libc),
		cmocka_unit_test(short_lengths_cut_the_argument),
		cmocka_unit_test(width_and_flags_are_as_in_libc),
		cmocka_unit_test(strings_are_as_in_libc),
		cmocka_unit_test(a_null_string_is_named),
		cmocka_unit_test(what_it_does_not_know_stands_as_it_is),
		cmocka_unit_test(the_buffer_is_never_overrun),
	};

	return cmocka_run_group_tests_name("lib/format", tests, NULL, NULL);
}
