/* SPDX-License-Identifier: MIT */
/*
 * kernel/report*.c: the three forms of the report from one ledger, word for word; and texts that
 * would break a careless JSON (P7).
 */
#include "tests/host/test.h"

#include <string.h>

#include "kernel/options.h"
#include "kernel/report.h"
#include "kernel/times.h"
#include "lib/log.h"
#include "tests/host/smp/machine.h"

enum { CPUS = 3, START = 1000 };

static struct cpu record[CPUS] __attribute__((aligned(256)));
static struct hvsmp_cpu *list[CPUS];
static struct smp smp;
static struct platform platform;
static struct vtl vtl;
static struct report report;
static struct boot_payload payload;

static struct {
	char text[1 << 23];
	size_t len;
} heard;

const char *arch_fault_name(uint8_t vector)
{
	return vector == 13 ? "#GP" : "?";
}

static void hear(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	assert_true(heard.len + len < sizeof(heard.text));
	memcpy(heard.text + heard.len, text, len);
	heard.len += len;
	heard.text[heard.len] = '\0';
}

/* The boot processor, one started by hypercall, one that was refused. */
static int set_up(void **state)
{
	(void)state;
	log_reset();
	memset(&heard, 0, sizeof(heard));
	log_add_sink(hear, NULL);
	memset(record, 0, sizeof(record));
	for (uint32_t i = 0; i < CPUS; i++) {
		list[i] = &record[i].start;
		record[i] = (struct cpu){.start.index = i,
					 .start.hw_id = i * 2,
					 .uid = i,
					 .numa = SMP_NUMA_UNKNOWN,
					 .vtl = i < 2 ? 0 : CPU_VTL_UNKNOWN,
					 .start.vp_index = (i + 1) % CPUS};
		record[i].start.owner = &record[i];
	}
	record[0].start.is_bsp = true;
	record[0].start.method = HVSMP_METHOD_FIRMWARE;
	record[0].start.arrived = START;
	record[1].start.method = HVSMP_METHOD_HYPERCALL;
	record[1].start.map_state = HVSMP_MAP_FOUND;
	record[1].numa = 1;
	record[1].start.calls = 1;
	record[1].start.issued = 2000;
	record[1].start.arrived = 4000;
	machine_set_first_tsc(&record[1], 3000);
	record[2].verdict = CPU_REFUSED;
	record[2].start.map_state = HVSMP_MAP_REFUSED;
	record[2].start.map_answer.status.code = 5;
	record[2].uid = SMP_UID_UNKNOWN;
	record[2].start.vp_index = HVSMP_VP_UNKNOWN;
	record[2].start.calls = 3;
	record[2].start.answer.status.code = 0x50;
	smp = (struct smp){.record = list, .count = CPUS, .bsp = &record[0], .start_ticks = START};
	smp.start.map = (struct hvsmp_map_info){.calls = 4, .stride = 4, .elements = 3};
	platform = (struct platform){.clock_source = "cpuid", .tsc_hz = 1000};
	platform.hypervisor.hypercalls = HYPERCALLS_OPEN;
	platform.hypervisor.reason = "";
	platform.hypervisor.features.present = platform.hypervisor.features.is_hv1 = true;
	strcpy(platform.hypervisor.features.vendor, "Microsoft Hv");
	strcpy(platform.hypervisor.features.interface_name, "Hv#1");
	strcpy(platform.hypervisor.version, "10.0.20348.1-0-0");
	vtl = (struct vtl){0};
	report = (struct report){.platform = &platform,
				 .smp = &smp,
				 .vtl = &vtl,
				 .payload = &payload};
	report.summary = (struct smp_summary){CPUS, 2, MACHINE_DEGRADED, 123456};
	return 0;
}

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

static const struct selftest kept = {
	.is_run = true,
	.members = 2,
	.pairs = 2,
	.min_ns = 10,
	.median_ns = 20,
	.max_ns = 30,
	.sent = {[IPI_BY_MASK] = 4, [IPI_BY_SET] = 5, [IPI_BY_NOTIFY] = 6},
	.announced = 15,
	.taken = 15,
	.has_skew = true,
	.skew_ns = 7,
	.skew_error_ns = 100,
	.skew_hw_id = 2,
	.expected = 3000,
	.actual = 3000,
};

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

/* The boot processor and one other in VTL 1; the third was refused it. */
static void go_to_vtl1(void)
{
	smp.config.vtl = 1;
	record[0].vtl = record[1].vtl = 1;
	record[1].start.vtl_calls = 1;
	record[2].start.vtl_calls = 2;
	record[2].start.vtl_answer.status.code = 0x51;
	vtl = (struct vtl){.is_wanted = true,
			   .was_entered = true,
			   .has_returned = true,
			   .knows_maximum = true,
			   .knows_offsets = true,
			   .offsets = {0x0F, 0x26},
			   .partition = {.maximum = 2},
			   .asked_partition = true,
			   .partition_answer.status.code = 0x51,
			   .asked_boot = true};
	platform.hypervisor.features.interface_id = 0x31237648;
	platform.hypervisor.features.privileges = 0x0023000000000060;
}

