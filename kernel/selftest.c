/* SPDX-License-Identifier: MIT */
/*
 * mode=selftest: do processors reach each other, do their clocks agree, are their atomic operations
 * exact? All of it is done in calls (smp/call.c), of each other and by the boot processor.
 */
#include "kernel/selftest.h"

#include "kernel/stats.h"
#include "lib/log.h"
#include "lib/string.h"
#include "smp/calls.h"

enum {
	ALL_PAIRS_UP_TO = 16, /* processors; among more, each calls those 1, 2, 4, 8 ... ranks on */
	CLOCK_READS = 16,     /* of which the shortest counts */
	STORM_ADDS = 1000,    /* by each processor */
};
#define NO_ANSWER UINT64_MAX

/* A reading of both clocks: between width ticks the reference counter showed this. */
struct clocks {
	uint64_t tsc, reference, width;
};

static struct {
	const struct smp *smp;
	uint64_t *ticks; /* of each pair, by rank of the caller */
	size_t row;
	uint32_t scattered; /* members that missed others at the barrier */
	struct clocks here, there;
} test;

/* Of the storm, in a cache line of its own. */
static _Alignas(CACHE_LINE) uint64_t sum;

static size_t next(size_t distance, size_t members)
{
	return members <= ALL_PAIRS_UP_TO ? distance + 1 : distance * 2;
}

static void nothing(struct cpu *self, void *arg)
{
	(void)self;
	(void)arg;
}

/* On each member in turn: call the others, one after the other. */
static void call_others(struct cpu *self, void *arg)
{
	const struct smp *smp = test.smp;
	uint64_t *ticks = test.ticks + self->rank * test.row;

	(void)arg;
	for (size_t d = 1; d < smp->members; d = next(d, smp->members), ticks++) {
		struct cpu *cpu = smp->member[(self->rank + d) % smp->members];
		uint64_t start = arch_ticks();
		enum err e = smp_call(cpu, nothing, NULL);

		*ticks = e ? NO_ANSWER : arch_ticks() - start;
	}
}

static bool measure_calls(struct smp *smp, struct selftest *out)
{
	test.row = 0;
	for (size_t d = 1; d < smp->members; d = next(d, smp->members))
		test.row++;
	out->pairs = test.row * smp->members;
	if (!out->pairs)
		return true;
	test.ticks = pages_alloc(smp->pages, pages_of(out->pairs * sizeof(*test.ticks)), 0);
	if (!test.ticks)
		return false;
	memset(test.ticks, 0xFF, out->pairs * sizeof(*test.ticks)); /* NO_ANSWER */
	for (size_t i = 0; i < smp->members; i++)
		(void)smp_call(smp->member[i], call_others, NULL);
	stats_sort(test.ticks, out->pairs);
	while (out->lost < out->pairs && test.ticks[out->pairs - 1 - out->lost] == NO_ANSWER)
		out->lost++;
	out->min_ns = arch_clock_ticks_ns(stats_rank(test.ticks, out->pairs - out->lost, 0));
	out->median_ns = arch_clock_ticks_ns(stats_rank(test.ticks, out->pairs - out->lost, 50));
	out->max_ns = arch_clock_ticks_ns(stats_rank(test.ticks, out->pairs - out->lost, 100));
	return true;
}

static void read_clocks(struct cpu *self, void *arg)
{
	const struct smp_config *config = &self->smp->config;
	struct clocks *out = arg;

	*out = (struct clocks){.width = UINT64_MAX};
	for (int i = 0; i < CLOCK_READS; i++) {
		uint64_t before = arch_ticks();
		uint64_t reference = hvsmp_reference_counter((void *)config->host);
		uint64_t width = arch_ticks() - before;

		if (width < out->width)
			*out = (struct clocks){before + width / 2, reference, width};
	}
}

/* How far b is ahead of a, less what the reference counter did between the readings. */
static int64_t skew_ns(const struct clocks *a, const struct clocks *b)
{
	const int64_t tick_ns = 1000000000 / HVSMP_REFERENCE_COUNTER_HZ;

	return arch_clock_between(a->tsc, b->tsc) -
	       (int64_t)(b->reference - a->reference) * tick_ns;
}

static uint64_t magnitude(int64_t ns)
{
	return ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
}

