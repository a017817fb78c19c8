/* SPDX-License-Identifier: MIT */
/*
 * Starting by HvCallStartVirtualProcessor, on every processor that is up: each takes the next
 * target with one atomic add and makes the call from parameter blocks of its own. First every NUMA
 * node is crossed to, by starting its leader; then each node's processors start each other, from
 * memory that is near.
 */
#include "start/internal.h"

/* Linux gives 0x78 (time-out) five more tries for the same call. */
#define MAX_TIMEOUTS 5
#define FIRST_PAUSE  64U /* pauses after the first of them; doubled each time */

static void back_off(const struct hvsmp_cpu *target, unsigned int timeouts)
{
	for (unsigned int i = 0; i < FIRST_PAUSE << timeouts && !hvsmp_has_arrived(target); i++)
		hvsmp_pause(target->start);
}

/* A call is unavailable altogether, as opposed to refused for this one target. */
static bool is_useless(const struct hvsmp_result *r)
{
	return r->err || hvsmp_answers(r, HVSMP_STATUS_INVALID_HYPERCALL_CODE) ||
	       hvsmp_answers(r, HVSMP_STATUS_ACCESS_DENIED);
}

static void call_once(struct hvsmp_cpu *target, struct hvsmp_cpu *starter)
{
	const struct hvsmp_start *s = starter->start;
	uint64_t began = hvsmp_ticks(s);

	/* Noted before the call, which may never come back. */
	target->calls++;
	target->answer.err = HVSMP_ERROR_UNANSWERED;
	target->answer = hvsmp_start_vp(&starter->caller, target->vp_index, &target->context);
	target->call_ticks = hvsmp_ticks(s) - began;
}

/*
 * Call until there is an answer to act on. After a time-out the call may have had its effect all
 * the same, so a later refusal proves nothing. A refusal may have had it, too: the next call tells,
 * because a VP that runs answers 0x15. As the first answer that says only that something runs.
 */
static enum hvsmp_outcome call(struct hvsmp_cpu *target, struct hvsmp_cpu *starter)
{
	const struct hvsmp_result *r = &target->answer;
	unsigned int timeouts = 0;
	bool refused = false;

	do {
		struct hvsmp_result refusal = target->answer;

		call_once(target, starter);
		if (hvsmp_answers(r, HVSMP_STATUS_SUCCESS))
			return HVSMP_OUTCOME_ACCEPTED;
		if (hvsmp_answers(r, HVSMP_STATUS_TIME_OUT)) {
			if (timeouts == MAX_TIMEOUTS)
				return HVSMP_OUTCOME_UNKNOWN;
			back_off(target, timeouts++);
			continue;
		}
		if (timeouts)
			return HVSMP_OUTCOME_UNKNOWN;
		if (hvsmp_answers(r, HVSMP_STATUS_INVALID_VP_STATE)) {
			if (!refused)
				return HVSMP_OUTCOME_RUNNING;
			target->answer = refusal;
			return HVSMP_OUTCOME_ACCEPTED;
		}
		if (refused || is_useless(r))
			return HVSMP_OUTCOME_REFUSED;
		refused = true;
		/* Right before the call is repeated: on a VP that runs that may restart it. */
	} while (!hvsmp_has_arrived(target));
	return refused ? HVSMP_OUTCOME_ACCEPTED : HVSMP_OUTCOME_UNKNOWN;
}

/*
 * Above VTL 0: the VTL that it is to begin in. What 0x99 says of the context counts, so it is the
 * same. A refusal starts nothing, whatever its status.
 */
static bool give_vtl(struct hvsmp_cpu *target, const struct hvsmp_caller *caller)
{
	if (!caller->vtl || hvsmp_has_vtl(target))
		return true;
	target->vtl_calls++;
	target->vtl_answer.err = HVSMP_ERROR_UNANSWERED;
	target->vtl_answer =
		hvsmp_enable_vp_vtl(caller, target->vp_index, caller->vtl, &target->context);
	return hvsmp_has_vtl(target);
}

static enum hvsmp_outcome give_vtl_and_call(struct hvsmp_cpu *target, struct hvsmp_cpu *starter)
{
	return give_vtl(target, &starter->caller) ? call(target, starter) : HVSMP_OUTCOME_REFUSED;
}

