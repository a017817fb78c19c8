/* SPDX-License-Identifier: MIT */
/*
 * The boot processor's wait for those that were started by hypercall. What an AP left undone it
 * takes over: a claim that makes no step, a start that the AP was refused, a node whose leader did
 * not come up. Every look is at all records; a watch of one at a time was not faster.
 */
#include "start/internal.h"

/* A claim that makes no step for this part of the deadline is taken over. */
#define TAKE_OVER_PART 4

/* Nothing more is to be expected of this target on this rung. */
static bool is_settled(const struct hvsmp_start *s, const struct hvsmp_cpu *cpu)
{
	bool stopped = hvsmp_fanout_is_stopped(s);
	uint32_t claim = hvsmp_handshake_read(&cpu->claim);

	if (hvsmp_stage_of(cpu) == HVSMP_STAGE_PROVED || hvsmp_is_lost(cpu))
		return true;
	switch (hvsmp_claim_phase(claim)) {
	case HVSMP_CLAIM_FREE: /* an AP may have drawn its number and not claimed it yet */
		return !hvsmp_fanout_is_target(cpu) || stopped;
	/* What an AP was refused, rescue() tries once more; what has come in was not refused. */
	case HVSMP_CLAIM_DONE:
		return cpu->outcome == HVSMP_OUTCOME_REFUSED &&
		       (hvsmp_claim_starter(claim) == s->bsp->index || stopped);
	default: return false;
	}
}

bool hvsmp_is_coming(const struct hvsmp_cpu *cpu)
{
	return hvsmp_fanout_is_target(cpu) && !hvsmp_fanout_is_stopped(cpu->start) &&
	       !hvsmp_is_lost(cpu) &&
	       (hvsmp_claim_phase(hvsmp_handshake_read(&cpu->claim)) != HVSMP_CLAIM_DONE ||
		cpu->outcome == HVSMP_OUTCOME_ACCEPTED || cpu->outcome == HVSMP_OUTCOME_RUNNING);
}

/* A leader that is settled starts no more of its node; one that is up has left nothing to draw. */
void hvsmp_help_nodes(struct hvsmp_start *s)
{
	for (uint32_t i = 1; i < s->nodes; i++) {
		struct hvsmp_node *node = &s->memory.node[i];

		if (node->leader == HVSMP_NO_LEADER || is_settled(s, s->cpu[node->leader]))
			hvsmp_fanout_node(s, node, s->bsp);
	}
}

/* Starts that an AP left undone, or was refused, the boot processor does itself. */
static void rescue(struct hvsmp_start *s, struct hvsmp_cpu *target, bool stalled)
{
	uint32_t seen = hvsmp_handshake_read(&target->claim);
	bool undone = false;

	if (!hvsmp_fanout_is_target(target) || hvsmp_fanout_is_stopped(s))
		return;
	switch (hvsmp_claim_phase(seen)) {
	case HVSMP_CLAIM_FREE:
	case HVSMP_CLAIM_CLAIMED: undone = stalled; break;
	case HVSMP_CLAIM_DONE:
		undone = target->outcome == HVSMP_OUTCOME_REFUSED &&
			 hvsmp_claim_starter(seen) != s->bsp->index;
		break;
	default: break;
	}
	if (undone)
		hvsmp_fanout_take_over(target, seen);
}

/* A number that changes with every step any target makes. */
static uint64_t fingerprint(const struct hvsmp_start *s, bool *settled)
{
	uint64_t sum = 0;

	*settled = true;
	for (uint32_t i = 0; i < s->count; i++) {
		const struct hvsmp_cpu *cpu = s->cpu[i];

		if (cpu->is_bsp)
			continue;
		sum = sum * 31 + hvsmp_stage_of(cpu) * 4 +
		      hvsmp_claim_phase(hvsmp_handshake_read(&cpu->claim));
		*settled = *settled && is_settled(s, cpu);
	}
	return sum;
}

enum hvsmp_deadline_end hvsmp_wait(struct hvsmp_start *s)
{
	uint64_t patience = s->config->deadline_ns;
	enum hvsmp_deadline_end end;
	struct hvsmp_deadline d;
	uint64_t before = 0;

	hvsmp_deadline_start(&d, hvsmp_now(s), patience, s->config->cap_ns);
	do {
		bool settled;
		uint64_t now = fingerprint(s, &settled);

		if (settled)
			return HVSMP_DEADLINE_RUNNING;
		if (now != before)
			hvsmp_deadline_progress(&d, hvsmp_now(s));
		before = now;
		for (uint32_t i = 0; i < s->count; i++)
			rescue(s, s->cpu[i],
			       hvsmp_deadline_idle_ns(&d) > patience / TAKE_OVER_PART);
		hvsmp_help_nodes(s);
		hvsmp_idle(s);
		end = hvsmp_deadline_look(&d, hvsmp_now(s));
	} while (end == HVSMP_DEADLINE_RUNNING);
	return end;
}