/* The boot processor reads right before each AP, so that a slightly wrong rate does not matter. */
static void measure_skew(const struct smp *smp, struct selftest *out)
{
	out->has_skew = true;
	for (size_t i = 0; i < smp->members; i++) {
		struct cpu *cpu = smp->member[i];
		int64_t skew;

		if (cpu == smp->bsp)
			continue;
		read_clocks(smp->bsp, &test.here);
		if (smp_call(cpu, read_clocks, &test.there))
			continue;
		skew = skew_ns(&test.here, &test.there);
		if (magnitude(skew) < magnitude(out->skew_ns))
			continue;
		out->skew_ns = skew;
		out->skew_error_ns = 1000000000 / HVSMP_REFERENCE_COUNTER_HZ +
				     arch_clock_ticks_ns((test.here.width + test.there.width) / 2);
		out->skew_hw_id = cpu_id(cpu);
	}
}

/* On all members at once. */
static void add(struct cpu *self, void *arg)
{
	(void)arg;
	if (!smp_barrier(self))
		__atomic_fetch_add(&test.scattered, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < STORM_ADDS; i++)
		__atomic_fetch_add(&sum, self->rank + 1UL, __ATOMIC_RELAXED);
}

static void storm(struct smp *smp, struct selftest *out)
{
	out->expected = STORM_ADDS * (smp->members * (smp->members + 1) / 2);
	sum = 0;
	test.scattered = 0;
	(void)smp_broadcast(smp, add, NULL);
	out->actual = __atomic_load_n(&sum, __ATOMIC_ACQUIRE);
	out->scattered = __atomic_load_n(&test.scattered, __ATOMIC_RELAXED);
}

static void count_ipis(const struct smp *smp, struct selftest *out)
{
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu_calls *calls = &smp_cpu(smp, i)->calls;

		for (int way = 0; way < IPI_WAYS; way++)
			out->sent[way] += calls->sent[way];
		out->announced += calls->announced;
		out->taken += __atomic_load_n(&calls->taken, __ATOMIC_RELAXED);
	}
}

static bool is_together(const struct selftest *s)
{
	return magnitude(s->skew_ns) <= s->skew_error_ns + SELFTEST_SKEW_LIMIT_NS;
}

static void warn_refused(const struct smp *smp)
{
	char answer[HVSMP_ANSWER_SIZE];

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu_calls *calls = &smp_cpu(smp, i)->calls;

		if (!calls->refused)
			continue;
		log_warn("IPIs by hypercall: on " ARCH_HW_ID
			 " %lu the call %s: sent by the " ARCH_IPI,
			 cpu_id(smp_cpu(smp, i)), hvsmp_describe(&calls->refusal, answer));
		return; /* the first refusal ends all calls, so it is the cause */
	}
}

static void warn(const struct smp *smp, const struct selftest *out)
{
	warn_refused(smp);
	for (size_t i = 0; i < smp->count; i++) {
		if (__atomic_load_n(&smp_cpu(smp, i)->calls.lost, __ATOMIC_ACQUIRE))
			log_warn("selftest: " ARCH_HW_ID " %lu does not answer calls",
				 cpu_id(smp_cpu(smp, i)));
	}
	if (!is_together(out))
		log_warn("selftest: " ARCH_HW_ID " %lu: its time stamp counter is %lu ns %s the "
			 "boot processor's, more than %lu",
			 (unsigned long)out->skew_hw_id, (unsigned long)magnitude(out->skew_ns),
			 out->skew_ns < 0 ? "behind" : "ahead of", SELFTEST_SKEW_LIMIT_NS);
	if (out->announced != out->taken)
		log_warn("selftest: %u IPIs were sent, %u were taken", out->announced, out->taken);
	if (out->scattered)
		log_warn("selftest: %u processors did not find all others at the barrier",
			 out->scattered);
	if (out->actual != out->expected)
		log_warn("selftest: atomic additions sum up to %lu, must be %lu",
			 (unsigned long)out->actual, (unsigned long)out->expected);
}

void selftest_calls(struct smp *smp, const struct platform *p, struct selftest *out)
{
	*out = (struct selftest){0};
	test.smp = smp;
	if (smp_gather(smp)) {
		log_warn("selftest: no memory for calls");
		return;
	}
	if (!smp->members) {
		log_warn("selftest: no processor to test, the boot processor is in doubt, too");
		return;
	}
	out->members = smp->members;
	if (!measure_calls(smp, out)) {
		log_warn("selftest: no memory for the times of calls");
		return;
	}
	if (hvsmp_has_reference_counter(&p->hypervisor.features))
		measure_skew(smp, out);
	(void)smp_gather(smp); /* without those that did not answer */
	storm(smp, out);
	smp_dismiss(smp);
	count_ipis(smp, out);
	warn(smp, out);
	out->is_run = true;
}

bool selftest_is_kept(const struct selftest *s)
{
	return !s->lost && s->announced == s->taken && !s->scattered && s->actual == s->expected &&
	       is_together(s);
}
