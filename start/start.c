/* SPDX-License-Identifier: MIT */
/*
 * The boot processor's part, from top to bottom: map, start, wait, settle, and the second rung for
 * what is left. fanout.c is what every processor does, wait.c the wait.
 */
#include "start/internal.h"

#include "hv/text.h"

void hvsmp_start_init(struct hvsmp_start *s, const struct hvsmp_start_config *config,
		      const struct hvsmp_start_memory *memory, struct hvsmp_cpu **cpu,
		      uint32_t count, uint32_t bsp, uint32_t nodes)
{
	*s = (struct hvsmp_start){.config = config,
				  .cpu = cpu,
				  .count = count,
				  .bsp = cpu[bsp],
				  .memory = *memory,
				  .nodes = nodes,
				  .calls = config->hv ? HVSMP_UNTRIED : HVSMP_IMPOSSIBLE,
				  .second = config->second ? HVSMP_UNTRIED : HVSMP_IMPOSSIBLE};
	for (uint32_t i = 0; i < count; i++) {
		cpu[i]->start = s;
		cpu[i]->index = i;
		cpu[i]->vp_index = HVSMP_VP_UNKNOWN;
		cpu[i]->is_bsp = i == bsp;
	}
	s->bsp->method = HVSMP_METHOD_FIRMWARE;
	hvsmp_nodes_build(s);
	hvsmp_fanout_rewind(s);
}

/* --- map -------------------------------------------------------------------------------------- */

static void keep_answers(struct hvsmp_start *s, const struct hvsmp_map_entry *entries)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const struct hvsmp_map_entry *entry = &entries[i];

		s->cpu[i]->map_state = entry->state;
		s->cpu[i]->map_answer = entry->answer;
		s->cpu[i]->vp_index = entry->vp_index;
	}
}

enum hvsmp_error hvsmp_start_map(struct hvsmp_start *s, const struct hvsmp_map_memory *memory)
{
	const struct hvsmp_caller caller = {.hv = s->config->hv,
					    .input = memory->input,
					    .output = memory->output};
	enum hvsmp_error e;
	uint64_t began;

	s->calls = HVSMP_IMPOSSIBLE;
	if (!memory->entries || !memory->input.va || !memory->output.va) {
		hvsmp_format(s->reason, sizeof(s->reason), "no memory to ask for VP indexes");
		return HVSMP_ERROR_NO_MEMORY;
	}
	for (uint32_t i = 0; i < s->count; i++)
		memory->entries[i].hw_id = s->cpu[i]->hw_id;
	began = hvsmp_ticks(s);
	e = hvsmp_map(&caller, s->bsp->hw_id, s->config->vp_limit, memory->entries, s->count,
		      &s->map);
	s->map_ticks = hvsmp_ticks(s) - began;
	__builtin_memcpy(s->reason, s->map.reason, sizeof(s->reason));
	/* Without the boot processor's proof no entry has an answer; with it, some may. */
	if (e && !s->map.elements)
		return e;
	keep_answers(s, memory->entries);
	s->calls = HVSMP_READY;
	return HVSMP_OK;
}

/* --- start and wait --------------------------------------------------------------------------- */

static void settle(struct hvsmp_start *s);
static void note_reason(struct hvsmp_start *s);

void hvsmp_start_calls(struct hvsmp_start *s, const struct hvsmp_policy *policy)
{
	if (s->calls != HVSMP_READY)
		return;
	s->fan_out = policy->fan_out;
	hvsmp_fanout_rewind(s);
	hvsmp_fan_out(s->bsp); /* start, as every processor that comes up does */
	hvsmp_help_nodes(s);   /* a leader may have been refused */
	if (policy->waiting)
		policy->waiting(s, hvsmp_is_coming, policy->ctx);
	s->gave_up = hvsmp_wait(s);
	settle(s);
	note_reason(s);
}

/* --- settle ----------------------------------------------------------------------------------- */

/*
 * From here on only a call that is under way can be made for this target; the phase that its claim
 * was in. Claims only go forward, so this ends.
 */
