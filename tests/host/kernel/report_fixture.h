/* SPDX-License-Identifier: MIT */
/* What the tests of the report print: a ledger of three processors, and what was heard of it. */
#pragma once

#include "tests/host/test.h"

#include "kernel/options.h"
#include "kernel/report.h"

enum { CPUS = 3, START = 1000 };

extern struct cpu record[CPUS];
extern struct smp smp;
extern struct platform platform;
extern struct vtl vtl;
extern struct report report;
extern const struct selftest kept; /* one with nothing amiss */

extern struct heard {
	char text[1 << 23];
	size_t len;
} heard;

/* The boot processor, one started by hypercall, one that was refused. For cmocka. */
int report_set_up(void **state);
