/* SPDX-License-Identifier: MIT */
/* tests/refhv/line.c: the log's lines are what they say, and never overrun. */
#include "tests/host/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/refhv/line.h"

static struct line line;

static const char *text(void)
{
	line.text[line.length] = '\0';
	return line.text;
}

static void conversions(void **state)
{
	(void)state;
	line_begin(&line, "hypercall");
	line_add(&line, " vp=%u code=0x%04x control=0x%lx name=%s n=%lu", 3, 0x9a, 0x40000009aul,
		 "x", ~0ul);
	assert_string_equal(text(), "refhv: hypercall vp=3 code=0x009a control=0x40000009a name=x "
				    "n=18446744073709551615");
	line_begin(&line, "start");
	assert_string_equal(text(), "refhv: start");
}

static void numbers_of_every_length(void **state)
{
	char wanted[160];

	(void)state;
	for (unsigned int bits = 0; bits <= 64; bits++) {
		uint64_t value = bits < 64 ? (1ul << bits) - (bits & 1) : ~0ul;

		line_begin(&line, "x");
		line_add(&line, " %lx %04lx %lu %x %04x %u", value, value, value,
			 (unsigned int)value, (unsigned int)value, (unsigned int)value);
		snprintf(wanted, sizeof(wanted), "refhv: x %lx %04lx %lu %x %04x %u", value, value,
			 value, (unsigned int)value, (unsigned int)value, (unsigned int)value);
		assert_string_equal(text(), wanted);
	}
}

static void a_muted_line_stays_empty(void **state)
{
	(void)state;
	line_begin_if(&line, "run", false);
	line_add(&line, " vp=%u", 3);
	assert_true(line.is_muted);
	assert_int_equal(line.length, 0);
	line_begin_if(&line, "run", true);
	line_add(&line, " vp=%u", 3);
	assert_false(line.is_muted);
	assert_string_equal(text(), "refhv: run vp=3");
	line_begin_if(&line, "run", false);
	line_begin(&line, "error");
	assert_string_equal(text(), "refhv: error");
}

static void what_does_not_fit_is_dropped_and_marked(void **state)
{
	(void)state;
	line_begin(&line, "x");
	for (int i = 0; i < LINE_SIZE; i++)
		line_add(&line, "%u", 7);
	assert_in_range(line.length, LINE_SIZE - 2, LINE_SIZE - 1);
	assert_int_equal(line.text[line.length - 1], '~');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversions),
		cmocka_unit_test(numbers_of_every_length),
		cmocka_unit_test(a_muted_line_stays_empty),
		cmocka_unit_test(what_does_not_fit_is_dropped_and_marked),
	};

	return cmocka_run_group_tests_name("refhv/line", tests, NULL, NULL);
}
