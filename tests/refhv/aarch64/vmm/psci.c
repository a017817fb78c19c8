/* SPDX-License-Identifier: MIT */
/*
 * PSCI, which the guest asks by SMC: which VP runs is answered from the VPs' states, and what moves
 * a processor or ends the machine is asked of the firmware's PSCI below.
 */
#include "tests/refhv/aarch64/vmm/hv.h"

#include "tests/refhv/log.h"

#define SMCCC_1_1 0x10001

/* A processor that has said CPU_OFF is soon off: so many looks at it are seconds. */
#define OFF_TRIES (1U << 24)

static struct vp *find(uint64_t mpidr)
{
	for (uint32_t i = 0; i < hv.vp_count; i++)
		if (hv.vps[i]->mpidr == mpidr)
			return hv.vps[i];
	return NULL;
}

static int64_t answer_for(uint32_t state)
{
	return state == VP_ON ? PSCI_ALREADY_ON : PSCI_ON_PENDING;
}

/* What it had as a VP is off already; what it is as a processor may be about to be. */
static int64_t start(const struct vp *target)
{
	int64_t result = PSCI_ALREADY_ON;

	for (uint32_t i = 0; i < OFF_TRIES && result == PSCI_ALREADY_ON; i++)
		result = cpu_smc(PSCI_CPU_ON, target->mpidr, (uint64_t)el2_from_psci,
				 (uint64_t)target);
	return result;
}

void psci_launch(struct vp *caller, const struct vp *target)
{
	int64_t result;

	cpu_barrier();
	result = start(target);
	if (!result)
		return;
	line_begin(&caller->line, "error");
	line_add(&caller->line, " what=cpu_on_refused mpidr=0x%lx result=%lu", target->mpidr,
		 (uint64_t)-result);
	log_end_with_error(&caller->line);
}

static const struct fault *strike(enum fault_effect effect, const struct vp *target)
{
	return fault_on(&hv.cfg.faults, effect, target->index);
}

/* Claim the target, or say why not. */
static int64_t claim(struct vp *target)
{
	const struct fault *refused = strike(FAULT_PSCI_CPU_ON, target);
	bool never = !refused && strike(FAULT_PSCI_NEVER, target);

	if (refused)
		return -(int64_t)refused->value;
	return vp_change_state(target, VP_OFF, never ? VP_NEVER : VP_STARTING)
		       ? 0
		       : answer_for(vp_state_of(target));
}

static int64_t cpu_on(struct vp *vp, uint64_t mpidr, uint64_t entry, uint64_t context)
{
	struct vp *target = find(mpidr);
	int64_t result = target ? claim(target) : PSCI_PARAMETERS;

	line_begin(&vp->line, "cpu_on");
	line_add(&vp->line, " vp=%u mpidr=0x%lx entry=0x%lx", vp->index, mpidr, entry);
	if (target)
		line_add(&vp->line, " target_vp=%u", target->index);
	line_add(&vp->line, " accepted=%u", !result);
	log_emit(&vp->line); /* before the line that says that it runs */
	if (result || vp_state_of(target) == VP_NEVER)
		return result;
	target->start = (struct vp_start){
		.method = VP_BY_PSCI,
		.entry = entry,
		.argument = context,
	};
	psci_launch(vp, target);
	return 0;
}

static int64_t affinity(uint64_t mpidr)
{
	static const int64_t answers[] = {
		[VP_OFF] = 1, [VP_STARTING] = 2, [VP_ON] = 0, [VP_NEVER] = 2};
	const struct vp *target = find(mpidr);
	const struct fault *fault = target ? strike(FAULT_PSCI_AFFINITY, target) : NULL;

	if (fault)
		return (int64_t)fault->value;
	return target ? answers[vp_state_of(target)] : PSCI_PARAMETERS;
}

static int64_t cpu_off(struct vp *vp)
{
	line_begin(&vp->line, "cpu_off");
	line_add(&vp->line, " vp=%u mpidr=0x%lx", vp->index, vp->mpidr);
	log_emit(&vp->line);
	__atomic_store_n(&vp->state, VP_OFF, __ATOMIC_RELEASE);
	return cpu_smc(PSCI_CPU_OFF, 0, 0, 0); /* only if it is denied */
}

static void log_end(struct vp *vp, const char *how)
{
	line_begin(&vp->line, how);
	line_add(&vp->line, " vp=%u", vp->index);
	log_emit(&vp->line);
}

int64_t psci_call(struct vp *vp, const struct frame *frame)
{
	const uint64_t *x = frame->x;

	switch ((uint32_t)x[0]) {
	case PSCI_CPU_ON: return cpu_on(vp, x[1], x[2], x[3]);
	case PSCI_AFFINITY: return x[2] ? PSCI_PARAMETERS : affinity(x[1]);
	case PSCI_CPU_OFF: return cpu_off(vp);
	case PSCI_SYSTEM_OFF: log_end(vp, "system_off"); break;
	case PSCI_SYSTEM_RESET: log_end(vp, "system_reset"); break;
	case SMCCC_VERSION: return SMCCC_1_1;
	case PSCI_VERSION: break;
	case PSCI_FEATURES:
		if ((uint32_t)x[1] == SMCCC_VERSION)
			return 0;
		break;
	default: return PSCI_NOT_SUPPORTED;
	}
	return cpu_smc(x[0], x[1], x[2], x[3]);
}
