/* SPDX-License-Identifier: MIT */
/* What of the kernel only some architectures have. */
#pragma once

/* Rows of MODES (modes.h). */
#define ARCH_MODES(ROW)                                             \
	ROW(MODE_CONFORMANCE, "conformance", conformance_run, NULL) \
	ROW(MODE_BENCH, "bench", bench_run, NULL)

#define REPORT_SCHEMA  "hvsmp-report/2"
#define REPORT_ARCH(j) ((void)(j)) /* its schema is older than the other architecture */
#define REPORT_IPI     "apic"
