/* SPDX-License-Identifier: MIT */
/* kernel/options.c: every option, and every way to get one wrong (F78). */
#include "tests/host/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/options.h"
#include "smp/rounds.h"

static struct options o;

/* In a block of exactly its size: ASan sees a step beyond. */
static void parse(const char *text)
{
	char *copy = strdup(text);

	log_reset();
	memset(&o, 0xEE, sizeof(o));
	options_parse(copy, &o);
	free(copy);
}

/* A comment begins with a word of its own: nothing of this one is used. */
static void f78_no_comment_in_a_word(void **state)
{
	(void)state;
	parse("exit=qemu#x log=quiet");
	assert_int_equal(o.exit, EXIT_HALT);
	assert_int_equal(o.log, LOG_ERROR);
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), "option exit=\"qemu#x\": must be"));
}

static void quotes_keep_blanks(void **state)
{
	(void)state;
	parse("payload=\\EFI\\linux\\vmlinuz.efi args=\"console=ttyS0 panic=-1\" log=quiet");
	assert_string_equal(o.payload, "\\EFI\\linux\\vmlinuz.efi");
	assert_string_equal(o.args, "console=ttyS0 panic=-1");
	assert_int_equal(o.log, LOG_ERROR);
	assert_string_equal(o.text,
			    "payload=\\EFI\\linux\\vmlinuz.efi args=\"console=ttyS0 panic=-1\" "
			    "log=quiet");
	parse("\"args=a b\" \"exit\"=qemu"); /* as a shell hands them on */
	assert_string_equal(o.args, "a b");
	assert_int_equal(o.exit, EXIT_QEMU);
	parse("args=\"# no comment\"");
	assert_string_equal(o.args, "# no comment");
	assert_int_equal(log_kept_count(), 0);
}

static void f78_a_quote_ends_with_its_line(void **state)
{
	(void)state;
	parse("args=\"a b\nexit=qemu");
	assert_string_equal(o.args, "a b");
	assert_int_equal(o.exit, EXIT_QEMU);
	assert_int_equal(log_kept_count(), 1);
	assert_string_equal(log_kept(0), "option args=a b: its last quote is not closed");
}

static void f78_a_text_that_is_too_long_is_not_used(void **state)
{
	char text[2000] = "payload=";

	(void)state;
	memset(text + 8, 'x', OPTIONS_PAYLOAD_SIZE - 1);
	parse(text);
	assert_int_equal(strlen(o.payload), OPTIONS_PAYLOAD_SIZE - 1);
	assert_int_equal(log_kept_count(), 0);
	text[8 + OPTIONS_PAYLOAD_SIZE - 1] = 'x';
	parse(text);
	assert_string_equal(o.payload, "");
	assert_string_equal(log_kept(0), "option payload: must be at most 255 bytes long, is 256");
	memset(text + 8, 'x', sizeof(text) - 9); /* more than a word can be */
	parse(text);
	assert_string_equal(o.payload, "");
	assert_non_null(strstr(log_kept(0), "longer than 1280 bytes: not used"));
}

static void assert_defaults(void)
{
	assert_int_equal(o.mode, MODE_NORMAL);
	assert_int_equal(o.rounds, 10);
	assert_int_equal(o.methods, 0x3F);
	assert_int_equal(o.init_delay_ms, INIT_DELAY_AUTO);
	assert_int_equal(o.start, START_AUTO);
	assert_true(o.fanout);
	assert_in_range(o.deadline_ms, 1, 600000);
	assert_in_range(o.cap_ms, o.deadline_ms, 600000);
	assert_int_equal(o.exit, EXIT_HALT);
	assert_int_equal(o.log, LOG_INFO);
	assert_int_equal(o.report, REPORT_TABLE | REPORT_JSON | REPORT_TAP);
	assert_int_equal(o.panic, PANIC_OFF);
	assert_true(o.screen);
	assert_int_equal(o.repeat_s, 0);
}

static void no_text_gives_the_defaults(void **state)
{
	(void)state;
	parse("");
	assert_defaults();
	parse(" \t\r\n\n# start=sipi exit=qemu\n   ");
	assert_defaults();
	assert_int_equal(log_kept_count(), 0);
}

