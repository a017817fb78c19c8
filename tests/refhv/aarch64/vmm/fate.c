/* SPDX-License-Identifier: MIT */
/* Starts that go wrong after 0x99 has succeeded: late, and twice. */
#include "tests/refhv/aarch64/vmm/arrive.h"

#define MS_PER_SECOND 1000U

/* A fault of the start that `vp` begins with. Its `vp=` is the VP that the caller named. */
static const struct fault *on_start(const struct vp *vp, enum fault_effect effect)
{
	const struct vp_start *start = &vp->start;

	if (start->method != VP_BY_CALL)
		return NULL;
	return fault_strike(&hv.cfg.faults, effect, start->asked_vp, start->caller, FAULT_ANY);
}

static uint64_t after(uint64_t ms)
{
	return READ_SYSREG(cntvct_el0) + READ_SYSREG(cntfrq_el0) / MS_PER_SECOND * ms;
}

static void wait_until(uint64_t ticks)
{
	uint64_t now;

	do {
		cpu_pause();
		now = READ_SYSREG(cntvct_el0);
	} while ((int64_t)(now - ticks) < 0);
}

void fate_arrive(struct vp *vp)
{
	const struct fault *delay = on_start(vp, FAULT_START_DELAY);
	const struct fault *twice = on_start(vp, FAULT_START_TWICE);

	if (delay)
		wait_until(after(delay->value));
	vp->again = twice ? after(twice->value) : 0;
	if (twice)
		WRITE_SYSREG(hcr_el2, READ_SYSREG(hcr_el2) | HCR_TWI);
}

void fate_wfi(struct vp *vp, struct frame *frame)
{
	WRITE_SYSREG(hcr_el2, READ_SYSREG(hcr_el2) & ~HCR_TWI);
	wait_until(vp->again);
	arrive_begin(vp, frame);
}
