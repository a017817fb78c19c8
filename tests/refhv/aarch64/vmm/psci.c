/* SPDX-License-Identifier: MIT */
/*
 * PSCI, which the guest asks by SMC: which VP runs is answered from the VPs' states, and what moves
 * a processor or ends the machine is asked of the firmware's PSCI below.
 */
#include "tests/refhv/aarch64/vmm/hv.h"

#include "tests/refhv/log.h"

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
static int64_t start(struct vp *target)
{
	int64_t result = PSCI_ALREADY_ON;

	for (uint32_t i = 0; i < OFF_TRIES && result == PSCI_ALREADY_ON; i++)
		result = cpu_smc(PSCI_CPU_ON, target->mpidr, (uint64_t)el2_from_psci,
				 (uint64_t)target);
	return result;
}

static int64_t cpu_on(struct vp *vp, uint64_t mpidr, uint64_t entry, uint64_t context)
{
	struct vp *target = find(mpidr);
	int64_t result = PSCI_PARAMETERS;

	line_begin(&vp->line, "cpu_on");
	line_add(&vp->line, " vp=%u mpidr=0x%lx entry=0x%lx", vp->index, mpidr, entry);
	if (!target) {
		line_add(&vp->line, " accepted=0");
	} else if (!vp_change_state(target, VP_OFF, VP_STARTING)) {
		line_add(&vp->line, " target_vp=%u accepted=0", target->index);
		result = answer_for(__atomic_load_n(&target->state, __ATOMIC_ACQUIRE));
	} else {
		line_add(&vp->line, " target_vp=%u accepted=1", target->index);
		result = 0;
	}
	log_emit(&vp->line); /* before the line that says that it runs */
	if (result)
		return result;
	target->entry = entry;
	target->context = context;
	cpu_barrier();
	result = start(target);
	if (result) {
		line_begin(&vp->line, "error");
		line_add(&vp->line, " what=cpu_on_refused mpidr=0x%lx result=%lu", mpidr,
			 (uint64_t)-result);
		log_end_with_error(&vp->line);
	}
	return 0;
}

static int64_t affinity(uint64_t mpidr)
{
	static const int64_t answers[] = {[VP_OFF] = 1, [VP_STARTING] = 2, [VP_ON] = 0};
	const struct vp *target = find(mpidr);

	return target ? answers[__atomic_load_n(&target->state, __ATOMIC_ACQUIRE)]
		      : PSCI_PARAMETERS;
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
	case PSCI_VERSION:
	case PSCI_FEATURES: break;
	default: return PSCI_NOT_SUPPORTED;
	}
	return cpu_smc(x[0], x[1], x[2], x[3]);
}
