/* SPDX-License-Identifier: MIT */
/*
 * The first rung of the ladder: VP indexes by 0x9A, starts by 0x99, and the wait for everybody who
 * was started. The boot processor's part; fanout.c is what all processors do.
 */
#include "smp/internal.h"

#include "lib/format.h"
#include "lib/log.h"
#include "smp/deadline.h"
#include "smp/handshake.h"

/* A claim that makes no step for this part of the deadline is taken over. */
#define TAKE_OVER_PART 4

static void map_copy(struct smp *smp, const struct hvsmp_map_entry *entries)
{
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp->cpu[i];
		char answer[HVSMP_ANSWER_SIZE];

		cpu->map_state = entries[i].state;
		cpu->map_answer = entries[i].answer;
		cpu->vp_index = entries[i].vp_index;
		if (entries[i].state == HVSMP_MAP_ABSENT)
			log_warn("APIC id %u: the hypervisor knows no such processor: "
				 "HvCallGetVpIndexFromApicId %s",
				 cpu->apic_id, hvsmp_describe(&entries[i].answer, answer));
		else if (entries[i].state == HVSMP_MAP_REFUSED)
			log_warn(
				"APIC id %u: no believable VP index: HvCallGetVpIndexFromApicId %s",
				cpu->apic_id, hvsmp_describe(&entries[i].answer, answer));
	}
}

static bool map(struct smp *smp)
{
	struct hvsmp_map_entry *entries =
		pages_alloc(smp->pages, pages_of(smp->count * sizeof(*entries)), 0);
	void *input = pages_alloc(smp->pages, 1, 0);
	void *output = pages_alloc(smp->pages, 1, 0);
	struct hvsmp_caller caller = {.hv = smp->config.hv,
				      .input = {input, (uint64_t)input},
				      .output = {output, (uint64_t)output}};
	uint64_t started;
	enum hvsmp_error e;

	if (!entries || !input || !output) {
		format(smp->hv_reason, HVSMP_REASON_SIZE, "no memory to ask for VP indexes");
		return false;
	}
	for (size_t i = 0; i < smp->count; i++)
		entries[i].hw_id = smp->cpu[i]->apic_id;
	started = arch_tsc();
	e = hvsmp_map(&caller, smp->bsp->apic_id, smp->config.vp_limit, entries, smp->count,
		      &smp->map);
	smp->map_ticks = arch_tsc() - started;
	if (e) {
		/* Without the BSP's proof no entry has an answer; with it, some may. */
		format(smp->hv_reason, HVSMP_REASON_SIZE, "%s", smp->map.reason);
		if (e == HVSMP_ERROR_INVALID)
			proof_note(smp->bsp, PROOF_VP_INDEX, smp->config.hv->bsp_vp_index,
				   smp->map.bsp_answer);
		if (!smp->map.elements)
			return false;
	}
	map_copy(smp, entries);
	return true;
}

/* Nothing more is to be expected of this target on this rung. */
static bool is_settled(const struct smp *smp, const struct cpu *cpu)
{
	bool stopped = __atomic_load_n(&smp->stop, __ATOMIC_RELAXED);
	uint32_t stage = handshake_read(&cpu->stage);
	uint32_t claim = handshake_read(&cpu->claim);

	if (stage == STAGE_PROVED || __atomic_load_n(&cpu->faulted, __ATOMIC_ACQUIRE))
		return true;
	if (stage == STAGE_ARRIVED)
		return false;
	switch (claim_phase(claim)) {
	case CLAIM_FREE: /* an AP may have drawn its number and not claimed it yet */
		return !fanout_is_target(cpu) || stopped;
	case CLAIM_DONE: /* what an AP was refused, rescue() tries once more */
		return cpu->outcome == START_REFUSED &&
		       (claim_starter(claim) == smp->bsp->index || stopped);
	default: return false;
	}
}

/*
 * Nodes that nobody in them is going to start: their leader has come to its end, one way or the
 * other (then what is drawn here is nothing).
 */
static void help_nodes(struct smp *smp)
{
	for (uint32_t i = 1; i < smp->nodes; i++) {
		struct smp_node *node = &smp->node[i];

		if (node->leader == SMP_NO_LEADER || is_settled(smp, smp->cpu[node->leader]))
			fanout_node(smp, node, smp->bsp);
	}
}

