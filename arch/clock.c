/* SPDX-License-Identifier: MIT */
/*
 * The clock is a counter that every processor reads without a shared cache line. Its rate is told,
 * or measured once, before any AP runs, against a counter of known rate: the hypervisor's reference
 * counter, say, or the ACPI PM timer.
 */
#include "arch/arch.h"

#define NS_PER_S 1000000000UL

/*
 * How long a measurement takes, and when a counter is given up that stands still: by the time stamp
 * counter (1 s at 2 GHz), as a read may be slow, and by the number of reads, should that stand
 * still too.
 */
#define MEASURE_FRACTION 500 /* of a second: 2 ms */
#define MEASURE_TICKS    (1UL << 31)
#define MEASURE_SAMPLES  20000000UL
#define SAMPLE_READS     5

static uint64_t clock_start;
static uint64_t ns_per_tick_32; /* nanoseconds a tick, 32.32 fixed point */

/* A counter's reading and the time stamp that goes with it. */
struct sample {
	uint64_t count, tsc;
};

/*
 * The reading that took the shortest of a few: on a busy host any one of them may be interrupted
 * for milliseconds, which would bend the rate by as much.
 */
static struct sample take_sample(uint64_t (*counter)(void *), void *ctx)
{
	uint64_t shortest = ~0UL;
	struct sample best = {0};

	for (int i = 0; i < SAMPLE_READS; i++) {
		uint64_t before = arch_ticks();
		uint64_t count = counter(ctx);
		uint64_t took = arch_ticks() - before;

		if (took < shortest) {
			shortest = took;
			best = (struct sample){count, before + took / 2};
		}
	}
	return best;
}

enum err arch_ticks_measure(uint64_t (*counter)(void *), void *ctx, uint64_t counter_hz,
			    uint64_t mask, uint64_t *hz)
{
	uint64_t wanted = counter_hz / MEASURE_FRACTION;
	struct sample first = take_sample(counter, ctx);

	*hz = 0;
	for (uint64_t i = 0; i < MEASURE_SAMPLES; i++) {
		struct sample last = take_sample(counter, ctx);
		uint64_t gone = (last.count - first.count) & mask;
		uint64_t ticks = last.tsc - first.tsc;

		if (gone >= wanted) {
			*hz = ticks * counter_hz / gone;
			return *hz ? OK : ERR_TIMEOUT;
		}
		if (ticks > MEASURE_TICKS)
			break;
	}
	return ERR_TIMEOUT;
}

void arch_clock_set(uint64_t tsc_hz)
{
	clock_start = arch_ticks();
	ns_per_tick_32 = tsc_hz ? (NS_PER_S << 32) / tsc_hz : 0;
}

uint64_t arch_clock_ticks_ns(uint64_t ticks)
{
	unsigned __int128 ns = (unsigned __int128)ticks * ns_per_tick_32 >> 32;

	return ns > UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}

int64_t arch_clock_between(uint64_t from, uint64_t to)
{
	bool behind = (int64_t)(to - from) < 0;
	uint64_t ns = arch_clock_ticks_ns(behind ? from - to : to - from);

	if (ns > INT64_MAX)
		ns = INT64_MAX;
	return behind ? -(int64_t)ns : (int64_t)ns;
}

uint64_t arch_clock_from_ticks(uint64_t tsc)
{
	return tsc > clock_start ? arch_clock_ticks_ns(tsc - clock_start) : 0;
}

uint64_t arch_clock_ns(void)
{
	return ns_per_tick_32 ? arch_clock_from_ticks(arch_ticks()) : 0;
}
