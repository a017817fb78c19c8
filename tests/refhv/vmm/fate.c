/* SPDX-License-Identifier: MIT */
/* Starts that go wrong after 0x99 has succeeded, NMIs, and time stamp counters that differ. */
#include "tests/refhv/vmm/fate.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

#define MS_PER_SECOND 1000U
#define US_PER_SECOND 1000000
#define RDTSC_LENGTH  2
#define PAUSE_LENGTH  2
#define NMI_VECTOR    2U
/* Frequent instructions, so that the VP leaves its guest soon, whatever it waits for. */
#define INTERCEPT_OFTEN (INTERCEPT_1_RDTSC | INTERCEPT_1_PAUSE | INTERCEPT_1_HLT)

/* A fault of the start that `vp` begins with. Its `vp=` is the VP that the caller named. */
static const struct fault *on_start(const struct vp *vp, enum fault_effect effect)
{
	const struct vp_start *start = &vp->start;

	if (start->method != START_HYPERCALL)
		return NULL;
	return fault_strike(&hv.partition.cfg.faults, effect, start->asked_vp, start->caller,
			    FAULT_ANY);
}

static uint64_t after(uint64_t ms)
{
	return cpu_rdtsc() + hv.tsc_hz / MS_PER_SECOND * ms;
}

/* Wait in the hypervisor; an INIT of the guest ends it for good. */
static void wait_until(struct vp *vp, uint64_t tsc)
{
	while ((int64_t)(cpu_rdtsc() - tsc) < 0) {
		processor_enter_host(vp);
		cpu_pause();
	}
}

void fate_arrive(struct vp *vp)
{
	const struct fault *delay = on_start(vp, FAULT_START_DELAY);
	const struct fault *twice = on_start(vp, FAULT_START_TWICE);

	if (delay)
		wait_until(vp, after(delay->value));
	vp->again = twice ? after(twice->value) : 0;
	vp->is_reset_at_rest = on_start(vp, FAULT_START_INIT);
	if (!vp->start.is_suspended)
		return;
	line_begin(&vp->line, "invalid_vp_register");
	line_add(&vp->line, " vp=%u apic_id=%u", vp->index, vp->apic_id);
	log_emit(&vp->line);
	processor_stay(vp);
}

void fate_set_tsc(const struct vp *vp)
{
	const struct fault *fault = hv_fault(FAULT_TSC_OFFSET, vp);
	struct vmcb *vmcb = vp->vtl[vp->active_vtl].vmcb;

	if (fault)
		vmcb->tsc_offset =
			(uint64_t)((int64_t)fault->value * (int64_t)(hv.tsc_hz / US_PER_SECOND));
}

static void inject_nmi(const struct vp *vp)
{
	if (hv_fault(FAULT_NMI, vp))
		vp->vtl[vp->active_vtl].vmcb->event_inject = EVENT_VALID | EVENT_NMI | NMI_VECTOR;
}

void fate_first_start(const struct vp *bsp)
{
	static bool is_over;

	if (!is_over)
		inject_nmi(bsp);
	is_over = true;
}

void fate_run(struct vp *vp)
{
	inject_nmi(vp);
	if (vp->again)
		vp_active(vp)->vmcb->intercept_1 |= INTERCEPT_OFTEN;
	if (vp->is_reset_at_rest || vp->is_awaited)
		vp_active(vp)->vmcb->intercept_1 |= INTERCEPT_1_HLT;
}

void fate_rdtsc_exit(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	uint64_t now = cpu_rdtsc() + vmcb->tsc_offset;

	vmcb->rax = (uint32_t)now;
	vp->gpr[REG_RDX] = now >> 32;
	vcpu_skip(vp, RDTSC_LENGTH);
}

void fate_pause_exit(struct vp *vp)
{
	vcpu_skip(vp, PAUSE_LENGTH);
}

/* As by an INIT that somebody else has sent. */
static void reset(struct vp *vp)
{
	line_begin(&vp->line, "reset");
	line_add(&vp->line, " vp=%u apic_id=%u", vp->index, vp->apic_id);
	log_emit(&vp->line);
	/* The last thing: from then on it can be started. */
	if (!vp_change_state(vp, VP_RUNNING, VP_WAIT))
		processor_stay(vp); /* the guest's own INIT is on its way */
	processor_leave_host(vp);
	processor_park(vp);
}

void fate_hlt_exit(struct vp *vp)
{
	if (vp->is_awaited) /* it will come here again, for what else is to happen then */
		__atomic_store_n(&vp->is_awaited, false, __ATOMIC_RELEASE);
	else if (vp->is_reset_at_rest)
		reset(vp);
	else if (vp->again)
		wait_until(vp, vp->again);
	else
		vp_active(vp)->vmcb->intercept_1 &= ~INTERCEPT_1_HLT; /* and rest */
}

bool fate_begins_again(struct vp *vp)
{
	if (!vp->again || (int64_t)(cpu_rdtsc() - vp->again) < 0)
		return false;
	vp->again = 0;
	return true;
}
