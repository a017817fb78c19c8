/* SPDX-License-Identifier: MIT */
/*
 * Synthetic MSRs beyond those that the kernel under test uses: the APIC's, VP_ASSIST_PAGE,
 * REFERENCE_TSC, SynIC and timers. The pages that they name are the guest's memory, no overlays.
 */
#include "tests/refhv/vmm/synthetic.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/ipi.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/state.h"

#define FIRST_SEQUENCE 1U
#define MSR_X2APIC_EOI 0x0000080BU
#define MSR_X2APIC_TPR 0x00000808U

static const struct {
	uint32_t first, last;
	uint64_t privilege;
	const char *name;
} ranges[] = {
	{HV_MSR_REFERENCE_TSC, HV_MSR_REFERENCE_TSC, HV_PRIVILEGE_REFERENCE_TSC, "REFERENCE_TSC"},
	{HV_MSR_EOI, HV_MSR_EOI, HV_PRIVILEGE_APIC_MSRS, "EOI"},
	{HV_MSR_ICR, HV_MSR_ICR, HV_PRIVILEGE_APIC_MSRS, "ICR"},
	{HV_MSR_TPR, HV_MSR_TPR, HV_PRIVILEGE_APIC_MSRS, "TPR"},
	{HV_MSR_VP_ASSIST_PAGE, HV_MSR_VP_ASSIST_PAGE, HV_PRIVILEGE_APIC_MSRS, "VP_ASSIST_PAGE"},
	{HV_MSR_SCONTROL, HV_MSR_EOM, HV_PRIVILEGE_SYNIC, "SYNIC"},
	{HV_MSR_SINT0, HV_MSR_SINT15, HV_PRIVILEGE_SYNIC, "SINT"},
	{HV_MSR_STIMER0_CONFIG, HV_MSR_STIMER3_COUNT, HV_PRIVILEGE_STIMER, "STIMER"},
};
#define RANGES (sizeof(ranges) / sizeof(ranges[0]))

static uint32_t range_of(uint32_t msr)
{
	uint32_t i = 0;

	while (i < RANGES && (msr < ranges[i].first || msr > ranges[i].last))
		i++;
	return i;
}

static bool is_here(uint32_t msr)
{
	uint32_t i = range_of(msr);

	return i < RANGES && cfg_gives(&hv.partition.cfg, ranges[i].privilege);
}

const char *synthetic_name(uint32_t msr)
{
	uint32_t i = range_of(msr);

	return i < RANGES ? ranges[i].name : NULL;
}

bool synthetic_read(const struct vp *vp, uint32_t msr, uint64_t *value)
{
	if (!is_here(msr))
		return false;
	switch (msr) {
	case HV_MSR_REFERENCE_TSC:
		*value = hv.partition.vtl[vp->active_vtl].reference_tsc;
		return true;
	case HV_MSR_EOI: return false; /* TLFS: write-only */
	case HV_MSR_ICR:
		*value = apic_is_x2apic() ? cpu_rdmsr(MSR_X2APIC_ICR)
					  : (uint64_t)apic_read(APIC_ICR_HIGH) << 32 |
						    apic_read(APIC_ICR_LOW);
		return true;
	case HV_MSR_TPR:
		*value = apic_is_x2apic() ? cpu_rdmsr(MSR_X2APIC_TPR) : apic_read(APIC_TPR);
		return true;
	case HV_MSR_VP_ASSIST_PAGE: *value = vp->vtl[vp->active_vtl].vp_assist; return true;
	default: return synic_read(&vp->vtl[vp->active_vtl].synic, msr, value);
	}
}

static bool write_reference_tsc(const struct vp *vp, uint64_t value)
{
	struct hv_reference_tsc *page = NULL;

	if (value & HV_PAGE_MSR_ENABLE) {
		page = memory_guest_ram(value & HV_PAGE_MSR_GPA, PAGE_SIZE);
		if (!page)
			return false;
		cpu_fill(page, 0, PAGE_SIZE);
		page->scale = hv.tsc_scale;
		page->offset = -(int64_t)hv.ticks_at_start;
		__atomic_store_n(&page->sequence, FIRST_SEQUENCE, __ATOMIC_RELEASE);
	}
	hv.partition.vtl[vp->active_vtl].reference_tsc = value;
	return true;
}

static void write_apic(uint32_t reg, uint32_t x2apic, uint32_t value)
{
	if (apic_is_x2apic())
		cpu_wrmsr(x2apic, value);
	else
		apic_write(reg, value);
}

static void write_icr(struct vp *vp, uint64_t value)
{
	uint32_t high = (uint32_t)(value >> 32);

	if (apic_is_x2apic()) {
		ipi_command(vp, high, (uint32_t)value);
		return;
	}
	apic_write(APIC_ICR_HIGH, high);
	ipi_command(vp, high >> XAPIC_DESTINATION_SHIFT, (uint32_t)value);
}

static bool write_synic(struct vp *vp, uint32_t msr, uint64_t value)
{
	hv_lock();
	bool ok = synic_write(&vp->vtl[vp->active_vtl].synic, msr, value, events_now());

	hv_unlock();
	return ok;
}

bool synthetic_write(struct vp *vp, uint32_t msr, uint64_t value)
{
	if (!is_here(msr))
		return false;
	switch (msr) {
	case HV_MSR_REFERENCE_TSC: return write_reference_tsc(vp, value);
	case HV_MSR_EOI: write_apic(APIC_EOI, MSR_X2APIC_EOI, 0); return true;
	case HV_MSR_ICR: write_icr(vp, value); return true;
	case HV_MSR_TPR: write_apic(APIC_TPR, MSR_X2APIC_TPR, value & 0xFF); return true;
	case HV_MSR_VP_ASSIST_PAGE:
		return vp_assist_write(&hv.partition, vp, vp->active_vtl, value);
	default: return write_synic(vp, msr, value);
	}
}
