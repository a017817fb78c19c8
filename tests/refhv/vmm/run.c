/* SPDX-License-Identifier: MIT */
/* Enter the guest, look why it came back, go on. */
#include "tests/refhv/vmm/run.h"

#include "tests/refhv/log.h"
#include "tests/refhv/vmm/begin.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/exits.h"
#include "tests/refhv/vmm/fate.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

/*
 * By its page tables, what has left the guest is the host. QEMU's FXRSTOR writes the flags of the
 * first processor from the thread of any other, and may so undo what #VMEXIT wrote there: nested
 * paging is still on, the host's tables are hidden from it, and the host exits where it came back
 * to. Where the guest was is lost by then, and the guest is not to blame. With thread=single it
 * cannot be (README.md, "Limits").
 */
static void check_whose_state(struct vp *vp)
{
	const struct vmcb *vmcb = vp_active(vp)->vmcb;

	if (vmcb->cr3 != (uint64_t)hv.host.root)
		return;
	line_begin(&vp->line, "error");
	line_add(&vp->line, " what=exit_with_host_state vp=%u exit=0x%lx info=0x%lx:0x%lx",
		 vp->index, vmcb->exit_code, vmcb->exit_info_1, vmcb->exit_info_2);
	log_emit(&vp->line);
	vcpu_dump(vp);
	log_fatal("exit_with_host_state");
}

void run_vp(struct vp *vp)
{
	for (;;) {
		processor_leave_host(vp);
		vmrun_enter(vp->gpr, vp_active(vp)->vmcb);
		processor_enter_host(vp);
		check_whose_state(vp);
		vp->processor.exits += hv.armed;
		exits_handle(vp);
		if (fate_begins_again(vp))
			begin_vp(vp);
		events_deliver(vp);
	}
}
