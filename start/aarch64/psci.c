/* SPDX-License-Identifier: MIT */
/* PSCI, to each processor in turn, and the wait for those that are to come. */
#include "start/aarch64/psci.h"

const char *hvsmp_psci_answer_name(int64_t answer)
{
	switch (answer) {
	case HVSMP_PSCI_SUCCESS: return "success";
	case HVSMP_PSCI_NOT_SUPPORTED: return "not supported";
	case HVSMP_PSCI_INVALID_PARAMETERS: return "invalid parameters";
	case HVSMP_PSCI_DENIED: return "denied";
	case HVSMP_PSCI_ALREADY_ON: return "already on";
	case HVSMP_PSCI_ALREADY_PENDING: return "already coming";
	case HVSMP_PSCI_INTERNAL_FAILURE: return "internal failure";
	case HVSMP_PSCI_NOT_PRESENT: return "not present";
	case HVSMP_PSCI_INVALID_ADDRESS: return "invalid address";
	default: return "no answer of PSCI";
	}
}

/* Where nobody says, CPU_ON does: it starts none that is not off. */
static bool is_off(const struct hvsmp_psci *psci, const struct hvsmp_cpu *cpu)
{
	int64_t answer = 0;
	bool made = psci->affinity_info(psci->ctx, cpu, &answer);

	if (!made || (answer != HVSMP_PSCI_ON && answer != HVSMP_PSCI_ON_PENDING))
		return true;
	psci->refused(psci->ctx, cpu, HVSMP_PSCI_AFFINITY_INFO, made, answer);
	return false;
}

static void turn_on(struct hvsmp_psci *psci, struct hvsmp_cpu *cpu)
{
	int64_t answer = 0;
	bool made;

	hvsmp_invite(cpu);
	cpu->issued = hvsmp_ticks(cpu->start);
	psci->messages++;
	made = psci->cpu_on(psci->ctx, cpu, &answer);
	if (made && answer == HVSMP_PSCI_SUCCESS)
		return;
	/* It may have come by now all the same: by a start that was refused before. */
	(void)hvsmp_stage_withdraw(&cpu->stage);
	psci->refused(psci->ctx, cpu, HVSMP_PSCI_CPU_ON, made, answer);
}

static bool prepare(struct hvsmp_start *s, void *ctx)
{
	const struct hvsmp_psci *psci = ctx;

	for (uint32_t i = 0; i < s->count; i++) {
		if (hvsmp_is_candidate(s->cpu[i]))
			return psci->prepare(psci->ctx, s);
	}
	return false; /* nothing to start this way */
}

static void run(struct hvsmp_start *s, void *ctx, const struct hvsmp_policy *policy)
{
	struct hvsmp_psci *psci = ctx;

	psci->messages = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		if (hvsmp_is_candidate(s->cpu[i]) && is_off(psci, s->cpu[i]))
			turn_on(psci, s->cpu[i]);
	}
	if (policy->waiting)
		policy->waiting(s, hvsmp_is_awaited, policy->ctx);
	s->gave_up_second = hvsmp_await_invited(s, s->config->deadline_ns, s->config->cap_ns);
	hvsmp_revoke_invited(s);
}

const struct hvsmp_rung hvsmp_psci_rung = {prepare, run};
