/* SPDX-License-Identifier: MIT */
/* CPUID as the guest sees it: the processor's answers without SVM, and the hypervisor leaves. */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/faults/cpuid.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

#define LEAF_FEATURES          0x00000001U
#define LEAF_MORE_FEATURES     0x00000007U
#define LEAF_TOPOLOGY          0x0000000BU
#define LEAF_TOPOLOGY_V2       0x0000001FU
#define LEAF_HYPERVISOR_FIRST  0x40000000U
#define LEAF_HYPERVISOR_LAST   0x4000FFFFU
#define LEAF_EXTENDED_FEATURES 0x80000001U
#define LEAF_SVM               0x8000000AU
#define LEAF_ADDRESS_SIZES     0x80000008U
#define LEAF_EXTENDED_TOPOLOGY 0x8000001EU

#define FEATURE_EDX_APIC       (1U << 9)
#define FEATURE_ECX_PCID       (1U << 17)
#define FEATURE_ECX_XSAVE      (1U << 26)
#define FEATURE_ECX_OSXSAVE    (1U << 27)
#define FEATURE_ECX_HYPERVISOR (1U << 31)
#define MORE_ECX_OSPKE         (1U << 4)
#define EXTENDED_ECX_SVM       (1U << 2)
#define EXTENDED_ECX_SKINIT    (1U << 12)
#define EXTENDED_EDX_SYSCALL   (1U << 11)
#define EXTENDED_EDX_NX        (1U << 20)
#define EXTENDED_EDX_FFXSR     (1U << 25)
#define EXTENDED_EDX_LM        (1U << 29)

/* The version in leaf 0x40000002: 10.0, the configuration's build, service number 1. */
#define VERSION_MAJOR_MINOR  (10U << 16)
#define VERSION_SERVICE      1U
#define HARDWARE_MSR_BITMAPS (1U << 1)
#define HARDWARE_SLAT        (1U << 3)

static struct cpuid features_leaf(void)
{
	uint64_t privileges = hv.partition.cfg.privileges;
	uint32_t edx = hv.partition.cfg.features;

	if (!(privileges & HV_PRIVILEGE_FREQUENCY_MSRS))
		edx &= ~HV_FEATURE_FREQUENCY_MSRS;
	if (!(privileges & HV_PRIVILEGE_STIMER))
		edx &= ~HV_FEATURE_DIRECT_STIMER;
	return (struct cpuid){(uint32_t)privileges, (uint32_t)(privileges >> 32), 0, edx};
}

static struct cpuid true_leaf(uint32_t leaf)
{
	switch (leaf) {
	case HV_LEAF_VENDOR: /* "Microsoft Hv" */
		return (struct cpuid){HV_LEAF_HIGHEST, 0x7263694D, 0x666F736F, 0x76482074};
	case HV_LEAF_INTERFACE: return (struct cpuid){HV_INTERFACE_HV1, 0, 0, 0};
	case HV_LEAF_VERSION: /* at once: the web edition of the TLFS, and real hosts */
		return (struct cpuid){hv.partition.cfg.build, VERSION_MAJOR_MINOR, 0,
				      VERSION_SERVICE};
	case HV_LEAF_FEATURES: return features_leaf();
	case HV_LEAF_RECOMMENDATIONS:
		return (struct cpuid){hv.partition.cfg.ipi == IPI_OFF
					      ? hv.partition.cfg.hints & ~HV_HINTS_IPI
					      : hv.partition.cfg.hints,
				      HV_NEVER_NOTIFY_SPIN, hv.partition.limits.physical_bits, 0};
	case HV_LEAF_LIMITS: return (struct cpuid){MAX_VP_INDEXES, MAX_VP_INDEXES, 0, 0};
	case HV_LEAF_HARDWARE: return (struct cpuid){HARDWARE_MSR_BITMAPS | HARDWARE_SLAT, 0, 0, 0};
	default: return (struct cpuid){0};
	}
}

static struct cpuid hypervisor_leaf(uint32_t leaf)
{
	struct faults *faults = &hv.partition.cfg.faults;
	struct cpuid r;

	if (cpuid_fault_answer(faults, &leaf, &r))
		return r;
	r = true_leaf(leaf);
	cpuid_fault_change(faults, leaf, &r);
	return r;
}

/* The id that CPUID has for this processor; its APIC keeps the true one. */
static uint32_t claimed_apic_id(const struct vp *vp)
{
	const struct fault *fault = hv_fault(FAULT_CPUID_APIC_ID, vp);
	uint32_t half = hv.partition.vp_count / 2;
	uint32_t first = 1;

	if (fault)
		return (uint32_t)fault->value;
	if (!hv.partition.cfg.wide_ids || vp->apic_id < half)
		return vp->apic_id;
	while (first <= half)
		first *= 2;
	return vp->apic_id - half + first;
}

