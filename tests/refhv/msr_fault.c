/* SPDX-License-Identifier: MIT */
/* Synthetic MSRs that do not do as they should, or were in somebody's hands before the guest's. */
#include "tests/refhv/cpu.h"
#include "tests/refhv/refhv.h"

void msr_fault_begin(void)
{
	struct partition_vtl *vtl = &hv.partition.vtl[0];
	bool is_enabled = fault_on(FAULT_HYPERCALL_ENABLED, NULL);
	bool is_locked = fault_on(FAULT_HYPERCALL_LOCKED, NULL);

	if (fault_on(FAULT_HYPERCALL_ENABLED_LOCKED, NULL))
		is_enabled = is_locked = true;
	if (is_enabled || hv.partition.cfg.is_gen2)
		vtl->guest_os_id = HV_FIRMWARE_OS_ID;
	if (is_enabled || (hv.partition.cfg.is_gen2 && !is_locked))
		msr_set_hypercall(vtl, hv.foreign_page | HV_HYPERCALL_ENABLE |
					       (is_locked ? HV_HYPERCALL_LOCKED : 0));
	else if (is_locked)
		msr_set_hypercall(vtl, HV_HYPERCALL_LOCKED);
}

/* What the guest must not write, whatever comes of it. False: and it faults. */
bool msr_fault_may_write(struct vp *vp, uint32_t msr, uint64_t value)
{
	uint64_t now = hv.partition.vtl[vp->active_vtl].hypercall;

	if (hv.partition.cfg.is_gen2 && !hv.armed) {
		vcpu_note(vp, "write_to_msr_of_the_firmware", msr);
		return false;
	}
	if (msr == HV_MSR_HYPERCALL && (value ^ now) & HV_HYPERCALL_KEPT)
		vcpu_note(vp, "preserved_bits_changed_in_msr", msr);
	return true;
}

enum msr_outcome msr_fault_write(const struct vp *vp, uint32_t msr, uint64_t *value)
{
	bool enables = *value & HV_HYPERCALL_ENABLE;

	if (msr == HV_MSR_GUEST_OS_ID) {
		if (fault_on(FAULT_OS_ID_GP, vp))
			return MSR_FAULTS;
		return *value && fault_on(FAULT_OS_ID_LOST, vp) ? MSR_DONE : MSR_WRITE;
	}
	if (msr != HV_MSR_HYPERCALL)
		return MSR_WRITE;
	if (fault_on(FAULT_HYPERCALL_GP, vp))
		return MSR_FAULTS;
	if (enables && fault_on(FAULT_HYPERCALL_STICK, vp))
		*value &= ~HV_HYPERCALL_ENABLE;
	else if (enables && fault_on(FAULT_HYPERCALL_MOVED, vp))
		*value = (*value & ~HV_HYPERCALL_PAGE) | hv.foreign_page;
	return MSR_WRITE;
}

uint64_t msr_fault_reference(uint64_t count)
{
	const struct fault *fault = fault_on(FAULT_CLOCK_REFERENCE, NULL);

	if (!fault)
		return count;
	/* Backward: from a day on, which no run takes. */
	return fault->value == REFERENCE_STUCK ? HV_TICKS_PER_SECOND
					       : 86400 * HV_TICKS_PER_SECOND - count;
}
