/* SPDX-License-Identifier: MIT */
/*
 * kernel/report*.c: the three forms of the report from one ledger, word for word; and texts that
 * would break a careless JSON (P7).
 */
#include "tests/host/kernel/report_fixture.h"

#include <string.h>

#include "kernel/times.h"
#include "lib/log.h"

static void json_word_for_word(void **state)
{
	(void)state;
	log_warn("one \"warning\"");
	heard.len = 0;
	report_json(&report);
	assert_string_equal(
		heard.text,
		"@report "
		"{\"schema\":\"hvsmp-report/"
		"2\",\"version\":\"unversioned\",\"verdict\":\"degraded\","
		"\"hypervisor\":{\"present\":true,\"interface\":\"Hv#1\","
		"\"vendor\":\"Microsoft Hv\",\"version\":\"10.0.20348.1-0-0\","
		"\"start_vp\":true,\"reason\":\"\"},"
		"\"map\":{\"calls\":4,\"stride\":4,\"elements\":3},"
		"\"vsm\":{\"offered\":false,\"wanted\":false,\"reason\":\"\",\"maximum_vtl\":null,"
		"\"active_vtl\":0,\"statuses\":{\"partition\":null,\"boot\":null},\"calls\":0,"
		"\"code_page\":{\"call\":null,\"return\":null},\"leaked\":[],\"monitor\":null},"
		"\"payload\":null,"
		"\"clock\":{\"source\":\"cpuid\",\"hz\":1000,\"assumed\":false},"
		"\"expected\":3,\"online\":2,\"bringup_ns\":123456,\"cpus\":["
		"{\"apic_id\":0,\"uid\":0,\"vp_index\":1,\"numa\":null,\"role\":\"bsp\","
		"\"method\":\"firmware\",\"verdict\":\"online\",\"map_status\":null,\"hv_status\":"
		"null,\"tries\":0,\"vtl\":0,\"vtl_status\":null,\"intercepts\":null,"
		"\"started_by\":null,\"t_issued_ns\":null,\"t_first_ns\":null,\"t_online_ns\":0,"
		"\"handed_over\":false,"
		"\"mismatches\":[]},"
		"{\"apic_id\":2,\"uid\":1,\"vp_index\":2,\"numa\":1,\"role\":\"ap\","
		"\"method\":\"hv\",\"verdict\":\"online\",\"map_status\":0,\"hv_status\":0,"
		"\"tries\":1,\"vtl\":0,\"vtl_status\":null,\"intercepts\":null,"
		"\"started_by\":0,\"t_issued_ns\":1000,\"t_first_ns\":2000,\"t_online_ns\":3000,"
		"\"handed_over\":false,"
		"\"mismatches\":[]},"
		"{\"apic_id\":4,\"uid\":null,\"vp_index\":null,\"numa\":null,\"role\":\"ap\","
		"\"method\":\"none\",\"verdict\":\"refused\",\"map_status\":5,\"hv_status\":80,"
		"\"tries\":3,\"vtl\":null,\"vtl_status\":null,\"intercepts\":null,"
		"\"started_by\":null,\"t_issued_ns\":null,\"t_first_ns\":null,"
		"\"t_online_ns\":null,\"handed_over\":false,\"mismatches\":[]}],"
		"\"selftest\":null,\"warnings\":[\"one \\\"warning\\\"\"],"
		"\"warnings_left_out\":0}\n");
	platform.hypervisor.features.is_hv1 = false; /* another's version says something else */
	report_json(&report);
	assert_non_null(strstr(heard.text, "\"vendor\":\"Microsoft Hv\",\"version\":\"\","));
}

static const char *json_of(const struct selftest *s)
{
	report.selftest = s;
	heard.len = 0;
	report_json(&report);
	return strstr(heard.text, "\"selftest\":");
}

static void the_selftest_in_json(void **state)
{
	static const char full[] =
		"\"selftest\":{\"processors\":2,\"ipi\":{\"pairs\":2,\"lost\":0,\"min_ns\":10,"
		"\"median_ns\":20,\"max_ns\":30,"
		"\"sent\":{\"hypercall\":4,\"hypercall_ex\":5,\"apic\":6},"
		"\"announced\":15,\"taken\":15},"
		"\"tsc_skew\":{\"max_ns\":7,\"error_ns\":100},"
		"\"storm\":{\"expected\":3000,\"actual\":3000}},\"warnings\":[],"
		"\"warnings_left_out\":0}\n";
	struct selftest s = kept;

	(void)state;
	assert_string_equal(json_of(&s), full);
	s.has_skew = false;
	s.lost = 2;
	assert_non_null(strstr(json_of(&s), "\"lost\":2,\"min_ns\":null,\"median_ns\":null,"
					    "\"max_ns\":null,"));
	assert_non_null(strstr(heard.text, "\"tsc_skew\":null,"));
}