static void set_apic_id(const struct vp *vp, uint32_t leaf, struct cpuid *r)
{
	switch (leaf) {
	case LEAF_FEATURES: r->ebx = (r->ebx & 0x00FFFFFFU) | claimed_apic_id(vp) << 24; break;
	case LEAF_TOPOLOGY:
	case LEAF_TOPOLOGY_V2:
		if (r->ebx) /* the leaf is there */
			r->edx = claimed_apic_id(vp);
		break;
	case LEAF_EXTENDED_TOPOLOGY:
		if (r->ebx || r->ecx)
			r->eax = claimed_apic_id(vp);
		break;
	default: break;
	}
}

void cpuid_exit(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	uint32_t leaf = (uint32_t)vmcb->rax;
	uint32_t subleaf = (uint32_t)vp->gpr[REG_RCX];
	struct cpuid r;

	if (leaf >= LEAF_HYPERVISOR_FIRST && leaf <= LEAF_HYPERVISOR_LAST)
		r = hypervisor_leaf(leaf);
	else
		r = cpu_cpuid(leaf, subleaf);
	switch (leaf) {
	case LEAF_FEATURES:
		r.ecx &= ~FEATURE_ECX_OSXSAVE;
		r.ecx |= FEATURE_ECX_HYPERVISOR |
			 (vmcb->cr4 & CR4_OSXSAVE ? FEATURE_ECX_OSXSAVE : 0);
		if (vp->apic_base && !(vp->apic_base & APIC_BASE_ENABLE))
			r.edx &= ~FEATURE_EDX_APIC;
		if (hv_fault(FAULT_CPUID_PRESENT, NULL))
			r.ecx &= ~FEATURE_ECX_HYPERVISOR;
		break;
	case LEAF_MORE_FEATURES:
		if (!subleaf)
			r.ecx = (r.ecx & ~MORE_ECX_OSPKE) |
				(vmcb->cr4 & CR4_PKE ? MORE_ECX_OSPKE : 0);
		break;
	case LEAF_EXTENDED_FEATURES: r.ecx &= ~(EXTENDED_ECX_SVM | EXTENDED_ECX_SKINIT); break;
	case LEAF_SVM: r = (struct cpuid){0}; break;
	default: break;
	}
	set_apic_id(vp, leaf, &r);
	vmcb->rax = r.eax;
	vp->gpr[REG_RBX] = r.ebx;
	vp->gpr[REG_RCX] = r.ecx;
	vp->gpr[REG_RDX] = r.edx;
	vcpu_skip(vp, 2);
}

/* CR4 bits that CPUID's feature bits offer. */
static uint64_t cr4_bits(uint32_t features, const uint64_t (*table)[2], size_t count)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < count; i++)
		if (features & table[i][0])
			bits |= table[i][1];
	return bits;
}

void cpuid_limits(struct cpu_limits *limits)
{
	static const uint64_t edx_1[][2] = {
		{1U << 1, CR4_VME | CR4_PVI}, {1U << 2, CR4_DE},      {1U << 3, CR4_PSE},
		{1U << 4, CR4_TSD},           {1U << 6, CR4_PAE},     {1U << 7, CR4_MCE},
		{1U << 13, CR4_PGE},          {1U << 24, CR4_OSFXSR}, {1U << 25, CR4_OSXMMEXCPT},
	};
	static const uint64_t ecx_1[][2] = {
		{FEATURE_ECX_PCID, CR4_PCIDE},
		{FEATURE_ECX_XSAVE, CR4_OSXSAVE},
	};
	static const uint64_t ebx_7[][2] = {
		{1U << 0, CR4_FSGSBASE},
		{1U << 7, CR4_SMEP},
		{1U << 20, CR4_SMAP},
	};
	static const uint64_t ecx_7[][2] = {
		{1U << 2, CR4_UMIP},
		{1U << 3, CR4_PKE},
		{1U << 16, CR4_LA57},
	};
	static const uint64_t efer[][2] = {
		{EXTENDED_EDX_SYSCALL, EFER_SCE},
		{EXTENDED_EDX_NX, EFER_NXE},
		{EXTENDED_EDX_FFXSR, EFER_FFXSR},
		{EXTENDED_EDX_LM, EFER_LME | EFER_LMA},
	};
	struct cpuid one = cpu_cpuid(LEAF_FEATURES, 0);
	struct cpuid seven = {0};

#define OFFERED(features, table) cr4_bits(features, table, sizeof(table) / sizeof((table)[0]))
	if (cpu_cpuid(0, 0).eax >= LEAF_MORE_FEATURES)
		seven = cpu_cpuid(LEAF_MORE_FEATURES, 0);
	limits->cr4_valid = CR4_PCE | OFFERED(one.edx, edx_1) | OFFERED(one.ecx, ecx_1) |
			    OFFERED(seven.ebx, ebx_7) | OFFERED(seven.ecx, ecx_7);
	limits->efer_valid = OFFERED(cpu_cpuid(LEAF_EXTENDED_FEATURES, 0).edx, efer);
#undef OFFERED
	limits->physical_bits = cpu_cpuid(LEAF_ADDRESS_SIZES, 0).eax & 0xFF;
}