static void vtl1_in_json(void **state)
{
	(void)state;
	go_to_vtl1();
	report_json(&report);
	assert_non_null(strstr(
		heard.text,
		"\"vsm\":{\"offered\":true,\"wanted\":true,\"reason\":\"\",\"maximum_vtl\":2,"
		"\"active_vtl\":1,\"statuses\":{\"partition\":81,\"boot\":0},\"calls\":4,"
		"\"code_page\":{\"call\":15,\"return\":38},\"leaked\":[],\"monitor\":null},"));
	assert_non_null(strstr(heard.text, "\"tries\":1,\"vtl\":1,\"vtl_status\":0,"));
	assert_non_null(strstr(heard.text, "\"tries\":3,\"vtl\":null,\"vtl_status\":81,"));
	vtl.leak[vtl.leaks++] = (struct vtl_leak){"cr3", 0x1000, 0x2000};
	vtl.leak[vtl.leaks++] = (struct vtl_leak){"pat", 1, 2};
	report_json(&report);
	assert_non_null(strstr(heard.text, "\"leaked\":[\"cr3: expected 0x1000, is 0x2000\","
					   "\"pat: expected 0x1, is 0x2\"],\"monitor\":null},"));
	vtl.boot_answer.err = HVSMP_ERROR_FAULT;
	heard.len = 0;
	report_json(&report);
	assert_non_null(strstr(heard.text, "\"partition\":81,\"boot\":null},\"calls\":4,"));
}

static void vtl1_in_the_table(void **state)
{
	(void)state;
	report_print(&report, REPORT_TABLE);
	assert_null(strstr(heard.text, "vtl"));
	assert_null(strstr(heard.text, "VTL"));
	go_to_vtl1();
	heard.len = 0;
	report_print(&report, REPORT_TABLE);
	assert_non_null(strstr(heard.text, "\n apic   uid    vp  vtl  numa  role"));
	assert_non_null(strstr(heard.text, "\n    2     1     2    1     1  ap "));
	assert_non_null(strstr(heard.text, "\n    4     -     -    -     -  ap "));
	assert_non_null(strstr(heard.text, "\nVTL 1: entered and left, 4 calls of "
					   "HvCallEnableVpVtl, VTL 0 is as it was\n"));
	vtl.leak[vtl.leaks++] = (struct vtl_leak){"cr3", 0x1000, 0x2000};
	strcpy(vtl.reason, "this and that");
	report_print(&report, REPORT_TABLE);
	assert_non_null(strstr(heard.text, "VTL 0 is not as it was:\n"
					   "        cr3: expected 0x1000, is 0x2000\n"));
	assert_non_null(strstr(heard.text, "\nnot as vtl=1 asks: this and that\n"));
}

static void vtl1_in_tap(void **state)
{
	(void)state;
	go_to_vtl1();
	report_tap(&report);
	assert_non_null(strstr(heard.text, "\n1..8\nok 1 - apic 0: online by firmware in VTL 1\n"
					   "ok 2 - apic 2: online by hv in VTL 1\n"
					   "not ok 3 - apic 4: refused by none\n"));
	assert_non_null(strstr(heard.text, "\nok 7 - VTL 1 was entered and left\n"
					   "ok 8 - VTL 0 is as it was before VTL 1\n"));
	vtl.has_returned = false;
	vtl.leaks = 1;
	report_tap(&report);
	assert_non_null(strstr(heard.text, "\nnot ok 7 - VTL 1 was"));
	assert_non_null(strstr(heard.text, "\nnot ok 8 - VTL 0 is"));
}

/* A monitor under two; one of them has not been caught. */
static void be_watched(void)
{
	static struct vtl_watched watched[CPUS];

	watched[0] = (struct vtl_watched){.is_ready = 1, .intercepts = 1, .address = 16, .rip = 17};
	watched[1] = (struct vtl_watched){.is_ready = 1};
	go_to_vtl1();
	smp.config.vtl = record[0].vtl = record[1].vtl = 0;
	vtl.monitor = (struct vtl_monitor){.is_wanted = true,
					   .is_armed = true,
					   .code = 31,
					   .constants = 18,
					   .own = 77,
					   .before = 5,
					   .after = 5,
					   .knows_after = true,
					   .denies = true,
					   .has_sent = true,
					   .sent_to = 4,
					   .watched = watched};
}