/* The claim on target must be ours, in phase CLAIMED. */
static void start_one(struct hvsmp_cpu *target, struct hvsmp_cpu *starter)
{
	struct hvsmp_start *s = starter->start;

	if (!hvsmp_claim_call(&target->claim, starter->index))
		return; /* we were slow, and another starter took over */
	target->starter = starter->index;
	target->method = HVSMP_METHOD_HYPERCALL;
	if (!target->issued) /* a call that was refused may yet be the one that it comes by */
		target->issued = hvsmp_ticks(s);
	/* Fails only if the boot processor has closed this target meanwhile: no call then. */
	target->outcome = hvsmp_stage_invite(&target->stage) ? give_vtl_and_call(target, starter)
							     : HVSMP_OUTCOME_UNKNOWN;
	if (target->outcome == HVSMP_OUTCOME_REFUSED && !hvsmp_stage_withdraw(&target->stage))
		target->outcome = HVSMP_OUTCOME_ACCEPTED; /* refused, and yet it is here */
	/* From an AP it may be the AP that is not allowed: the boot processor tries again. */
	if (target->outcome == HVSMP_OUTCOME_REFUSED && starter->is_bsp &&
	    is_useless(hvsmp_vtl_failed(target) ? &target->vtl_answer : &target->answer))
		__atomic_store_n(&s->stop, 1, __ATOMIC_RELAXED);
	(void)hvsmp_claim_done(&target->claim, starter->index);
}

bool hvsmp_fanout_is_target(const struct hvsmp_cpu *cpu)
{
	return !cpu->is_bsp && cpu->prepared && cpu->map_state == HVSMP_MAP_FOUND;
}

static void draw(struct hvsmp_cpu *target, struct hvsmp_cpu *starter)
{
	if (hvsmp_fanout_is_target(target) && hvsmp_claim_take(&target->claim, starter->index))
		start_one(target, starter);
}

bool hvsmp_fanout_is_stopped(const struct hvsmp_start *s)
{
	return __atomic_load_n(&s->stop, __ATOMIC_RELAXED);
}

void hvsmp_fanout_node(struct hvsmp_start *s, struct hvsmp_node *node, struct hvsmp_cpu *starter)
{
	while (!hvsmp_fanout_is_stopped(s)) {
		uint32_t next;

		/* Looked at first, so that it does not wrap however often processors come. */
		if (__atomic_load_n(&node->next, __ATOMIC_RELAXED) >= node->end)
			return;
		next = __atomic_fetch_add(&node->next, 1, __ATOMIC_RELAXED);
		if (next < node->end)
			draw(s->cpu[s->memory.order[next]], starter);
	}
}

void hvsmp_fanout_rewind(struct hvsmp_start *s)
{
	for (uint32_t i = 0; i < s->nodes; i++)
		s->memory.node[i].next = s->memory.node[i].begin;
	s->next_node = 1; /* the boot processor is in its own */
	s->stop = 0;
}

/* The first processor of every other node. */
static void start_leaders(struct hvsmp_start *s, struct hvsmp_cpu *self)
{
	while (!hvsmp_fanout_is_stopped(s)) {
		uint32_t next = __atomic_fetch_add(&s->next_node, 1, __ATOMIC_RELAXED);

		if (next >= s->nodes)
			return;
		if (s->memory.node[next].leader != HVSMP_NO_LEADER)
			draw(s->cpu[s->memory.node[next].leader], self);
	}
}

void hvsmp_fan_out(struct hvsmp_cpu *self)
{
	struct hvsmp_start *s = self->start;
	bool fans_out = s->fan_out;

	if (s->calls != HVSMP_READY || (!fans_out && !self->is_bsp))
		return;
	start_leaders(s, self);
	hvsmp_fanout_node(s, &s->memory.node[self->node], self);
	/* Without a fan-out no leader starts the rest of its node. */
	for (uint32_t i = 0; !fans_out && i < s->nodes; i++)
		hvsmp_fanout_node(s, &s->memory.node[i], self);
}

void hvsmp_fanout_take_over(struct hvsmp_cpu *target, uint32_t seen)
{
	struct hvsmp_cpu *bsp = target->start->bsp;
	bool is_free = hvsmp_claim_phase(seen) == HVSMP_CLAIM_FREE;
	bool ours = is_free ? hvsmp_claim_take(&target->claim, bsp->index)
			    : hvsmp_claim_take_over(&target->claim, seen, bsp->index);

	if (!ours)
		return;
	target->taken_over += !is_free;
	start_one(target, bsp);
}
