/* SPDX-License-Identifier: MIT */
/* Whom an interrupt command is for (SDM 3, Issuing Interprocessor Interrupts). */
#include "tests/refhv/vmm/ipi.h"

#include "tests/refhv/vmm/apic.h"

#define FLAT_BITS    0xFFU
#define CLUSTER_BITS 4U

static bool matches_logical(const struct vp *vp, uint32_t destination)
{
	uint32_t ldr = vp->events.ldr;

	if (apic_is_x2apic())
		return destination >> 16 == vp->apic_id >> CLUSTER_BITS &&
		       destination >> (vp->apic_id & 0xF) & 1;
	return destination == FLAT_BITS || destination & ldr;
}

bool ipi_is_target(const struct vp *vp, const struct vp *sender, uint32_t destination,
		   uint32_t command)
{
	switch (command & ICR_SHORTHAND) {
	case ICR_SELF: return vp == sender;
	case ICR_ALL: return true;
	case ICR_ALL_BUT_SELF: return vp != sender;
	default: break;
	}
	if (command & ICR_LOGICAL)
		return matches_logical(vp, destination);
	return destination == vp->apic_id ||
	       destination == (apic_is_x2apic() ? UINT32_MAX : ICR_XAPIC_BROADCAST);
}
