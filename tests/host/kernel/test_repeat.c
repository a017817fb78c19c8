/* SPDX-License-Identifier: MIT */
/* kernel/repeat.c, compiled in here: how often, how long, and the same bytes each time. */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/repeat.c"

const char kernel_version[] = "v9";

static struct options options;
static struct pages pages;
static void *memory;
static uint64_t now, step;
static char heard[1 << 16];
static unsigned int looks;

uint64_t arch_clock_ns(void)
{
	looks++;
	now += step;
	return now;
}

void arch_pause(void)
{
}

void arch_serial_write(void *ctx, const char *text, size_t len)
{
	assert_null(ctx);
	if (strlen(heard) + len < sizeof(heard))
		strncat(heard, text, len);
}

static int set_up(void **state)
{
	struct page_range range;

	(void)state;
	log_reset();
	memset(&kept, 0, sizeof(kept));
	heard[0] = '\0';
	options = (struct options){.repeat_s = 20, .text = "repeat=20"};
	memory = aligned_alloc(PAGE_SIZE, ROOM);
	assert_non_null(memory);
	range = (struct page_range){(uint64_t)memory, ROOM};
	pages_init(&pages, &range, 1);
	now = 0;
	step = NS_PER_S;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

static unsigned int times(const char *what)
{
	unsigned int count = 0;

	for (const char *at = heard; (at = strstr(at, what)); at++)
		count++;
	return count;
}

static void what_was_said_is_said_again(void **state)
{
	(void)state;
	log_print("before\n");
	repeat_open(&pages, &options);
	log_print("first\n");
	log_warn("second");
	assert_string_equal(heard, "");
	repeat_run();
	assert_non_null(strstr(heard, "\nrepeated, 1 of 60, every 20 s: hvsmp v9, options: "
				      "repeat=20\nfirst\nwarning: second\n\nrepeated, 2 of"));
	assert_int_equal(times("first\nwarning: second\n"), REPEAT_MOST);
	assert_non_null(strstr(heard, "\nrepeated, 60 of 60, "));
	assert_int_equal(times("before"), 0);
	assert_in_range(now / NS_PER_S, 60 * 20, 60 * 24);
}

static void none_begins_later_than_the_span(void **state)
{
	(void)state;
	options.repeat_s = 600;
	repeat_open(&pages, &options);
	log_print("text\n");
	repeat_run();
	assert_in_range(times("text\n"), 2, 3);
	assert_true(now < (REPEAT_SPAN_S + 5) * NS_PER_S);
}

static void once_is_enough(void **state)
{
	(void)state;
	repeat_open(&pages, &options);
	repeat_run();
	heard[0] = '\0';
	repeat_run();
	assert_string_equal(heard, "");
}

static void not_unless_asked_for(void **state)
{
	(void)state;
	options.repeat_s = 0;
	repeat_open(&pages, &options);
	log_print("text\n");
	repeat_run();
	assert_string_equal(heard, "");
	assert_int_equal(pages_left(&pages), ROOM / PAGE_SIZE);
}

static void without_memory_a_warning(void **state)
{
	(void)state;
	pages.fail_at = 1;
	repeat_open(&pages, &options);
	log_print("text\n");
	repeat_run();
	assert_string_equal(heard, "");
	assert_string_equal(log_kept(0), "no memory to keep the log in: repeat=20 is not used");
}

/* A panic before the clock has a rate: time does not pass, and nothing waits for it. */
static void without_a_clock_nothing(void **state)
{
	(void)state;
	step = 0;
	repeat_open(&pages, &options);
	repeat_run();
	assert_string_equal(heard, "");
}

/* It has a rate and stands still: the looks are bounded. */
static void a_clock_that_stands_still_ends_it(void **state)
{
	(void)state;
	now = 1;
	step = 0;
	looks = 0;
	wait_until(2, 1000);
	assert_in_range(looks, 1000, 1002);
}

static void what_does_not_fit_is_counted(void **state)
{
	static char line[1024];

	(void)state;
	memset(line, 'x', sizeof(line));
	options.repeat_s = 600;
	repeat_open(&pages, &options);
	for (size_t i = 0; i < ROOM / sizeof(line); i++)
		log_text(line, sizeof(line));
	log_text(line, 7);
	assert_int_equal(kept.len, ROOM);
	repeat_run();
	assert_non_null(strstr(heard, "\n(and 7 bytes more)\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_said_is_said_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(none_begins_later_than_the_span, set_up, tear_down),
		cmocka_unit_test_setup_teardown(once_is_enough, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_unless_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_memory_a_warning, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_clock_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_clock_that_stands_still_ends_it, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_counted, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("kernel/repeat", tests, NULL, NULL);
}
