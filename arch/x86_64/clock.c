/* SPDX-License-Identifier: MIT */
/*
 * The clock is the time stamp counter, which every processor reads without a shared cache line. Its
 * rate comes from whoever knows it (the hypervisor, CPUID) or is measured once, before any AP runs,
 * against a counter of known rate: the hypervisor's reference counter or the ACPI PM timer.
 */
#include "arch/x86_64/cpu.h"

#define NS_PER_S 1000000000UL

/* How long a measurement takes, and how often it looks at a counter that stands still. */
#define MEASURE_FRACTION 500 /* of a second: 2 ms */
#define MEASURE_READS    10000000UL

#define CPUID_TSC        0x15U
#define CPUID_FREQ       0x16U

static uint64_t clock_start;
static uint64_t ns_per_tick_32; /* nanoseconds a tick, 32.32 fixed point */

uint64_t arch_tsc(void)
{
	uint32_t low;
	uint32_t high;

	/* LFENCE: no reading before what the program did earlier (SDM, RDTSC). */
	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

uint64_t arch_tsc_hz_cpuid(void)
{
	uint32_t highest = arch_cpuid(0, 0).eax;
	struct arch_cpuid r;

	if (highest < CPUID_TSC)
		return 0;
	r = arch_cpuid(CPUID_TSC, 0);
	if (!r.eax || !r.ebx)
		return 0;
	if (r.ecx)
		return (uint64_t)r.ecx * r.ebx / r.eax;
	/* The crystal is not told: the base frequency in MHz is the counter's rate (SDM 18.7.3). */
	if (highest < CPUID_FREQ)
		return 0;
	return (arch_cpuid(CPUID_FREQ, 0).eax & 0xFFFFU) * 1000000UL;
}

enum err arch_tsc_hz_measure(uint64_t (*counter)(void *), void *ctx, uint64_t counter_hz,
			     uint64_t mask, uint64_t *hz)
{
	uint64_t wanted = counter_hz / MEASURE_FRACTION;
	uint64_t first = counter(ctx);
	uint64_t start;
	uint64_t ticks;
	uint64_t gone;

	*hz = 0;
	/* Begin on a fresh tick, so that the counter's grain does not count. */
	for (uint64_t reads = 0; counter(ctx) == first; reads++) {
		if (reads == MEASURE_READS)
			return ERR_TIMEOUT;
	}
	start = arch_tsc();
	first = counter(ctx);
	for (uint64_t reads = 0;; reads++) {
		gone = (counter(ctx) - first) & mask;
		ticks = arch_tsc() - start;
		if (gone >= wanted)
			break;
		if (reads == MEASURE_READS)
			return ERR_TIMEOUT;
	}
	*hz = ticks * counter_hz / gone;
	return *hz ? OK : ERR_TIMEOUT;
}

void arch_clock_set(uint64_t tsc_hz)
{
	clock_start = arch_tsc();
	ns_per_tick_32 = tsc_hz ? (NS_PER_S << 32) / tsc_hz : 0;
}

uint64_t arch_clock_ticks_ns(uint64_t ticks)
{
	return (uint64_t)((unsigned __int128)ticks * ns_per_tick_32 >> 32);
}

uint64_t arch_clock_from_tsc(uint64_t tsc)
{
	return tsc > clock_start ? arch_clock_ticks_ns(tsc - clock_start) : 0;
}

uint64_t arch_clock_ns(void)
{
	return ns_per_tick_32 ? arch_clock_from_tsc(arch_tsc()) : 0;
}
