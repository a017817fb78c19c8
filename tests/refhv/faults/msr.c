/* SPDX-License-Identifier: MIT */
/* See msr.h. Writes that fault, are lost, or end elsewhere; a clock that stops or counts down. */
#include "tests/refhv/faults/msr.h"

#include "tests/refhv/tlfs.h"

#define SECONDS_PER_DAY 86400U

enum msr_outcome msr_fault_write(struct faults *faults, uint32_t vp, uint32_t msr,
				 uint64_t elsewhere, uint64_t *value)
{
	bool enables = *value & HV_HYPERCALL_ENABLE;

	if (msr == HV_MSR_GUEST_OS_ID) {
		if (fault_on(faults, FAULT_OS_ID_GP, vp))
			return MSR_FAULTS;
		return *value && fault_on(faults, FAULT_OS_ID_LOST, vp) ? MSR_DONE : MSR_WRITE;
	}
	if (msr != HV_MSR_HYPERCALL)
		return MSR_WRITE;
	if (fault_on(faults, FAULT_HYPERCALL_GP, vp))
		return MSR_FAULTS;
	if (enables && fault_on(faults, FAULT_HYPERCALL_STICK, vp))
		*value &= ~HV_HYPERCALL_ENABLE;
	else if (enables && fault_on(faults, FAULT_HYPERCALL_MOVED, vp))
		*value = (*value & ~HV_HYPERCALL_PAGE) | elsewhere;
	return MSR_WRITE;
}

uint64_t msr_fault_reference(struct faults *faults, uint64_t count)
{
	const struct fault *fault = fault_on(faults, FAULT_CLOCK_REFERENCE, FAULT_ANY);

	if (!fault)
		return count;
	/* Backward from one day, longer than any run. */
	return fault->value == REFERENCE_STUCK ? HV_TICKS_PER_SECOND
					       : SECONDS_PER_DAY * HV_TICKS_PER_SECOND - count;
}
