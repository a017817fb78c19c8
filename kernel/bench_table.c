/* SPDX-License-Identifier: MIT */
/* The benchmark for people: one line a method, of its median round. */
#include "kernel/bench.h"

#include "kernel/times.h"
#include "lib/log.h"

static void microseconds(char *out, size_t size, uint64_t ticks)
{
	text_us(out, size, (int64_t)arch_clock_ticks_ns(ticks));
}

static void row(const struct bench *b, const char *name, const struct bench_method *m)
{
	const struct bench_round *round = stats_middle_round(m, b->scratch);
	char total[16], first[16], median[16], p95[16], last[16];

	if (!round) {
		log_print("%-14s not offered: %s\n", name, m->reason);
		return;
	}
	microseconds(total, sizeof(total), round->total);
	microseconds(first, sizeof(first), round->first);
	microseconds(median, sizeof(median), round->median);
	microseconds(p95, sizeof(p95), round->p95);
	microseconds(last, sizeof(last), round->last);
	log_print("%-14s %6lu %9s %9s %9s %9s %9s %12lu %5u %5u\n", name, (unsigned long)m->done,
		  total, first, median, p95, last, (unsigned long)round->total, round->hypercalls,
		  round->ipis);
	if (!m->offered)
		log_print("%-14s        no more rounds: %s\n", "", m->reason);
}

static void calls(const struct bench *b)
{
	const struct smp *smp = b->smp;
	char one[16];

	if (smp->start.map.calls) {
		microseconds(one, sizeof(one), smp->start.map_ticks / smp->start.map.calls);
		log_print("one 0x9A %s us, %u of them for %u VP indexes\n", one,
			  smp->start.map.calls, smp->start.map.elements);
	}
	if (b->call_ticks) {
		microseconds(one, sizeof(one), b->call_ticks);
		log_print("one 0x99 %s us\n", one);
	}
	if (b->vtl.start_ticks) {
		microseconds(one, sizeof(one), b->vtl.start_ticks);
		log_print("one 0x99 into VTL 1 %s us\n", one);
	}
	if (b->vtl.switches) {
		microseconds(one, sizeof(one), b->vtl.switch_ticks);
		log_print("one VtlCall with its return %s us, the middle of %u\n", one,
			  b->vtl.switches);
	}
}

void bench_table(const struct bench *b)
{
	size_t expected = b->smp->count + b->smp->left_out;

	log_print("\n%lu processors; microseconds from the first call or IPI, of the round in the "
		  "middle\n\n",
		  (unsigned long)expected);
	if (b->platform->clock_assumed)
		log_print("the clock's rate is not known and taken for %lu Hz: ticks are right, "
			  "microseconds are not\n\n",
			  (unsigned long)b->platform->tsc_hz);
	log_print("method         rounds     total     first    median       p95      last  "
		  "total ticks calls  IPIs\n");
	for (int i = 0; i < SMP_METHODS; i++)
		row(b, smp_method_name((enum smp_method)i), &b->method[i]);
	row(b, "vtl1", &b->vtl.method);
	log_print("\n");
	calls(b);
	log_print("verdict: %s\n", machine_verdict_name(b->verdict));
}
