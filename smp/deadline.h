/* SPDX-License-Identifier: MIT */
/*
 * A bounded wait that lasts as long as there is progress: it ends when nothing happened for a
 * while, at an absolute cap, and, should the clock stand still, after a number of looks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/arch.h"

enum deadline_end { DEADLINE_RUNNING, DEADLINE_NO_PROGRESS, DEADLINE_CAP, DEADLINE_CLOCK_STUCK };

/* Looks without the clock moving; a look costs at least a PAUSE, so this is long past any tick. */
#define DEADLINE_MAX_LOOKS 20000000UL

struct deadline {
	uint64_t patience_ns, cap_ns;
	uint64_t start_ns, progress_ns, last_ns;
	uint64_t looks;
};

static inline void deadline_start(struct deadline *d, uint64_t patience_ns, uint64_t cap_ns)
{
	uint64_t now = arch_clock_ns();

	*d = (struct deadline){patience_ns, cap_ns, now, now, now, 0};
}

static inline void deadline_progress(struct deadline *d)
{
	d->progress_ns = arch_clock_ns();
}

static inline uint64_t deadline_idle_ns(const struct deadline *d)
{
	return d->last_ns > d->progress_ns ? d->last_ns - d->progress_ns : 0;
}

/* One look at the clock. */
static inline enum deadline_end deadline_look(struct deadline *d)
{
	uint64_t now = arch_clock_ns();

	if (now <= d->last_ns) /* standing still, or going backward */
		return ++d->looks > DEADLINE_MAX_LOOKS ? DEADLINE_CLOCK_STUCK : DEADLINE_RUNNING;
	d->looks = 0;
	d->last_ns = now;
	if (now - d->start_ns > d->cap_ns)
		return DEADLINE_CAP;
	return deadline_idle_ns(d) > d->patience_ns ? DEADLINE_NO_PROGRESS : DEADLINE_RUNNING;
}

static inline const char *deadline_end_name(enum deadline_end end)
{
	switch (end) {
	case DEADLINE_NO_PROGRESS: return "nothing moved for the time of deadline=";
	case DEADLINE_CAP: return "the time of cap= is over";
	case DEADLINE_CLOCK_STUCK: return "the clock stands still";
	default: return "running";
	}
}
