/* SPDX-License-Identifier: MIT */
/* Enter the guest, look why it came back, go on. */
#include "tests/refhv/vmm/run.h"

#include "tests/refhv/vmm/begin.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/exits.h"
#include "tests/refhv/vmm/fate.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

void run_vp(struct vp *vp)
{
	for (;;) {
		processor_leave_host(vp);
		vmrun_enter(vp->gpr, vp_active(vp)->vmcb);
		processor_enter_host(vp);
		vp->processor.exits += hv.armed;
		exits_handle(vp);
		if (fate_begins_again(vp))
			begin_vp(vp);
		events_deliver(vp);
	}
}