static void vtl_1_goes_with_the_ordinary_bring_up(void **state)
{
	(void)state;
	parse("");
	assert_int_equal(o.vtl, OPTION_VTL_OFF);
	parse("vtl=1");
	assert_int_equal(o.vtl, OPTION_VTL_1);
	parse("vtl=1 vtl=off");
	assert_int_equal(o.vtl, OPTION_VTL_OFF);
	assert_int_equal(log_kept_count(), 0);
	parse("vtl=monitor");
	assert_int_equal(o.vtl, OPTION_VTL_MONITOR);
	parse("vtl=2");
	assert_int_equal(o.vtl, OPTION_VTL_OFF);
	assert_string_equal(log_kept(0), "option vtl=\"2\": must be off, 1 or monitor");
	parse("vtl=1 mode=bench");
	assert_int_equal(o.vtl, OPTION_VTL_OFF);
	assert_non_null(strstr(log_kept(0), "vtl=1 goes with mode=normal"));
	parse("vtl=monitor mode=selftest");
	assert_int_equal(o.vtl, OPTION_VTL_OFF);
	assert_non_null(strstr(log_kept(0), "vtl=monitor goes with mode=normal"));
}

static void every_option_is_read(void **state)
{
	(void)state;
	parse("start=hv fanout=off deadline=1 cap=600000 exit=qemu log=verbose report=json "
	      "mode=conformance screen=off");
	assert_int_equal(o.mode, MODE_CONFORMANCE);
	assert_false(o.screen);
	assert_int_equal(o.start, START_HV);
	assert_false(o.fanout);
	assert_int_equal(o.deadline_ms, 1);
	assert_int_equal(o.cap_ms, 600000);
	assert_int_equal(o.exit, EXIT_QEMU);
	assert_int_equal(o.log, LOG_DEBUG);
	assert_int_equal(o.report, REPORT_JSON);
	parse("mode=selftest");
	assert_int_equal(o.mode, MODE_SELFTEST);
	parse("mode=bench rounds=1000 init_delay=0");
	assert_int_equal(o.mode, MODE_BENCH);
	assert_int_equal(o.rounds, 1000);
	assert_int_equal(o.init_delay_ms, 0);
	parse("init_delay=1000");
	assert_int_equal(o.init_delay_ms, 1000);
	parse("init_delay=7 init_delay=auto");
	assert_int_equal(o.init_delay_ms, INIT_DELAY_AUTO);
	parse("start=sipi\r\nfanout=on\nexit=reset\tlog=quiet\nreport=tap,table\n");
	assert_int_equal(o.start, START_SECOND);
	assert_true(o.fanout);
	assert_int_equal(o.exit, EXIT_RESET);
	assert_int_equal(o.log, LOG_ERROR);
	assert_int_equal(o.report, REPORT_TAP | REPORT_TABLE);
	parse("start=auto exit=poweroff exit=halt log=info # exit=qemu\nreport=tap,tap");
	assert_int_equal(o.exit, EXIT_HALT); /* the last one counts */
	assert_int_equal(o.report, REPORT_TAP);
	assert_int_equal(log_kept_count(), 0);
}

static void a_panic_on_purpose_has_every_kind_by_its_name(void **state)
{
	static const enum option_panic_by kinds[] = {PANIC_PLAIN,      PANIC_NULL_READ,
						     PANIC_TEXT_WRITE, PANIC_DATA_EXEC,
						     PANIC_OVERRUN,    PANIC_STACK,
						     PANIC_NMI};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
		char text[64];

		snprintf(text, sizeof(text), "panic=ap panic_by=%s audit=on",
			 options_panic_by_name(kinds[i]));
		parse(text);
		assert_int_equal(log_kept_count(), 0);
		assert_int_equal(o.panic, PANIC_AP);
		assert_int_equal(o.panic_by, kinds[i]);
		assert_true(o.audit);
	}
	parse("panic=bsp audit=off panic_by=fire");
	assert_int_equal(o.panic, PANIC_BSP);
	assert_int_equal(o.panic_by, PANIC_PLAIN);
	assert_false(o.audit);
	assert_non_null(strstr(log_kept(0), "text-write"));
}

