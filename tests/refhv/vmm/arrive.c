/* SPDX-License-Identifier: MIT */
/* The two ways of a processor into the run loop: from the loader, and from the trampoline. */
#include "tests/refhv/log.h"
#include "tests/refhv/vmm/begin.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/fate.h"
#include "tests/refhv/vmm/host.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/overlay.h"
#include "tests/refhv/vmm/protect.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/run.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

/* From the trampoline, on the VP's own stack. */
static _Noreturn void arrive(struct vp *vp)
{
	host_enter(vp);
	processor_arrived(vp);
	vp->processor.stays = 0;
	if (!vp_change_state(vp, VP_STARTING, VP_RUNNING))
		processor_park(vp);
	fate_arrive(vp);
	begin_vp(vp);
	run_vp(vp);
}

void arrive_from_loader(const struct entry *entry)
{
	struct vp *bsp = hv.partition.bsp;
	struct vmcb *vmcb = vp_active(bsp)->vmcb;

	/* This is the copy: pointers into the image are made here. */
	hv.partition.guest_ram = memory_guest_ram;
	hv.partition.protect = paging_narrow;
	hv.partition.allows = protect_allows;
	hv.partition.cfg.faults.struck = fault_log_strike;
	log_start(hv.log_ring, hv.log_ring_size);
	log_late(hv.partition.cfg.log == CFG_LOG_LATE);
	overlay_begin();
	host_prepare(arrive);
	events_reset(bsp);
	events_begin_vtl(bsp);
	vp_active(bsp)->life = VTL_BEGUN;
	vmcb_init(vmcb, bsp->apic_id + 1, hv_first_tables());
	vmcb_from_firmware(vmcb, entry);
	host_enter(bsp);
	run_vp(bsp);
}
