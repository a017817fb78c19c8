/* SPDX-License-Identifier: MIT */
/* start/'s bounded waits, by this kernel's clock. */
#pragma once

#include "arch/arch.h"
#include "start/deadline.h"

static inline void deadline_start(struct hvsmp_deadline *d, uint64_t patience_ns, uint64_t cap_ns)
{
	hvsmp_deadline_start(d, arch_clock_ns(), patience_ns, cap_ns);
}

static inline void deadline_progress(struct hvsmp_deadline *d)
{
	hvsmp_deadline_progress(d, arch_clock_ns());
}

/* One look at the clock: is there time left? */
static inline bool deadline_runs(struct hvsmp_deadline *d)
{
	return hvsmp_deadline_look(d, arch_clock_ns()) == HVSMP_DEADLINE_RUNNING;
}
