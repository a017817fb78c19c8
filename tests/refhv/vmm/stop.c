/* SPDX-License-Identifier: MIT */
/* See stop.h. */
#include "tests/refhv/vmm/stop.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/vcpu.h"

static uint32_t turn;

/*
 * One stops another at a time: two that stop each other would each wait in the hypervisor for the
 * other to leave it. Who is to be stopped itself is so here, and what it was to stop runs on.
 */
static void await_turn(struct vp *self)
{
	while (__atomic_exchange_n(&turn, 1, __ATOMIC_ACQ_REL)) {
		if (__atomic_load_n(&self->processor.stop, __ATOMIC_SEQ_CST))
			processor_stay(self);
		cpu_pause();
	}
}

bool stop_vp(struct vp *self, struct vp *target)
{
	if (!processor_wait_while(&target->state, VP_STARTING))
		log_fatal("processor_does_not_arrive");
	await_turn(self);
	bool ran = vp_change_state(target, VP_RUNNING, VP_STOPPING);

	if (ran)
		processor_stop(target);
	__atomic_store_n(&turn, 0, __ATOMIC_RELEASE);
	return ran;
}

void restart_vp(struct vp *self, struct vp *target, const struct vp_start *next)
{
	/* Whoever else wants it now, by INIT or another start, comes before or after this. */
	if (!vp_change_state(target, stop_vp(self, target) ? VP_STOPPING : VP_WAIT, VP_STARTING))
		return;
	target->start = *next;
	processor_launch(target);
}
