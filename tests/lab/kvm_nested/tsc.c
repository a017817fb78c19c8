/* SPDX-License-Identifier: MIT */
/*
 * Prints the rate of this machine's time stamp counter in kHz. The emulated machine sees the same
 * counter, and its Linux, on a busy host, measures it wrong by a factor: its clock and KVM's would
 * run by that.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define TRIES     1000
#define PERIOD_NS 200000000 /* 0.2 s */
#define NS_PER_S  1000000000LL
#define NS_PER_MS 1000000LL

struct moment {
	int64_t ns;
	uint64_t ticks;
};

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Both clocks at one moment: of many tries the one in which least time went by between them. */
static struct moment read_both(void)
{
	struct moment best = {0};
	int64_t least = INT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		int64_t before = now();
		uint64_t ticks = __rdtsc();
		int64_t took = now() - before;

		if (took < least) {
			least = took;
			best = (struct moment){before + took / 2, ticks};
		}
	}
	return best;
}

int main(void)
{
	struct timespec period = {.tv_nsec = PERIOD_NS};
	struct moment first = read_both();

	nanosleep(&period, NULL);
	struct moment last = read_both();

	printf("%llu\n", (unsigned long long)((last.ticks - first.ticks) * NS_PER_MS /
					      (uint64_t)(last.ns - first.ns)));
	return 0;
}
