/* SPDX-License-Identifier: MIT */
/* lib/log.c: levels, sinks, times, and the texts kept for the report. */
#include "tests/host/test.h"

#include <string.h>

#include "lib/log.h"

struct heard {
	char text[8192];
	size_t len;
};

static struct heard heard[2];
static uint64_t now_ns;

static void hear(void *ctx, const char *text, size_t len)
{
	struct heard *h = ctx;

	assert_true(h->len + len < sizeof(h->text));
	memcpy(h->text + h->len, text, len);
	h->len += len;
	h->text[h->len] = '\0';
}

static uint64_t clock(void)
{
	return now_ns;
}

static int set_up(void **state)
{
	(void)state;
	log_reset();
	memset(heard, 0, sizeof(heard));
	return log_add_sink(hear, &heard[0]);
}

static void every_sink_hears_every_line(void **state)
{
	(void)state;
	assert_int_equal(log_add_sink(hear, &heard[1]), OK);
	log_info("vp %d", 3);
	log_error("no %s", "RSDP");
	assert_string_equal(heard[0].text, "vp 3\nerror: no RSDP\n");
	assert_string_equal(heard[1].text, heard[0].text);
}

static void a_fifth_sink_is_refused(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(log_add_sink(hear, &heard[1]), OK);
	assert_int_equal(log_add_sink(hear, &heard[1]), ERR_FULL);
}

static void levels_hide_lines_but_keep_warnings(void **state)
{
	(void)state;
	log_debug("hidden by default");
	log_set_level(LOG_ERROR);
	log_info("hidden");
	log_warn("unknown option %s", "x");
	log_error("shown");
	log_set_level(LOG_DEBUG);
	log_debug("detail");
	assert_string_equal(heard[0].text, "error: shown\ndetail\n");
	assert_int_equal(log_kept_count(), 2);
	assert_string_equal(log_kept(0), "unknown option x");
	assert_string_equal(log_kept(1), "shown");
	assert_null(log_kept(2));
}

static void lines_carry_the_time_once_there_is_a_clock(void **state)
{
	(void)state;
	log_set_clock(clock);
	now_ns = 1234567;
	log_info("a");
	now_ns = 12345678901234;
	log_warn("b");
	log_set_clock(NULL);
	log_info("c");
	assert_string_equal(heard[0].text, "[    0.001234] a\n[12345.678901] warning: b\nc\n");
}

static void text_ignores_the_level(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	log_text("raw\nbytes", 5);
	log_print("%d of %d\n", 3, 4);
	assert_string_equal(heard[0].text, "raw\nb3 of 4\n");
}

static void f78_an_oversized_line_is_cut_not_overrun(void **state)
{
	char big[4000];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_warn("%s", big);
	assert_in_range(heard[0].len, LOG_KEPT_SIZE, 1024);
	assert_int_equal(heard[0].text[heard[0].len - 1], '\n');
	assert_int_equal(strlen(log_kept(0)), LOG_KEPT_SIZE - 1);
	log_print("%s", big);
	assert_int_equal(heard[0].text[heard[0].len - 1], 'x');
	assert_in_range(heard[0].len, 2 * LOG_KEPT_SIZE, 2048);
}

static void the_count_goes_on_beyond_what_is_kept(void **state)
{
	(void)state;
	for (int i = 0; i < LOG_KEPT + 5; i++)
		log_warn("w%d", i);
	assert_int_equal(log_kept_count(), LOG_KEPT + 5);
	assert_string_equal(log_kept(LOG_KEPT - 1), "w31");
	assert_null(log_kept(LOG_KEPT));
}

static void no_sink_is_no_fault(void **state)
{
	(void)state;
	log_reset();
	log_error("to nobody");
	assert_int_equal(heard[0].len, 0);
	assert_string_equal(log_kept(0), "to nobody");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_sink_hears_every_line, set_up),
		cmocka_unit_test_setup(a_fifth_sink_is_refused, set_up),
		cmocka_unit_test_setup(levels_hide_lines_but_keep_warnings, set_up),
		cmocka_unit_test_setup(lines_carry_the_time_once_there_is_a_clock, set_up),
		cmocka_unit_test_setup(text_ignores_the_level, set_up),
		cmocka_unit_test_setup(f78_an_oversized_line_is_cut_not_overrun, set_up),
		cmocka_unit_test_setup(the_count_goes_on_beyond_what_is_kept, set_up),
		cmocka_unit_test_setup(no_sink_is_no_fault, set_up),
	};

	return cmocka_run_group_tests_name("lib/log", tests, NULL, NULL);
}