static void an_old_name_works_and_names_the_new_one(void **state)
{
	(void)state;
	parse("selftest=on");
	assert_true(o.audit);
	assert_int_equal(log_kept_count(), 1);
	assert_string_equal(log_kept(0), "option \"selftest\" is called \"audit\" now");
	parse("selftest=maybe");
	assert_false(o.audit);
	assert_int_equal(log_kept_count(), 2);
	assert_string_equal(log_kept(1), "option audit=\"maybe\": must be on or off");
}

static void the_text_is_kept_on_one_line_without_comments(void **state)
{
	char text[300];
	char expected[OPTIONS_TEXT_SIZE];

	(void)state;
	parse("");
	assert_string_equal(o.text, "");
	parse("# nothing\n  # start=sipi\n");
	assert_string_equal(o.text, "");
	parse("\n  start=hv\t\tnonsense # exit=qemu cap=5\r\nlog=info#x\n#end\n report=tap  ");
	assert_string_equal(o.text, "start=hv nonsense log=info#x report=tap");
	parse("\x01=\xFF\x7F start=hv");
	assert_string_equal(o.text, "?=?? start=hv");
	/* Cut, but never with a blank at the end. */
	for (size_t first = 120; first < 135; first++) {
		memset(text, 'x', sizeof(text));
		text[first] = ' ';
		text[sizeof(text) - 1] = '\0';
		memcpy(expected, text, sizeof(expected) - 1);
		expected[sizeof(expected) - 1] = '\0';
		if (first == sizeof(expected) - 2)
			expected[first] = '\0';
		parse(text);
		assert_string_equal(o.text, expected);
	}
}

static void f78_an_unknown_option_names_the_nearest(void **state)
{
	static const struct {
		const char *text, *name, *nearest;
	} cases[] = {
		{"strat=hv", "\"strat\"", "\"start\""},
		{"fanot=off", "\"fanot\"", "\"fanout\""},
		{"dead-line=5", "\"dead-line\"", "\"deadline\""},
		{"caps=5", "\"caps\"", "\"cap\""},
		{"exits=qemu", "\"exits\"", "\"exit\""},
		{"Log=quiet", "\"Log\"", "\"log\""},
		{"reports", "\"reports\"", "\"report\""},
		{"zzz", "\"zzz\"", "\"vtl\""}, /* as far as log, and before it */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		parse(cases[i].text);
		assert_defaults();
		assert_int_equal(log_kept_count(), 1);
		assert_non_null(strstr(log_kept(0), cases[i].name));
		assert_non_null(strstr(log_kept(0), cases[i].nearest));
	}
}

static void methods_have_their_names_from_smp(void **state)
{
	static const char *const names[] = {"hv-serial", "hv-fanout", "sipi-serial",
					    "sipi-parallel", "sipi-broadcast"};
	char text[32];

	(void)state;
	assert_int_equal(ARRAY_COUNT(names), SMP_METHODS);
	for (int i = 0; i < SMP_METHODS; i++) {
		snprintf(text, sizeof(text), "methods=%s", names[i]);
		parse(text);
		assert_int_equal(o.methods, OPTION_METHOD(i));
	}
	parse("methods=vtl1");
	assert_int_equal(o.methods, OPTION_METHOD_VTL1);
	parse("methods=hv-fanout,sipi-broadcast");
	assert_int_equal(o.methods, 1 << 1 | 1 << 4);
}

