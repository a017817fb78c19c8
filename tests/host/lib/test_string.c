/* SPDX-License-Identifier: MIT */
/*
 * lib/string.c: the memory functions, under other names, against libc's at every small size,
 * alignment and overlap; then the string functions.
 */
#include "tests/host/test.h"

#include <string.h>

#include "lib/string.h"

void *our_memcpy(void *restrict dst, const void *restrict src, size_t size);
void *our_memmove(void *dst, const void *src, size_t size);
void *our_memset(void *dst, int value, size_t size);
int our_memcmp(const void *a, const void *b, size_t size);

enum { ROOM = 96, SIZES = 40, OFFSETS = 9 };

static void fill(uint8_t *p)
{
	for (size_t i = 0; i < ROOM; i++)
		p[i] = (uint8_t)(i * 37 + 11);
}

static void memcpy_matches_libc(void **state)
{
	uint8_t src[ROOM], ours[ROOM], libc[ROOM];

	(void)state;
	fill(src);
	for (size_t size = 0; size < SIZES; size++) {
		for (size_t at = 0; at < OFFSETS; at++) {
			memset(ours, 0xee, ROOM);
			memset(libc, 0xee, ROOM);
			assert_ptr_equal(our_memcpy(ours + at, src + 3, size), ours + at);
			memcpy(libc + at, src + 3, size);
			assert_memory_equal(ours, libc, ROOM);
		}
	}
}

static void memmove_matches_libc_when_it_overlaps(void **state)
{
	uint8_t ours[ROOM], libc[ROOM];

	(void)state;
	for (size_t size = 0; size < SIZES; size++) {
		for (size_t to = 0; to < 2 * OFFSETS; to++) {
			fill(ours);
			fill(libc);
			assert_ptr_equal(our_memmove(ours + to, ours + OFFSETS, size), ours + to);
			memmove(libc + to, libc + OFFSETS, size);
			assert_memory_equal(ours, libc, ROOM);
		}
	}
}

static void memset_matches_libc(void **state)
{
	static const int values[] = {0, 0x80, 0xff, -1, 0x1234};
	uint8_t ours[ROOM], libc[ROOM];

	(void)state;
	for (size_t v = 0; v < ARRAY_COUNT(values); v++) {
		for (size_t size = 0; size < SIZES; size++) {
			fill(ours);
			fill(libc);
			assert_ptr_equal(our_memset(ours + 5, values[v], size), ours + 5);
			memset(libc + 5, values[v], size);
			assert_memory_equal(ours, libc, ROOM);
		}
	}
}

static void memcmp_compares_unsigned_bytes(void **state)
{
	(void)state;
	assert_int_equal(our_memcmp("same", "same", 4), 0);
	assert_int_equal(our_memcmp("a", "b", 0), 0);
	assert_true(our_memcmp("abcdefgh\x01", "abcdefgh\x02", 9) < 0);
	assert_true(our_memcmp("\x80", "\x7f", 1) > 0);
	assert_true(our_memcmp("abc", "abd", 2) == 0);
}

static void strings_equal_only_as_a_whole(void **state)
{
	(void)state;
	assert_true(str_equal("", ""));
	assert_true(str_equal("fanout", "fanout"));
	assert_false(str_equal("fanout", "fanou"));
	assert_false(str_equal("fanou", "fanout"));
	assert_false(str_equal("fanout", "fanouT"));
	assert_int_equal(str_len(""), 0);
	assert_int_equal(str_len("VP index"), 8);
}

static void copy_cuts_and_says_so(void **state)
{
	char dst[5] = "????";

	(void)state;
	assert_true(str_copy(dst, sizeof(dst), "abcdef", 4));
	assert_string_equal(dst, "abcd");
	assert_false(str_copy(dst, sizeof(dst), "efghij", 5));
	assert_string_equal(dst, "efgh");
	assert_true(str_copy(dst, sizeof(dst), "x", 0));
	assert_string_equal(dst, "");
	assert_false(str_copy(dst, 1, "x", 1));
	dst[0] = '!';
	assert_false(str_copy(dst, 0, "x", 0));
	assert_int_equal(dst[0], '!');
}

static void distance_counts_edits(void **state)
{
	char long_name[STR_DISTANCE_MAX + 2];

	(void)state;
	assert_int_equal(str_distance("fanout", 6, "fanout"), 0);
	assert_int_equal(str_distance("fanut", 5, "fanout"), 1);
	assert_int_equal(str_distance("fannout", 7, "fanout"), 1);
	assert_int_equal(str_distance("fanoat", 6, "fanout"), 1);
	assert_int_equal(str_distance("", 0, "cap"), 3);
	assert_int_equal(str_distance("kitten", 6, "sitting"), 3);
	assert_int_equal(str_distance("deadline=5", 8, "deadline"), 0);
	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(str_distance(long_name, STR_DISTANCE_MAX + 1, "cap"),
			 STR_DISTANCE_MAX + 1);
	assert_int_equal(str_distance("cap", 3, long_name), STR_DISTANCE_MAX + 1);
	assert_int_equal(str_distance(long_name, STR_DISTANCE_MAX, "aaa"), STR_DISTANCE_MAX - 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memcpy_matches_libc),
		cmocka_unit_test(memmove_matches_libc_when_it_overlaps),
		cmocka_unit_test(memset_matches_libc),
		cmocka_unit_test(memcmp_compares_unsigned_bytes),
		cmocka_unit_test(strings_equal_only_as_a_whole),
		cmocka_unit_test(copy_cuts_and_says_so),
		cmocka_unit_test(distance_counts_edits),
	};

	return cmocka_run_group_tests_name("lib/string", tests, NULL, NULL);
}
