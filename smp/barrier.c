/* SPDX-License-Identifier: MIT */
/*
 * A barrier without a counter that all would spin on: in round k each member tells the one 2^k
 * ranks on, and waits to be told by the one 2^k ranks back, each on a word of its own (Hensgen,
 * Finkel and Manber's dissemination barrier). After log2 N rounds each has heard of all. A
 * processor cannot see from its own words whether the others get on; the boot processor looks at
 * all of them.
 */
#include "smp/internal.h"

#include "smp/calls.h"
#include "smp/deadline.h"

/* A number that changes with every round that any of them has done. */
static uint32_t steps(const struct smp *smp)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < smp->members; i++)
		sum += __atomic_load_n(&smp->member[i]->calls.beats, __ATOMIC_RELAXED);
	return sum;
}

/*
 * The boot processor gives up when none does a step any more, the others when it has, or at the
 * cap.
 */
static bool await_word(struct cpu *self, const uint32_t *word, uint32_t epoch)
{
	struct smp *smp = self->smp;
	const struct smp_config *config = &smp->config;
	struct hvsmp_deadline d;
	uint32_t before = 0;

	deadline_start(&d, self->start.is_bsp ? config->deadline_ns : config->cap_ns,
		       config->cap_ns);
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) < epoch) {
		uint32_t now = self->start.is_bsp ? steps(smp) : 0;

		if (now != before)
			deadline_progress(&d);
		before = now;
		if (__atomic_load_n(&smp->barrier_broken, __ATOMIC_RELAXED))
			return false;
		if (!deadline_runs(&d)) {
			__atomic_store_n(&smp->barrier_broken, 1, __ATOMIC_RELAXED);
			return false;
		}
		call_pause(self);
	}
	call_beat(self);
	return true;
}

bool smp_barrier(struct cpu *self)
{
	const struct smp *smp = self->smp;
	uint32_t epoch = ++self->calls.epoch;
	size_t distance = 1;

	for (unsigned int k = 0; distance < smp->members; k++, distance *= 2) {
		struct cpu *peer = smp->member[(self->rank + distance) % smp->members];

		/* The word may be an epoch ahead of its reader, and never goes back. */
		__atomic_store_n(&peer->calls.barrier[k], epoch, __ATOMIC_RELEASE);
		if (!await_word(self, &self->calls.barrier[k], epoch))
			return false;
	}
	return true;
}
