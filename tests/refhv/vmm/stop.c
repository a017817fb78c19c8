/* SPDX-License-Identifier: MIT */
/* See stop.h. */
#include "tests/refhv/vmm/stop.h"

#include "tests/refhv/log.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/vcpu.h"

bool stop_vp(struct vp *target)
{
	struct vp_vtl *vtl = vp_active(target);

	if (!processor_wait_while(&vtl->state, VP_STARTING))
		log_fatal("processor_does_not_arrive");
	if (!vp_change_state(vtl, VP_RUNNING, VP_STOPPING))
		return false;
	processor_stop(target);
	return true;
}

void restart_vp(struct vp *target, const struct vp_start *next)
{
	struct vp_vtl *vtl = vp_active(target);

	/* Whoever else wants it now, by INIT or another start, comes before or after this. */
	if (!vp_change_state(vtl, stop_vp(target) ? VP_STOPPING : VP_WAIT, VP_STARTING))
		return;
	vtl->start = *next;
	processor_launch(target);
}