static void assert_tap(const struct selftest *s, const char *calls, const char *ipis,
		       const char *sum)
{
	report.selftest = s;
	heard.len = 0;
	report_tap(&report);
	assert_non_null(strstr(heard.text, "\n1..9\n"));
	assert_non_null(strstr(heard.text, calls));
	assert_non_null(strstr(heard.text, ipis));
	assert_non_null(strstr(heard.text, sum));
}

static void the_selftest_in_tap(void **state)
{
	struct selftest s = kept;

	(void)state;
	assert_tap(&s, "\nok 7", "\nok 8", "\nok 9");
	s.lost = 1;
	assert_tap(&s, "\nnot ok 7", "\nok 8", "\nok 9");
	s = kept;
	s.taken = 14;
	assert_tap(&s, "\nok 7", "\nnot ok 8", "\nok 9");
	s = kept;
	s.actual--;
	assert_tap(&s, "\nok 7", "\nok 8", "\nnot ok 9");
	s = kept;
	s.scattered = 1;
	assert_tap(&s, "\nok 7", "\nok 8", "\nnot ok 9");
}

static void the_selftest_in_the_table(void **state)
{
	struct selftest s = kept;

	(void)state;
	report.selftest = &s;
	report_print(&report, REPORT_TABLE);
	assert_non_null(strstr(heard.text, "\nself-test of 2 processors\n"));
	assert_non_null(
		strstr(heard.text, "2, 0 without an answer; least 10, median 20, most 30 ns"));
	assert_non_null(
		strstr(heard.text, "15 sent, 15 taken; by 4 hypercalls 0x0B, 5 0x15, 6 APIC"));
	assert_non_null(strstr(heard.text, "furthest off by 7 ns (+- 100, APIC id 2)"));
	assert_non_null(strstr(heard.text, "sum 3000, expected 3000"));
	s.has_skew = false;
	heard.len = 0;
	report_print(&report, REPORT_TABLE);
	assert_non_null(strstr(heard.text, "there is no reference counter"));
}

static void p7_json_survives_any_text(void **state)
{
	char reason[256] = "";
	size_t quotes = 0;

	(void)state;
	for (int c = 1; c < 256; c++)
		reason[c - 1] = (char)c;
	platform.hypervisor.reason = reason;
	log_warn("\x01\x1f\x7f\x80\xff\\\"/\t");
	record[1].mismatch_count = CPU_MAX_MISMATCHES + 5; /* more than is kept */
	heard.len = 0;
	report_json(&report);
	for (size_t i = 0; i + 1 < heard.len; i++) {
		assert_in_range((unsigned char)heard.text[i], ' ', '~');
		if (heard.text[i] == '\\')
			i++; /* the escaped one */
		else
			quotes += heard.text[i] == '"';
	}
	assert_int_equal(quotes % 2, 0);
	assert_int_equal(heard.text[heard.len - 1], '\n');
	assert_non_null(strstr(heard.text, "\\u0001\\u001f\\u007f\\u0080\\u00ff\\\\\\\"/\\u0009"));
}

static void mismatches_name_the_field_and_both_values(void **state)
{
	unsigned int cr3 = PROOF_REGISTERS;
	char text[96];

	(void)state;
	while (strcmp(proof_field_name(cr3), "cr3") != 0)
		assert_in_range(++cr3, PROOF_REGISTERS, PROOF_REGISTERS + ARCH_REGISTERS - 1);
	report_mismatch(text, sizeof(text),
			&(struct cpu_mismatch){cr3, 0x5000, 0xFFFFFFFFFFFFFFFF});
	assert_string_equal(text, "cr3: expected 0x5000, is 0xffffffffffffffff");
	report_mismatch(text, sizeof(text), &(struct cpu_mismatch){PROOF_EXCEPTION, 0x1234, 13});
	assert_string_equal(text, "exception #GP at rip 0x1234");
	report_mismatch(text, sizeof(text), &(struct cpu_mismatch){PROOF_ENTRIES, 1, 2});
	assert_string_equal(text, "entered 2 times, must be once");
	report_mismatch(text, sizeof(text), &(struct cpu_mismatch){PROOF_VTL, 1, 0});
	assert_string_equal(text, "vtl: expected 1, is 0");
	report_mismatch(text, sizeof(text), &(struct cpu_mismatch){PROOF_VTL, 1, CPU_VTL_UNKNOWN});
	assert_string_equal(text, "vtl: expected 1, is not told");
}

static void tap_word_for_word(void **state)
{
	(void)state;
	report_tap(&report);
	assert_string_equal(heard.text, "TAP version 13\n1..6\n"
					"ok 1 - apic 0: online by firmware\n"
					"ok 2 - apic 2: online by hv\n"
					"not ok 3 - apic 4: refused by none\n"
					"not ok 4 - every processor is online\n"
					"ok 5 - every processor arrived as it was asked to\n"
					"not ok 6 - the machine's verdict is ok\n");
	record[1].mismatch_count = 1;
	report_tap(&report);
	assert_non_null(strstr(heard.text, "\nnot ok 5 - every processor arrived as it was asked"));
}

