/* SPDX-License-Identifier: MIT */
/* See cpuid.h. Another hypervisor before ours, another vendor, other limits. */
#include "tests/refhv/faults/cpuid.h"

#include "tests/refhv/tlfs.h"

/* The hypervisor at 0x40000000 when Hyper-V's leaves are elsewhere: Xen 4.17. */
#define OTHER_LAST_LEAF 2U
#define OTHER_VERSION   0x00040011U

static const struct fault *told(struct faults *faults, enum fault_effect effect)
{
	return fault_on(faults, effect, FAULT_ANY);
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

static void change_leaf(struct faults *faults, uint32_t leaf, struct cpuid *r)
{
	const struct fault *fault;

	switch (leaf) {
	case HV_LEAF_VENDOR:
		if (told(faults, FAULT_CPUID_VENDOR)) { /* "Linux KVM Hv" */
			r->ebx = 0x756E694C;
			r->ecx = 0x564B2078;
			r->edx = 0x7648204D;
		}
		fault = told(faults, FAULT_CPUID_MAX_LEAF);
		if (fault)
			r->eax = (uint32_t)fault->value;
		break;
	case HV_LEAF_INTERFACE:
		fault = told(faults, FAULT_CPUID_INTERFACE);
		if (fault)
			r->eax = (uint32_t)fault->value;
		break;
	case HV_LEAF_FEATURES:
		if (told(faults, FAULT_CPUID_ISOLATION))
			r->ebx |= (uint32_t)(HV_PRIVILEGE_ISOLATION >> 32);
		break;
	case HV_LEAF_LIMITS:
		fault = told(faults, FAULT_CPUID_LIMIT);
		if (fault)
			r->eax = (uint32_t)fault->value;
		break;
	case HV_LEAF_ISOLATION:
		fault = told(faults, FAULT_CPUID_ISOLATION);
		if (fault)
			r->ebx = (uint32_t)fault->value;
		if (told(faults, FAULT_CPUID_PARAVISOR))
			r->eax |= HV_ISOLATION_PARAVISOR;
		break;
	default: break;
	}
}

bool cpuid_fault_answer(struct faults *faults, uint32_t *leaf, struct cpuid *r)
{
	const struct fault *base = told(faults, FAULT_CPUID_BASE);
	const struct fault *max_leaf = told(faults, FAULT_CPUID_MAX_LEAF);

	if (base && other_hypervisor(*leaf, base->value, r))
		return true;
	if (base)
		*leaf -= (uint32_t)base->value - HV_LEAF_VENDOR;
	if (!max_leaf || *leaf <= max_leaf->value || *leaf == HV_LEAF_VENDOR)
		return false;
	*r = (struct cpuid){0};
	return true;
}

void cpuid_fault_change(struct faults *faults, uint32_t leaf, struct cpuid *r)
{
	const struct fault *base = told(faults, FAULT_CPUID_BASE);

	change_leaf(faults, leaf, r);
	if (base && leaf == HV_LEAF_VENDOR)
		r->eax += (uint32_t)base->value - HV_LEAF_VENDOR;
}