/* As far as its claim tells: it is to be called for, or the call was accepted. */
static bool is_coming(const struct cpu *cpu)
{
	return fanout_is_target(cpu) && !__atomic_load_n(&cpu->smp->stop, __ATOMIC_RELAXED) &&
	       !__atomic_load_n(&cpu->faulted, __ATOMIC_ACQUIRE) &&
	       (claim_phase(handshake_read(&cpu->claim)) != CLAIM_DONE ||
		cpu->outcome == START_ACCEPTED);
}

/* Starts that an AP left undone, or was refused, the boot processor does itself. */
static void rescue(struct smp *smp, struct cpu *target, bool stalled)
{
	uint32_t seen = handshake_read(&target->claim);
	bool undone = false;

	if (!fanout_is_target(target) || __atomic_load_n(&smp->stop, __ATOMIC_RELAXED))
		return;
	switch (claim_phase(seen)) {
	case CLAIM_FREE:
	case CLAIM_CLAIMED: undone = stalled; break;
	case CLAIM_DONE:
		undone = target->outcome == START_REFUSED && claim_starter(seen) != smp->bsp->index;
		break;
	default: break;
	}
	if (undone)
		fanout_take_over(smp, target, seen);
}

/* A number that changes with every step any target makes. */
static uint64_t fingerprint(const struct smp *smp, bool *settled)
{
	uint64_t sum = 0;

	*settled = true;
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp->cpu[i];

		if (cpu->is_bsp)
			continue;
		sum = sum * 31 + handshake_read(&cpu->stage) * 4 +
		      claim_phase(handshake_read(&cpu->claim));
		*settled = *settled && is_settled(smp, cpu);
	}
	return sum;
}

static void await(struct smp *smp)
{
	uint64_t patience = smp->config.deadline_ns;
	enum deadline_end end;
	struct deadline d;
	uint64_t before = 0;

	deadline_start(&d, patience, smp->config.cap_ns);
	do {
		bool settled;
		uint64_t now = fingerprint(smp, &settled);

		if (settled)
			return;
		if (now != before)
			deadline_progress(&d);
		before = now;
		for (size_t i = 0; i < smp->count; i++)
			rescue(smp, smp->cpu[i], deadline_idle_ns(&d) > patience / TAKE_OVER_PART);
		help_nodes(smp);
		show_progress(smp);
		arch_pause();
		end = deadline_look(&d);
	} while (end == DEADLINE_RUNNING);
	log_warn("gave up waiting for processors started by hypercall: %s", deadline_end_name(end));
}

/*
 * Make sure that nobody but today's holder can call for this target any more; the phase it is left
 * in. Other holders' claims only go forward, so this ends.
 */
static enum claim_phase settle_claim(uint32_t *claim, uint32_t bsp)
{
	for (;;) {
		uint32_t seen = handshake_read(claim);
		enum claim_phase phase = claim_phase(seen);

		if (phase == CLAIM_FREE
			    ? claim_take(claim, bsp)
			    : phase != CLAIM_CLAIMED || claim_take_over(claim, seen, bsp))
			return phase;
	}
}

/*
 * From here on this rung starts nothing and lets nobody in. The claim comes first: while it can still
 * move, whatever is done to the stage can be undone by an invitation.
 */
static void close_rung(struct smp *smp)
{
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp->cpu[i];

		if (settle_claim(&cpu->claim, smp->bsp->index) == CLAIM_CALLING)
			stage_close(&cpu->stage);
		else
			(void)stage_revoke(&cpu->stage);
	}
}

static void note_refusals(struct smp *smp)
{
	bool useless = __atomic_load_n(&smp->stop, __ATOMIC_RELAXED);

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp->cpu[i];
		char text[HVSMP_ANSWER_SIZE];
		const char *answer;

		if ((cpu->outcome != START_REFUSED && cpu->outcome != START_UNKNOWN) ||
		    cpu_has_arrived(cpu))
			continue;
		answer = hvsmp_describe(&cpu->answer, text);
		log_warn("APIC id %u: HvCallStartVirtualProcessor on VP %u %s after %u calls",
			 cpu->apic_id, cpu->vp_index, answer, cpu->hv_calls);
		if (useless && !smp->hv_reason[0])
			format(smp->hv_reason, HVSMP_REASON_SIZE, "HvCallStartVirtualProcessor %s",
			       answer);
	}
}

bool hv_prepare(struct smp *smp)
{
	return map(smp);
}

void hv_run(struct smp *smp)
{
	fanout_run(smp, smp->bsp);
	help_nodes(smp);
	arrivals_watch(smp, is_coming);
	await(smp);
	close_rung(smp);
	note_refusals(smp);
}

void hv_way(struct smp *smp)
{
	if (hv_prepare(smp))
		hv_run(smp);
}