static void the_table_ends_with_the_verdict(void **state)
{
	static const char last[] = "\nverdict: degraded - 2 of 3 processors online\n";

	(void)state;
	platform.hypervisor.reason = "why not";
	report_print(&report, REPORT_TABLE);
	assert_true(heard.len > sizeof(last));
	assert_string_equal(heard.text + heard.len - (sizeof(last) - 1), last);
	assert_non_null(strstr(heard.text, "why not"));
	assert_non_null(strstr(heard.text, "0x50"));
	assert_non_null(strstr(heard.text, "bring-up took 0.123 ms"));
	assert_null(strstr(heard.text, "@report"));
	assert_null(strstr(heard.text, "TAP"));
}

static void a_call_that_was_not_answered_has_no_status_in_the_table(void **state)
{
	(void)state;
	record[2].start.answer.err = HVSMP_ERROR_UNANSWERED;
	report_print(&report, REPORT_TABLE);
	assert_null(strstr(heard.text, "0x50"));
}

static void only_the_forms_asked_for_are_printed(void **state)
{
	(void)state;
	report_print(&report, REPORT_JSON);
	assert_int_equal(strncmp(heard.text, "@report {", 9), 0);
	assert_null(strstr(heard.text, "verdict:"));
	heard.len = 0;
	report_print(&report, REPORT_TAP);
	assert_int_equal(strncmp(heard.text, "TAP version 13\n", 15), 0);
	assert_null(strstr(heard.text, "@report"));
}

/* The report has room for some, and says how many it had no room for. */
static void f94_warnings_that_are_left_out_are_counted(void **state)
{
	(void)state;
	for (int i = 0; i < LOG_KEPT; i++)
		log_warn("number %d", i);
	heard.len = 0;
	report_print(&report, REPORT_TABLE | REPORT_JSON);
	assert_non_null(strstr(heard.text, "\"number 31\"],\"warnings_left_out\":0}\n"));
	assert_null(strstr(heard.text, "leaves out"));
	for (int i = 0; i < 60000; i++)
		log_warn("another");
	heard.len = 0;
	report_print(&report, REPORT_TABLE | REPORT_JSON);
	assert_non_null(strstr(heard.text, "\"number 31\"],\"warnings_left_out\":60000}\n"));
	assert_non_null(strstr(heard.text, "\n60032 warnings, of which the JSON report leaves out "
					   "the last 60000\n"));
}

/* Nobody knows how fast the counter runs: whoever reads a time must see that. */
static void f92_times_by_an_assumed_rate_are_marked(void **state)
{
	(void)state;
	report_print(&report, REPORT_TABLE | REPORT_JSON);
	assert_null(strchr(heard.text, '~'));
	platform.clock_assumed = true;
	platform.clock_source = "assumed";
	heard.len = 0;
	report_print(&report, REPORT_TABLE | REPORT_JSON);
	assert_non_null(strstr(heard.text, "\"source\":\"assumed\",\"hz\":1000,\"assumed\":true}"));
	assert_non_null(strstr(heard.text, "  issued~us    first~us   online~us\n"));
	assert_non_null(strstr(heard.text, "bring-up took ~0.123 ms, the kernel ~0.000 ms"));
	assert_non_null(
		strstr(heard.text, "\n~ the clock's rate is not known and taken for 1000 Hz"));
}

static void f74_a_time_stamp_before_the_start_is_negative(void **state)
{
	char text[24];

	(void)state;
	assert_int_equal(report_ns(&smp, START + 5), 5);
	assert_int_equal(report_ns(&smp, START - 5), -5);
	assert_int_equal(report_ns(&smp, START - 5000000000), -5000000000); /* it has wrapped */
	text_us(text, sizeof(text), -5000000000);
	assert_string_equal(text, "-5000000.0");
	text_us(text, sizeof(text), -150);
	assert_string_equal(text, "-0.1");
	text_us(text, sizeof(text), 1234567);
	assert_string_equal(text, "1234.5");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, report_set_up)
	const struct CMUnitTest tests[] = {
		TEST(json_word_for_word),
		TEST(the_selftest_in_json),
		TEST(the_selftest_in_tap),
		TEST(the_selftest_in_the_table),
		TEST(p7_json_survives_any_text),
		TEST(mismatches_name_the_field_and_both_values),
		TEST(tap_word_for_word),
		TEST(the_table_ends_with_the_verdict),
		TEST(a_call_that_was_not_answered_has_no_status_in_the_table),
		TEST(only_the_forms_asked_for_are_printed),
		TEST(f92_times_by_an_assumed_rate_are_marked),
		TEST(f94_warnings_that_are_left_out_are_counted),
		TEST(f74_a_time_stamp_before_the_start_is_negative),
	};

	return cmocka_run_group_tests_name("kernel/report", tests, NULL, NULL);
}
