/* SPDX-License-Identifier: MIT */
/* kernel/report_vsm.c: what the report says of virtual trust levels, in its three forms. */
#include "tests/host/kernel/report_fixture.h"

#include <string.h>

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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, report_set_up)
	const struct CMUnitTest tests[] = {
		TEST(vtl1_in_json),        TEST(vtl1_in_the_table),        TEST(vtl1_in_tap),
		TEST(the_monitor_in_json), TEST(the_monitor_in_the_table), TEST(the_monitor_in_tap),
	};

	return cmocka_run_group_tests_name("kernel/report_vsm", tests, NULL, NULL);
}
