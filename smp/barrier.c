/* SPDX-License-Identifier: MIT */
/*
 * A barrier without a counter that everybody would spin on: in round k each member tells the one 2^k
 * ranks on, and waits to be told by the one 2^k ranks back, each on a word of its own (Hensgen, Finkel
 * and Manber's dissemination barrier). After log2 N rounds everybody has heard of everybody.
 */
#include "smp/internal.h"

#include "smp/deadline.h"

static bool await_word(struct cpu *self, const uint32_t *word, uint32_t epoch)
{
	const struct smp_config *config = &self->smp->config;
	struct deadline d;

	deadline_start(&d, config->deadline_ns, config->cap_ns);
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) < epoch) {
		if (deadline_look(&d) != DEADLINE_RUNNING)
			return false;
		call_pause(self);
	}
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
