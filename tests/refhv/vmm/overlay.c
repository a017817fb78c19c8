/* SPDX-License-Identifier: MIT */
/*
 * Where the hypercall page lies. The partition has one a VTL: msr.c calls the write functions
 * under the lock, and everything else runs while no other VP does.
 */
#include "tests/refhv/vmm/overlay.h"

#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/views.h"
#include "tests/refhv/x86.h"

void overlay_set(struct partition_vtl *vtl, uint64_t value)
{
	bool enabled = value & HV_HYPERCALL_ENABLE;

	uint32_t number = (uint32_t)(vtl - hv.partition.vtl);

	vtl->hypercall = value;
	paging_overlay(number, value & HV_HYPERCALL_PAGE,
		       enabled ? hv.hypercall_pages[number] : NULL);
	views_update();
}

void overlay_begin(void)
{
	struct partition_vtl *vtl = &hv.partition.vtl[hv.partition.cfg.vtl];
	bool is_enabled = hv_fault(FAULT_HYPERCALL_ENABLED, NULL);
	bool is_locked = hv_fault(FAULT_HYPERCALL_LOCKED, NULL);

	if (hv_fault(FAULT_HYPERCALL_ENABLED_LOCKED, NULL))
		is_enabled = is_locked = true;
	if (is_enabled || hv.partition.cfg.is_gen2)
		vtl->guest_os_id = HV_FIRMWARE_OS_ID;
	if (is_enabled || (hv.partition.cfg.is_gen2 && !is_locked))
		overlay_set(vtl, hv.foreign_page | HV_HYPERCALL_ENABLE |
					 (is_locked ? HV_HYPERCALL_LOCKED : 0));
	else if (is_locked)
		overlay_set(vtl, HV_HYPERCALL_LOCKED);
}

bool overlay_write_os_id(struct partition_vtl *vtl, uint64_t value)
{
	vtl->guest_os_id = value;
	/* TLFS: clearing the id disables the page; a locked register stays as it is. */
	if (!value && !(vtl->hypercall & HV_HYPERCALL_LOCKED))
		overlay_set(vtl, vtl->hypercall & ~HV_HYPERCALL_ENABLE);
	return true;
}

bool overlay_write_hypercall(struct partition_vtl *vtl, uint64_t value)
{
	if (vtl->hypercall & HV_HYPERCALL_LOCKED)
		return false;
	if (value & HV_HYPERCALL_ENABLE && (value & HV_HYPERCALL_PAGE) != hv.foreign_page &&
	    !memory_guest_ram(value & HV_HYPERCALL_PAGE, PAGE_SIZE))
		return false;
	/* TLFS: without a guest OS id the enable bit stays clear, and nothing faults. */
	if (!vtl->guest_os_id)
		value &= ~HV_HYPERCALL_ENABLE;
	overlay_set(vtl, value);
	return true;
}
