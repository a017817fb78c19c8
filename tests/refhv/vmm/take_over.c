/* SPDX-License-Identifier: MIT */
/*
 * The boot services are over. Until here the firmware started and parked processors itself, by real
 * INIT and SIPI; from here on the processors are the hypervisor's, and so are the guest's INIT and
 * SIPI.
 */
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/begin.h"
#include "tests/refhv/vmm/exits.h"
#include "tests/refhv/vmm/fate.h"
#include "tests/refhv/vmm/hpet.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/test_device.h"
#include "tests/refhv/vmm/vcpu.h"

void take_over(void)
{
	hv.armed = true;
	paging_protect(APIC_PAGE);
	paging_drop_holes();
	fate_set_tsc(hv.partition.bsp);
	gen2_take_over();
	test_device_begin();
	if (hv.hpet)
		hpet_begin();
	processor_init_others();
	for (uint32_t i = 0; i < hv.partition.vp_count; i++) {
		struct vp *vp = hv.partition.vps[i];

		if (vp != hv.partition.bsp)
			(void)vp_change_state(vp, VP_RUNNING, VP_WAIT);
	}
}