static enum hvsmp_claim_phase settle_claim(uint32_t *claim, uint32_t bsp)
{
	for (;;) {
		uint32_t seen = hvsmp_handshake_read(claim);
		enum hvsmp_claim_phase phase = hvsmp_claim_phase(seen);

		if (phase == HVSMP_CLAIM_FREE ? hvsmp_claim_take(claim, bsp)
					      : phase != HVSMP_CLAIM_CLAIMED ||
							hvsmp_claim_take_over(claim, seen, bsp))
			return phase;
	}
}

/* It runs and has not come in all the time: other code, then, and not started by us. */
static void settle_running(struct hvsmp_cpu *cpu)
{
	cpu->outcome =
		hvsmp_stage_withdraw(&cpu->stage) ? HVSMP_OUTCOME_REFUSED : HVSMP_OUTCOME_ACCEPTED;
}

/*
 * From here on this rung starts nothing and lets no processor in. The claim comes first: while it
 * can still move, whatever is done to the stage can be undone by an invitation.
 */
static void settle(struct hvsmp_start *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		struct hvsmp_cpu *cpu = s->cpu[i];
		enum hvsmp_claim_phase phase = settle_claim(&cpu->claim, s->bsp->index);

		if (phase == HVSMP_CLAIM_CALLING)
			hvsmp_stage_close(&cpu->stage);
		else if (phase == HVSMP_CLAIM_DONE && cpu->outcome == HVSMP_OUTCOME_RUNNING)
			settle_running(cpu);
		else
			(void)hvsmp_stage_revoke(&cpu->stage);
	}
}

/* Why calls were given up, if they were: the first refusal that the boot processor met. */
static void note_reason(struct hvsmp_start *s)
{
	char answer[HVSMP_ANSWER_SIZE];

	for (uint32_t i = 0; hvsmp_fanout_is_stopped(s) && !s->reason[0] && i < s->count; i++) {
		const struct hvsmp_cpu *cpu = s->cpu[i];

		if (hvsmp_vtl_failed(cpu))
			hvsmp_format(s->reason, sizeof(s->reason), "HvCallEnableVpVtl %s",
				     hvsmp_describe(&cpu->vtl_answer, answer));
		else if (hvsmp_call_failed(cpu))
			hvsmp_format(s->reason, sizeof(s->reason), "HvCallStartVirtualProcessor %s",
				     hvsmp_describe(&cpu->answer, answer));
	}
}

/* --- the second rung -------------------------------------------------------------------------- */

bool hvsmp_start_prepare_second(struct hvsmp_start *s)
{
	const struct hvsmp_rung *rung = s->config->second;

	if (s->second == HVSMP_UNTRIED)
		s->second =
			rung->prepare(s, s->config->second_ctx) ? HVSMP_READY : HVSMP_IMPOSSIBLE;
	return s->second == HVSMP_READY;
}

void hvsmp_start_second(struct hvsmp_start *s, const struct hvsmp_policy *policy)
{
	if (!s->bsp->caller.vtl && hvsmp_start_prepare_second(s))
		s->config->second->run(s, s->config->second_ctx, policy);
}

/* --- another run ------------------------------------------------------------------------------ */

void hvsmp_start_renew(struct hvsmp_start *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		struct hvsmp_cpu *cpu = s->cpu[i];

		if (cpu->is_bsp || !cpu->prepared)
			continue;
		cpu->claim = HVSMP_CLAIM_FREE;
		cpu->outcome = HVSMP_OUTCOME_NONE;
		cpu->method = HVSMP_METHOD_NONE;
		cpu->calls = cpu->taken_over = 0;
		cpu->answer = (struct hvsmp_result){HVSMP_OK, {0}, 0};
		cpu->issued = cpu->arrived = cpu->call_ticks = 0;
		__atomic_store_n(&cpu->stage, HVSMP_STAGE_IDLE, __ATOMIC_RELEASE);
	}
}
