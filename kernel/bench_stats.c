/* SPDX-License-Identifier: MIT */
/* Which round speaks for a method, and which method is best. */
#include "kernel/bench.h"

#include "kernel/stats.h"

const struct bench_round *stats_middle_round(const struct bench_method *m, uint64_t *scratch)
{
	uint64_t middle;

	for (size_t i = 0; i < m->done; i++)
		scratch[i] = m->round[i].total;
	stats_sort(scratch, m->done);
	middle = stats_rank(scratch, m->done, 50);
	for (size_t i = 0; i < m->done; i++) {
		if (m->round[i].total == middle)
			return &m->round[i];
	}
	return NULL;
}

enum smp_method stats_best(const struct bench *b)
{
	enum smp_method best = SMP_METHODS;
	uint64_t shortest = ~0UL;

	for (int i = 0; i < SMP_METHODS; i++) {
		const struct bench_round *round = stats_middle_round(&b->method[i], b->scratch);

		if (round && round->total < shortest) {
			shortest = round->total;
			best = (enum smp_method)i;
		}
	}
	return best;
}
