/* SPDX-License-Identifier: MIT */
/*
 * A bounded wait that lasts as long as there is progress: it ends when nothing happened for a
 * while, at an absolute cap, and, should the clock stand still, after a number of looks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum hvsmp_deadline_end {
	HVSMP_DEADLINE_RUNNING,
	HVSMP_DEADLINE_NO_PROGRESS,
	HVSMP_DEADLINE_CAP,
	HVSMP_DEADLINE_CLOCK_STUCK
};

/* Looks without the clock moving; a look costs at least a pause, so this is long past any tick. */
#define HVSMP_DEADLINE_MAX_LOOKS 20000000UL

/* now: nanoseconds of one clock, always the same. */
struct hvsmp_deadline {
	uint64_t patience_ns, cap_ns;
	uint64_t start_ns, progress_ns, last_ns;
	uint64_t looks;
};

static inline void hvsmp_deadline_start(struct hvsmp_deadline *d, uint64_t now,
					uint64_t patience_ns, uint64_t cap_ns)
{
	d->patience_ns = patience_ns;
	d->cap_ns = cap_ns;
	d->start_ns = d->progress_ns = d->last_ns = now;
	d->looks = 0;
}

static inline void hvsmp_deadline_progress(struct hvsmp_deadline *d, uint64_t now)
{
	d->progress_ns = now;
}

static inline uint64_t hvsmp_deadline_idle_ns(const struct hvsmp_deadline *d)
{
	return d->last_ns > d->progress_ns ? d->last_ns - d->progress_ns : 0;
}

/* One look at the clock. */
static inline enum hvsmp_deadline_end hvsmp_deadline_look(struct hvsmp_deadline *d, uint64_t now)
{
	if (now <= d->last_ns) /* standing still, or going backward */
		return ++d->looks > HVSMP_DEADLINE_MAX_LOOKS ? HVSMP_DEADLINE_CLOCK_STUCK
							     : HVSMP_DEADLINE_RUNNING;
	d->looks = 0;
	d->last_ns = now;
	if (now - d->start_ns > d->cap_ns)
		return HVSMP_DEADLINE_CAP;
	return hvsmp_deadline_idle_ns(d) > d->patience_ns ? HVSMP_DEADLINE_NO_PROGRESS
							  : HVSMP_DEADLINE_RUNNING;
}

#ifdef __cplusplus
}
#endif