static void the_monitor_in_json(void **state)
{
	(void)state;
	be_watched();
	report_json(&report);
	assert_non_null(strstr(heard.text,
			       "\"leaked\":[],\"monitor\":{\"armed\":true,\"pages\":{\"code\":31,"
			       "\"constants\":18,\"own\":77},\"intercepts\":1,"
			       "\"checksum\":{\"before\":5,\"after\":5},\"startup_denied\":true,"
			       "\"init_sent_to\":4,\"broken\":0}},"));
	assert_non_null(strstr(heard.text, "\"intercepts\":{\"count\":1,\"address\":16,\"rip\":17},"
					   "\"started_by\":null"));
	assert_non_null(strstr(heard.text, "\"intercepts\":{\"count\":0,\"address\":null,"
					   "\"rip\":null},\"started_by\":0"));
	vtl.monitor.is_armed = vtl.monitor.knows_after = vtl.monitor.has_sent = false;
	heard.len = 0;
	report_json(&report);
	assert_non_null(strstr(heard.text, "\"monitor\":{\"armed\":false,"));
	assert_non_null(strstr(heard.text, "\"checksum\":{\"before\":null,\"after\":null},"));
	assert_non_null(strstr(heard.text, "\"init_sent_to\":null,"));
	assert_null(strstr(heard.text, "\"intercepts\":{"));
}

static void the_monitor_in_the_table(void **state)
{
	static const char caught[] =
		"        intercept: VTL 1 has skipped a write to code at 0x10 by rip 0x11\n";

	(void)state;
	be_watched();
	report_print(&report, REPORT_TABLE);
	assert_non_null(strstr(heard.text, caught));
	assert_null(strstr(strstr(heard.text, caught) + 1, caught));
	assert_non_null(strstr(heard.text, "\nmonitor: protects 31 pages of code, 18 of constants, "
					   "77 of VTL 1's; 1 intercepts\n"));
	assert_non_null(strstr(heard.text, "constants are unchanged, checksum 0x00000005\n"));
	assert_non_null(strstr(heard.text, "INIT to APIC id 4 and a start-up IPI did nothing\n"));
	vtl.monitor.after = 6;
	vtl.monitor.broken = 1;
	vtl.monitor.has_reset = true;
	strcpy(vtl.reason, "this and that");
	heard.len = 0;
	report_print(&report, REPORT_TABLE);
	assert_non_null(strstr(heard.text, "1 intercepts, NOT AS IT WAS TO BE\n"));
	assert_non_null(strstr(heard.text, "constants are CHANGED, checksum 0x00000006\n"));
	assert_non_null(strstr(heard.text, "INIT to APIC id 4 HAS RESET IT\n"));
	assert_non_null(strstr(heard.text, "\nnot as vtl=monitor asks: this and that\n"));
}

static void the_monitor_in_tap(void **state)
{
	(void)state;
	be_watched();
	report_tap(&report);
	assert_non_null(strstr(heard.text, "\n1..11\n"));
	assert_non_null(strstr(heard.text, "\nok 8 - VTL 0 is as it was before VTL 1\n"
					   "not ok 9 - a write to code by every processor was"));
	assert_non_null(strstr(heard.text, "\nok 10 - code and constants are unchanged\n"
					   "ok 11 - VTL 0 can start no processor any more\n"));
	report.summary.online = 1;
	vtl.monitor.after = 6;
	vtl.monitor.denies = false;
	report.selftest = &kept;
	heard.len = 0;
	report_tap(&report);
	assert_non_null(strstr(heard.text, "\n1..14\n"));
	assert_non_null(strstr(heard.text, "\nok 9 - a write"));
	assert_non_null(strstr(heard.text, "\nnot ok 10 - code"));
	assert_non_null(strstr(heard.text, "\nnot ok 11 - VTL 0 can"));
	assert_non_null(strstr(heard.text, "\nok 12 - every processor answers"));
	vtl.monitor.broken = 1;
	report_tap(&report);
	assert_non_null(strstr(heard.text, "\nnot ok 9 - a write"));
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
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(json_word_for_word),
		TEST(the_selftest_in_json),
		TEST(the_selftest_in_tap),
		TEST(the_selftest_in_the_table),
		TEST(p7_json_survives_any_text),
		TEST(mismatches_name_the_field_and_both_values),
		TEST(tap_word_for_word),
		TEST(vtl1_in_json),
		TEST(vtl1_in_the_table),
		TEST(vtl1_in_tap),
		TEST(the_monitor_in_json),
		TEST(the_monitor_in_the_table),
		TEST(the_monitor_in_tap),
		TEST(the_table_ends_with_the_verdict),
		TEST(a_call_that_was_not_answered_has_no_status_in_the_table),
		TEST(only_the_forms_asked_for_are_printed),
		TEST(f92_times_by_an_assumed_rate_are_marked),
		TEST(f94_warnings_that_are_left_out_are_counted),
		TEST(f74_a_time_stamp_before_the_start_is_negative),
	};

	return cmocka_run_group_tests_name("kernel/report", tests, NULL, NULL);
}
