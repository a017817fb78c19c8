/* SPDX-License-Identifier: MIT */
/*
 * This kernel as a client of start/: what it hands in, the order of the rungs, and what is logged.
 */
#include "smp/internal.h"

#include "lib/log.h"

static const char *end_name(enum hvsmp_deadline_end end)
{
	switch (end) {
	case HVSMP_DEADLINE_NO_PROGRESS: return "nothing moved for the time of deadline=";
	case HVSMP_DEADLINE_CAP: return "the time of cap= is over";
	case HVSMP_DEADLINE_CLOCK_STUCK: return "the clock stands still";
	default: return "running";
	}
}

/* --- VP indexes ------------------------------------------------------------------------------- */

void smp_doubt_bsp(struct smp *smp, uint32_t answer)
{
	proof_note(smp->bsp, PROOF_VP_INDEX, smp->config.hv->bsp_vp_index, answer);
}

static void warn_unmapped(const struct cpu *cpu)
{
	char text[HVSMP_ANSWER_SIZE];
	const char *answer = hvsmp_describe(&cpu->start.map_answer, text);

	if (cpu->start.map_state == HVSMP_MAP_ABSENT)
		log_warn(ARCH_HW_ID " %lu: the hypervisor knows no such processor: "
				    "HvCallGetVpIndexFromApicId %s",
			 cpu_id(cpu), answer);
	else if (cpu->start.map_state == HVSMP_MAP_REFUSED)
		log_warn(ARCH_HW_ID " %lu: no believable VP index: HvCallGetVpIndexFromApicId %s",
			 cpu_id(cpu), answer);
}

void smp_map(struct smp *smp)
{
	struct hvsmp_map_memory memory;
	void *input;
	void *output;

	if (smp->start.calls != HVSMP_UNTRIED)
		return;
	memory.entries = pages_alloc(smp->pages, pages_of(smp->count * sizeof(*memory.entries)), 0);
	input = pages_alloc(smp->pages, 1, 0);
	output = pages_alloc(smp->pages, 1, 0);
	memory.input = (struct hvsmp_memory){input, (uint64_t)input};
	memory.output = (struct hvsmp_memory){output, (uint64_t)output};
	if (hvsmp_start_map(&smp->start, &memory) == HVSMP_ERROR_INVALID)
		smp_doubt_bsp(smp, smp->start.map.bsp_answer);
	for (size_t i = 0; i < smp->count; i++)
		warn_unmapped(smp_cpu(smp, i));
}

/* --- starts ----------------------------------------------------------------------------------- */

static void note_call(const struct smp *smp, const struct cpu *cpu)
{
	const struct hvsmp_cpu *start = &cpu->start;
	char text[HVSMP_ANSWER_SIZE];
	const char *answer = hvsmp_describe(&start->answer, text);

	if (start->taken_over)
		log_debug(ARCH_HW_ID " %lu: its start was taken over from another processor",
			  cpu_id(cpu));
	if (hvsmp_vtl_failed(start))
		log_warn(ARCH_HW_ID " %lu: HvCallEnableVpVtl for VTL %u on VP %u %s after %u calls",
			 cpu_id(cpu), smp->config.vtl, start->vp_index,
			 hvsmp_describe(&start->vtl_answer, text), start->vtl_calls);
	else if (start->outcome == HVSMP_OUTCOME_ACCEPTED &&
		 !hvsmp_answers(&start->answer, HVSMP_STATUS_SUCCESS))
		log_warn(ARCH_HW_ID " %lu: HvCallStartVirtualProcessor on VP %u %s, and yet it "
				    "was started",
			 cpu_id(cpu), start->vp_index, answer);
	else if (hvsmp_call_failed(start))
		log_warn(ARCH_HW_ID " %lu: HvCallStartVirtualProcessor on VP %u %s after %u calls",
			 cpu_id(cpu), start->vp_index, answer, start->calls);
	else if (start->calls)
		log_debug(ARCH_HW_ID
			  " %lu: HvCallStartVirtualProcessor on VP %u, made by " ARCH_HW_ID
			  " %lu, %s",
			  cpu_id(cpu), start->vp_index, cpu_id(smp_cpu(smp, start->starter)),
			  answer);
}

static void note_calls(const struct smp *smp)
{
	if (smp->start.gave_up != HVSMP_DEADLINE_RUNNING)
		log_warn("gave up waiting for processors started by hypercall: %s",
			 end_name(smp->start.gave_up));
	for (size_t i = 0; i < smp->count; i++) {
		if (hvsmp_is_done(smp->record[i]))
			note_call(smp, smp_cpu(smp, i));
	}
}

static void by_call(struct smp *smp, const struct smp_policy *policy)
{
	smp_map(smp);
	if (smp->start.calls != HVSMP_READY)
		return;
	hvsmp_start_calls(&smp->start, &policy->start);
	note_calls(smp);
}

static void by_second(struct smp *smp, const struct smp_policy *policy)
{
	smp->start.gave_up_second = HVSMP_DEADLINE_RUNNING;
	hvsmp_start_second(&smp->start, &policy->start);
	if (smp->start.gave_up_second != HVSMP_DEADLINE_RUNNING)
		log_warn("gave up waiting for processors started by " ARCH_SECOND ": %s",
			 end_name(smp->start.gave_up_second));
}

void start_by(struct smp *smp, const struct smp_policy *policy)
{
	__atomic_store_n(&smp->starting, 1, __ATOMIC_RELEASE);
	smp->start_ticks = arch_ticks();
	smp->bsp->start.arrived = smp->start_ticks;
	if (policy->by_call)
		by_call(smp, policy);
	if (policy->by_second)
		by_second(smp, policy);
	smp->end_ticks = arch_ticks();
	__atomic_store_n(&smp->starting, 0, __ATOMIC_RELEASE);
	ledger_close(smp);
}

void smp_move(struct smp *smp, const struct hvsmp_interface *hv, uint8_t vtl)
{
	if (hv != smp->config.hv)
		smp->config.below = smp->config.hv;
	smp->config.hv = smp->start_config.hv = hv;
	smp->config.vtl = vtl;
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);

		cpu->start.caller.hv = hv;
		cpu->start.caller.vtl = vtl;
		if (cpu->start.is_bsp || !cpu->start.prepared)
			continue;
		arch_cpu_want(arch_of(cpu));
		context_fill(cpu);
	}
}

void smp_start_all(struct smp *smp, bool may_call)
{
	const struct smp_policy policy = {
		.by_call = may_call,
		.by_second = smp->config.use_sipi,
		.start = {.fan_out = smp->config.fanout},
	};

	smp->may_call = may_call;
	start_by(smp, &policy);
	ledger_note_claims(smp);
}
