/* SPDX-License-Identifier: MIT */
/*
 * Starting by HvCallStartVirtualProcessor, by everybody who is up: each takes the next target with
 * one atomic add and makes the call from parameter blocks of its own. First every NUMA node is
 * crossed to, by starting its leader; then each node's processors start each other, from memory
 * that is near.
 */
#include "smp/internal.h"

#include "smp/handshake.h"

/* Linux gives 0x78 (time-out) five more tries for the same call. */
#define MAX_TIMEOUTS 5
#define FIRST_PAUSE  64U /* PAUSEs after the first of them; doubled each time */

static void back_off(unsigned int timeouts)
{
	for (unsigned int i = 0; i < FIRST_PAUSE << timeouts; i++)
		arch_pause();
}

/*
 * Call until there is an answer to act on. After a time-out the call may have had its effect all the
 * same, so a later refusal proves nothing.
 */
static enum start_outcome call(struct cpu *target, struct cpu *starter)
{
	for (unsigned int timeouts = 0;; timeouts++) {
		struct hvsmp_result r;
		uint64_t began = arch_tsc();

		/* Noted before the call, which may never come back. */
		target->hv_calls++;
		target->answer.err = HVSMP_ERROR_UNANSWERED;
		r = hvsmp_start_vp(&starter->caller, target->vp_index, &target->context);
		target->call_ticks = arch_tsc() - began;
		target->answer = r;
		if (r.err)
			return timeouts ? START_UNKNOWN : START_REFUSED;
		if (hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
			return START_ACCEPTED;
		if (!hvsmp_answers(&r, HVSMP_STATUS_TIME_OUT))
			return timeouts ? START_UNKNOWN : START_REFUSED;
		if (timeouts == MAX_TIMEOUTS || cpu_has_arrived(target))
			return START_UNKNOWN;
		back_off(timeouts);
	}
}

/* The call is not there at all, as opposed to refused for this one target. */
static bool is_useless(const struct cpu *target)
{
	return target->answer.err ||
	       hvsmp_answers(&target->answer, HVSMP_STATUS_INVALID_HYPERCALL_CODE) ||
	       hvsmp_answers(&target->answer, HVSMP_STATUS_ACCESS_DENIED);
}

/* The claim on target must be ours, in phase CLAIMED. */
static void start(struct smp *smp, struct cpu *target, struct cpu *starter)
{
	if (!claim_call(&target->claim, starter->index))
		return; /* we were slow, and somebody took over */
	target->starter = starter->index;
	target->method = CPU_METHOD_HV;
	target->issued_tsc = arch_tsc();
	/* Fails only if the boot processor has closed this target meanwhile: then no call is made. */
	target->outcome = stage_invite(&target->stage) ? call(target, starter) : START_UNKNOWN;
	if (target->outcome == START_REFUSED && !stage_withdraw(&target->stage))
		target->outcome = START_ACCEPTED; /* refused, and yet it is here */
	/* From an AP it may be the AP that is not allowed: the boot processor tries again. */
	if (target->outcome == START_REFUSED && starter->is_bsp && is_useless(target))
		__atomic_store_n(&smp->stop, 1, __ATOMIC_RELAXED);
	(void)claim_done(&target->claim, starter->index);
}

bool fanout_is_target(const struct cpu *cpu)
{
	return !cpu->is_bsp && cpu->prepared && cpu->map_state == HVSMP_MAP_FOUND;
}

static void draw(struct smp *smp, struct cpu *target, struct cpu *starter)
{
	if (fanout_is_target(target) && claim_take(&target->claim, starter->index))
		start(smp, target, starter);
}

static bool is_stopped(const struct smp *smp)
{
	return __atomic_load_n(&smp->stop, __ATOMIC_RELAXED);
}

void fanout_node(struct smp *smp, struct smp_node *node, struct cpu *starter)
{
	while (!is_stopped(smp)) {
		uint32_t next;

		/* Looked at first, so that those who come again and again do not make it wrap. */
		if (__atomic_load_n(&node->next, __ATOMIC_RELAXED) >= node->end)
			return;
		next = __atomic_fetch_add(&node->next, 1, __ATOMIC_RELAXED);
		if (next < node->end)
			draw(smp, smp->cpu[smp->order[next]], starter);
	}
}

void fanout_rewind(struct smp *smp)
{
	for (uint32_t i = 0; i < smp->nodes; i++)
		smp->node[i].next = smp->node[i].begin;
	smp->next_node = 1; /* the boot processor is in its own */
	smp->stop = 0;
}

void fanout_run(struct smp *smp, struct cpu *starter)
{
	while (!is_stopped(smp)) {
		uint32_t next = __atomic_fetch_add(&smp->next_node, 1, __ATOMIC_RELAXED);

		if (next >= smp->nodes)
			break;
		if (smp->node[next].leader != SMP_NO_LEADER)
			draw(smp, smp->cpu[smp->node[next].leader], starter);
	}
	fanout_node(smp, &smp->node[starter->node], starter);
	/* Nobody else is going to. */
	for (uint32_t i = 0; !smp->config.fanout && i < smp->nodes; i++)
		fanout_node(smp, &smp->node[i], starter);
}

void fanout_take_over(struct smp *smp, struct cpu *target, uint32_t seen)
{
	bool ours = claim_phase(seen) == CLAIM_FREE
			    ? claim_take(&target->claim, smp->bsp->index)
			    : claim_take_over(&target->claim, seen, smp->bsp->index);

	if (ours)
		start(smp, target, smp->bsp);
}
