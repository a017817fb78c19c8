/* SPDX-License-Identifier: MIT */
/* Hypervisor leaves that tell something else than what there is. */
#include "tests/refhv/cpu.h"
#include "tests/refhv/refhv.h"

/* Who stands at 0x40000000 when Hyper-V's leaves are elsewhere: Xen 4.17. */
#define OTHER_LAST_LEAF 2U
#define OTHER_VERSION   0x00040011U

static const struct fault *told(enum fault_effect effect)
{
	return fault_on(effect, NULL);
}

/* Another hypervisor before ours. */
static bool other_hypervisor(uint32_t leaf, uint64_t base, struct cpuid *r)
{
	if (leaf >= base)
		return false;
	*r = (struct cpuid){0};
	if (leaf == HV_LEAF_VENDOR) /* "XenVMMXenVMM" */
		*r = (struct cpuid){HV_LEAF_VENDOR + OTHER_LAST_LEAF, 0x566E6558, 0x65584D4D,
				    0x4D4D566E};
	else if (leaf == HV_LEAF_INTERFACE)
		r->eax = OTHER_VERSION;
	return true;
}

static void change_leaf(uint32_t leaf, struct cpuid *r)
{
	const struct fault *fault;

	switch (leaf) {
	case HV_LEAF_VENDOR:
		if (told(FAULT_CPUID_VENDOR)) { /* "Linux KVM Hv" */
			r->ebx = 0x756E694C;
			r->ecx = 0x564B2078;
			r->edx = 0x7648204D;
		}
		if (told(FAULT_CPUID_ISOLATION))
			r->eax = HV_LEAF_ISOLATION;
		fault = told(FAULT_CPUID_MAX_LEAF);
		if (fault)
			r->eax = (uint32_t)fault->value;
		break;
	case HV_LEAF_INTERFACE:
		fault = told(FAULT_CPUID_INTERFACE);
		if (fault)
			r->eax = (uint32_t)fault->value;
		break;
	case HV_LEAF_FEATURES:
		if (told(FAULT_CPUID_ISOLATION))
			r->ebx |= (uint32_t)(HV_PRIVILEGE_ISOLATION >> 32);
		break;
	case HV_LEAF_LIMITS:
		fault = told(FAULT_CPUID_LIMIT);
		if (fault)
			r->eax = (uint32_t)fault->value;
		break;
	case HV_LEAF_ISOLATION:
		fault = told(FAULT_CPUID_ISOLATION);
		if (fault)
			r->ebx = (uint32_t)fault->value;
		break;
	default: break;
	}
}

struct cpuid cpuid_fault_leaf(const struct vp *vp, uint32_t leaf)
{
	const struct fault *base = told(FAULT_CPUID_BASE);
	const struct fault *max_leaf = told(FAULT_CPUID_MAX_LEAF);
	uint32_t shift = base ? (uint32_t)base->value - HV_LEAF_VENDOR : 0;
	struct cpuid r;

	if (base && other_hypervisor(leaf, base->value, &r))
		return r;
	leaf -= shift;
	if (max_leaf && leaf > max_leaf->value && leaf != HV_LEAF_VENDOR)
		return (struct cpuid){0};
	r = cpuid_hypervisor_leaf(vp, leaf);
	change_leaf(leaf, &r);
	if (leaf == HV_LEAF_VENDOR)
		r.eax += shift;
	return r;
}
