/* SPDX-License-Identifier: MIT */
/* mode=selftest: what processors do for each other. Private to kernel/. */
#pragma once

#include "kernel/platform.h"
#include "smp/smp.h"

/* A time stamp counter that is further off, beyond the error of measuring it, is a fault. */
#define SELFTEST_SKEW_LIMIT_NS 1000000UL

struct selftest {
	bool is_run;
	size_t members;     /* processors that took part */
	size_t pairs, lost; /* calls from one to another; those without an answer in time */
	uint64_t min_ns, median_ns, max_ns; /* from call to answer; 0: there was none */
	uint32_t sent[IPI_WAYS];            /* hypercalls and messages */
	uint32_t announced, taken;          /* IPIs that should have come, and that did */
	bool has_skew;                      /* there is a reference counter */
	int64_t skew_ns;                    /* the largest; negative: behind the boot processor's */
	uint64_t skew_error_ns;             /* of it */
	uint64_t skew_hw_id;
	uint32_t scattered;        /* processors that missed others at the barrier */
	uint64_t expected, actual; /* sum of the storm */
};

/* After smp_start_all with smp_serve as smp_config.after. */
void selftest_calls(struct smp *smp, const struct platform *p, struct selftest *out);
bool selftest_is_kept(const struct selftest *s);
