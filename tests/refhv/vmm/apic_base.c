/* SPDX-License-Identifier: MIT */
/*
 * IA32_APIC_BASE. QEMU 7.2 never lets an APIC that was switched off come back, nor does any QEMU
 * move one, so the real APIC stays on and in place, and what the guest made of the register is kept
 * here: an APIC that is off is not there, and is as after a reset when it comes back; one that has
 * moved is there for this VP alone. x2APIC mode is the processor's own.
 */
#include "tests/refhv/vmm/apic_base.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/exits.h"
#include "tests/refhv/vmm/vcpu.h"
#include "tests/refhv/vmm/views.h"

#define LEAF_FEATURES      1U
#define FEATURE_ECX_X2APIC (1U << 21)
#define MODE               (APIC_BASE_ENABLE | APIC_BASE_X2APIC)

/* VTL 1 has its APIC where it belongs, whatever VTL 0 has made of its own. */
static bool is_apart(const struct vp *vp)
{
	return vp->active_vtl != hv.partition.cfg.vtl;
}

uint64_t apic_base_page(const struct vp *vp)
{
	return vp->apic_base && !is_apart(vp) ? vp->apic_base & APIC_BASE_PAGE : APIC_PAGE;
}

uint64_t apic_base_read(const struct vp *vp)
{
	return vp->apic_base && !is_apart(vp) ? vp->apic_base : cpu_rdmsr(MSR_APIC_BASE);
}

const struct page_tables *apic_base_tables(const struct vp *vp)
{
	const struct page_tables *tables = NULL;
	uint64_t base = vp->apic_base;

	if (!base || is_apart(vp))
		return &hv.nested[vp->active_vtl];
	hv_lock();
	tables = base & APIC_BASE_ENABLE ? views_with_apic_at(base & APIC_BASE_PAGE)
					 : views_without_apic();
	hv_unlock();
	return tables;
}

/* SDM 3, 11.12.5: x2APIC mode is entered from xAPIC mode alone, and left to "off" alone. */
static bool may_become(uint64_t old, uint64_t value)
{
	uint64_t address_bits = (1UL << hv.partition.limits.physical_bits) - PAGE_SIZE;
	bool has_x2apic = cpu_cpuid(LEAF_FEATURES, 0).ecx & FEATURE_ECX_X2APIC;

	if (value & ~(address_bits | APIC_BASE_BSP | MODE) || (value ^ old) & APIC_BASE_BSP)
		return false;
	switch (value & MODE) {
	case APIC_BASE_X2APIC: return false;
	case MODE: return has_x2apic && old & APIC_BASE_ENABLE;
	case APIC_BASE_ENABLE: return !(old & APIC_BASE_X2APIC);
	default: return true;
	}
}

/* The real APIC, which stays on, is in xAPIC mode and as after a reset. */
static void switch_off(const struct vp *vp)
{
	uint64_t real = cpu_rdmsr(MSR_APIC_BASE);

	if (real & APIC_BASE_X2APIC) {
		cpu_wrmsr(MSR_APIC_BASE, real & ~MODE);
		cpu_wrmsr(MSR_APIC_BASE, (real & ~MODE) | APIC_BASE_ENABLE);
	}
	apic_reset(vp->apic_id);
}

bool apic_base_write(struct vp *vp, uint64_t value)
{
	uint64_t old = apic_base_read(vp);
	uint64_t real = cpu_rdmsr(MSR_APIC_BASE);
	const struct page_tables *tables = NULL;

	if (is_apart(vp)) /* it stays as it is */
		return value == old;
	if (!may_become(old, value))
		return false;
	vp->apic_base = value;
	tables = apic_base_tables(vp);
	if (!tables) { /* nowhere we can have it */
		vp->apic_base = old == real ? 0 : old;
		return false;
	}
	if (old & APIC_BASE_ENABLE && !(value & APIC_BASE_ENABLE))
		switch_off(vp);
	else if (value & APIC_BASE_X2APIC)
		cpu_wrmsr(MSR_APIC_BASE, (real & ~MODE) | MODE);
	if (value == cpu_rdmsr(MSR_APIC_BASE))
		vp->apic_base = 0; /* the processor's own register says it */
	else
		msr_intercept_reads(MSR_APIC_BASE);
	vp_active(vp)->vmcb->nested_cr3 = (uint64_t)tables->root;
	return true;
}

void apic_base_reset(struct vp *vp)
{
	vp->apic_base = 0;
	vp_active(vp)->vmcb->nested_cr3 = (uint64_t)apic_base_tables(vp)->root;
}