static void f78_a_wrong_value_is_named_with_what_it_may_be(void **state)
{
	static const struct {
		const char *text, *name, *value;
	} cases[] = {
		{"start=yes", "start", "yes"},
		{"start=", "start", "sipi"},
		{"start", "start", "sipi"},
		{"start=hv=sipi", "start", "hv=sipi"},
		{"fanout=1", "fanout", "on or off"},
		{"mode=benchmark", "mode", "selftest, conformance or bench"},
		{"rounds=0", "rounds", "1..1000"},
		{"rounds=1001", "rounds", "1..1000"},
		{"methods=", "methods", "hv-serial"},
		{"methods=sipi", "methods", "sipi-broadcast, vtl1 (comma-separated)"},
		{"rounds=auto", "rounds", "1..1000"},
		{"init_delay=", "init_delay", "auto or 0..1000"},
		{"init_delay=1001", "init_delay", "auto or 0..1000"},
		{"init_delay=never", "init_delay", "auto or 0..1000"},
		{"deadline=0", "deadline", "600000"},
		{"deadline=600001", "deadline", "600001"},
		{"deadline=99999999999999999999", "deadline", "600000"},
		{"deadline=5ms", "deadline", "5ms"},
		{"deadline=-5", "deadline", "-5"},
		{"cap=", "cap", "600000"},
		{"exit=off", "exit", "poweroff"},
		{"log=debug", "log", "verbose"},
		{"report=", "report", "json"},
		{"report=json,", "report", "json,"},
		{"report=json,xml", "report", "json,xml"},
		{"report=,", "report", "tap"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		parse(cases[i].text);
		assert_defaults();
		assert_int_equal(log_kept_count(), 1);
		assert_non_null(strstr(log_kept(0), cases[i].name));
		assert_non_null(strstr(log_kept(0), cases[i].value));
	}
}

static void f78_a_mistake_costs_its_own_word_only(void **state)
{
	(void)state;
	parse("start=sipi nonsense deadline=x exit=qemu =  == cap=7");
	assert_int_equal(o.start, START_SECOND);
	assert_int_equal(o.exit, EXIT_QEMU);
	assert_int_equal(o.cap_ms, 7);
	assert_int_equal(log_kept_count(), 4);
}

static void f78_oversized_words_and_texts(void **state)
{
	enum { SIZE = 100000 };
	char *text = malloc(SIZE + 1);

	(void)state;
	memset(text, 'x', SIZE);
	text[SIZE] = '\0';
	parse(text);
	assert_defaults();
	assert_int_equal(log_kept_count(), 1);
	memcpy(text, "report=", 7);
	parse(text);
	assert_int_equal(log_kept_count(), 1);
	assert_in_range(strlen(log_kept(0)), 20, LOG_KEPT_SIZE - 1);
	memset(text, '=', SIZE);
	parse(text);
	assert_defaults();
	for (size_t i = 1; i < SIZE; i += 2)
		text[i] = ' ';
	parse(text);
	assert_defaults();
	assert_int_equal(log_kept_count(), SIZE / 2);
	memcpy(text + SIZE - 10, " exit=qemu", 10);
	parse(text);
	assert_int_equal(o.exit, EXIT_QEMU);
	free(text);
}

static void f78_random_texts_are_survived(void **state)
{
	static const char letters[] = "startfanoutdeadlinecapexitlogreport===,,# \n\t\xff\x01"
				      "0123456789hvsipi";
	uint32_t random = 7;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		char text[64];
		size_t size;

		random = random * 1664525 + 1013904223;
		size = (random >> 16) % sizeof(text);
		for (size_t i = 0; i < size; i++) {
			random = random * 1664525 + 1013904223;
			text[i] = letters[(random >> 16) % (sizeof(letters) - 1)];
		}
		text[size] = '\0';
		parse(text);
		assert_in_range(o.deadline_ms, 1, 600000);
		assert_in_range(o.report, 1, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f78_no_comment_in_a_word),
		cmocka_unit_test(quotes_keep_blanks),
		cmocka_unit_test(f78_a_quote_ends_with_its_line),
		cmocka_unit_test(f78_a_text_that_is_too_long_is_not_used),
		cmocka_unit_test(no_text_gives_the_defaults),
		cmocka_unit_test(every_option_is_read),
		cmocka_unit_test(vtl_1_goes_with_the_ordinary_bring_up),
		cmocka_unit_test(methods_have_their_names_from_smp),
		cmocka_unit_test(a_panic_on_purpose_has_every_kind_by_its_name),
		cmocka_unit_test(an_old_name_works_and_names_the_new_one),
		cmocka_unit_test(the_text_is_kept_on_one_line_without_comments),
		cmocka_unit_test(f78_an_unknown_option_names_the_nearest),
		cmocka_unit_test(f78_a_wrong_value_is_named_with_what_it_may_be),
		cmocka_unit_test(f78_a_mistake_costs_its_own_word_only),
		cmocka_unit_test(f78_oversized_words_and_texts),
		cmocka_unit_test(f78_random_texts_are_survived),
	};

	return cmocka_run_group_tests_name("kernel/options", tests, NULL, NULL);
}
