/* SPDX-License-Identifier: MIT */
/* lib/tally.c: the count is exact, the text names the first few and fits its room. */
#include "tests/host/test.h"

#include <string.h>

#include "lib/tally.h"

static void one_text_for_any_count(void **state)
{
	char text[TALLY_TEXT_SIZE];
	struct tally t = {0};

	(void)state;
	assert_string_equal(tally_text(&t, TALLY_DECIMAL, text), "");
	tally_add(&t, 5);
	assert_string_equal(tally_text(&t, TALLY_DECIMAL, text), "5");
	tally_add(&t, 255);
	assert_string_equal(tally_text(&t, TALLY_DECIMAL, text), "5, 255");
	assert_string_equal(tally_text(&t, TALLY_HEX, text), "0x5, 0xff");
	tally_add(&t, 7);
	tally_add(&t, 8);
	assert_string_equal(tally_text(&t, TALLY_DECIMAL, text), "5, 255, 7, 8");
	tally_add(&t, 9);
	assert_string_equal(tally_text(&t, TALLY_DECIMAL, text), "5, 255, 7, 8 and 1 more");
	assert_int_equal(t.count, 5);
}

static void the_longest_text_fits(void **state)
{
	struct tally t = {.count = SIZE_MAX};
	char text[TALLY_TEXT_SIZE];

	(void)state;
	memset(t.first, 0xFF, sizeof(t.first));
	tally_text(&t, TALLY_HEX, text);
	assert_non_null(strstr(text, " and 18446744073709551611 more"));
	tally_text(&t, TALLY_DECIMAL, text);
	assert_non_null(strstr(text, " and 18446744073709551611 more"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_text_for_any_count),
		cmocka_unit_test(the_longest_text_fits),
	};

	return cmocka_run_group_tests_name("lib/tally", tests, NULL, NULL);
}
