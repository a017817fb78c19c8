/* SPDX-License-Identifier: MIT */
/* The report, from the ledger, in three forms. Private to kernel/. */
#pragma once

#include "kernel/platform.h"
#include "kernel/selftest.h"
#include "kernel/vtl.h"
#include "lib/json.h"
#include "smp/smp.h"

struct report {
	const struct platform *platform;
	const struct smp *smp;
	struct smp_summary summary;
	uint64_t kernel_ns; /* from kernel_main to the report */
	const struct vtl *vtl;
	const struct boot_payload *payload;
	const struct selftest *selftest; /* NULL: not run */
};

/* forms: REPORT_... of options.h */
void report_print(const struct report *r, unsigned int forms);
void report_json(const struct report *r);
void report_tap(const struct report *r);

/* report.c: a time stamp as nanoseconds since bring-up began. */
int64_t report_ns(const struct smp *smp, uint64_t tsc);
/* report.c: calls of HvCallGetVpIndexFromApicId, the proof's and the list's. */
uint32_t report_map_calls(const struct platform *p, const struct smp *smp);
/* report.c: warnings that were said, and are more than the log keeps for the report. */
size_t report_warnings_left_out(void);
/*
 * report_vsm.c: the member "vsm"; a processor's member "intercepts"; its lines in the table, and
 * those of a processor; its TAP points, and how many they are, behind number n.
 */
void report_vsm_json(struct json *j, const struct report *r);
void report_vsm_json_cpu(struct json *j, const struct report *r, const struct cpu *cpu);
void report_vsm_table(const struct report *r);
void report_vsm_row(const struct report *r, const struct cpu *cpu);
unsigned long report_vsm_points(const struct report *r);
void report_vsm_tap(unsigned long n, const struct report *r);
/* report_json.c: the member "clock". */
void report_json_clock(struct json *j, const struct platform *p);
/* report.c: "cr3: expected 0x1000, is 0x2000" */
void report_mismatch(char *out, size_t size, const struct cpu_mismatch *m);
