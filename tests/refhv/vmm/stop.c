/* SPDX-License-Identifier: MIT */
/* See stop.h. */
#include "tests/refhv/vmm/stop.h"

#include "tests/refhv/log.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/vcpu.h"

bool stop_vp(struct vp *target)
{
	if (!processor_wait_while(&target->state, VP_STARTING))
		log_fatal("processor_does_not_arrive");
	if (!vp_change_state(target, VP_RUNNING, VP_STOPPING))
		return false;
	processor_stop(target);
	return true;
}

void restart_vp(struct vp *target, const struct vp_start *next)
{
	/* Whoever else wants it now, by INIT or another start, comes before or after this. */
	if (!vp_change_state(target, stop_vp(target) ? VP_STOPPING : VP_WAIT, VP_STARTING))
		return;
	target->start = *next;
	processor_launch(target);
}
