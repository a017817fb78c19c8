/* SPDX-License-Identifier: MIT */
/*
 * MSRs: the synthetic ones, which always leave the guest, and the few real ones that would show or
 * undo the virtualisation. All others are the guest's own (see vmcb.c about PAT).
 */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/faults/msr.h"
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/apic_base.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/ipi.h"
#include "tests/refhv/vmm/overlay.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/synthetic.h"
#include "tests/refhv/vmm/vcpu.h"

#define APIC_TIMER_HZ 1000000000U /* QEMU's local APIC timer counts nanoseconds */
#define EFER_HIDDEN   EFER_SVME

static void intercept(uint32_t msr, uint32_t accesses)
{
	uint32_t range = msr >= MSRPM_HIGH ? MSRPM_HIGH : msr >= MSRPM_MIDDLE ? MSRPM_MIDDLE : 0;
	uint32_t bytes = range == MSRPM_HIGH ? 2 * MSRPM_BYTES : range ? MSRPM_BYTES : 0;

	hv.msr_permissions[bytes + (msr - range) / 4] |=
		(uint8_t)(accesses << (msr - range) % 4 * 2);
}

void msr_init(void)
{
	cpu_fill(hv.msr_permissions, 0, MSRPM_SIZE);
	intercept(MSR_EFER, MSRPM_READ | MSRPM_WRITE);
	intercept(MSR_VM_CR, MSRPM_READ | MSRPM_WRITE);
	intercept(MSR_VM_HSAVE_PA, MSRPM_READ | MSRPM_WRITE);
	intercept(MSR_APIC_BASE, MSRPM_WRITE);
	intercept(MSR_X2APIC_ICR, MSRPM_WRITE);
}

void msr_intercept_reads(uint32_t msr)
{
	intercept(msr, MSRPM_READ);
}

static bool has_privilege(uint64_t privilege)
{
	return hv.partition.cfg.privileges & privilege;
}

/* False: #GP. */
static bool read_synthetic(const struct vp *vp, uint32_t msr, uint64_t *value)
{
	const struct partition_vtl *vtl = &hv.partition.vtl[vp->active_vtl];

	switch (msr) {
	case HV_MSR_GUEST_OS_ID:
		*value = vtl->guest_os_id;
		return has_privilege(HV_PRIVILEGE_HYPERCALL_MSRS);
	case HV_MSR_HYPERCALL:
		*value = vtl->hypercall;
		return has_privilege(HV_PRIVILEGE_HYPERCALL_MSRS);
	case HV_MSR_VP_INDEX:
		*value = vp->index;
		return has_privilege(HV_PRIVILEGE_VP_INDEX) && !hv_fault(FAULT_VP_INDEX_GP, vp);
	case HV_MSR_TIME_REF_COUNT:
		*value = msr_fault_reference(&hv.partition.cfg.faults, events_now());
		return has_privilege(HV_PRIVILEGE_REFERENCE_COUNTER);
	case HV_MSR_TSC_FREQUENCY:
		*value = hv.tsc_hz;
		return has_privilege(HV_PRIVILEGE_FREQUENCY_MSRS);
	case HV_MSR_APIC_FREQUENCY:
		*value = hv.partition.cfg.apic_hz ? hv.partition.cfg.apic_hz : APIC_TIMER_HZ;
		return has_privilege(HV_PRIVILEGE_FREQUENCY_MSRS);
	default:
		if (!crash_has_msr(msr))
			return synthetic_read(vp, msr, value);
		*value = crash_read(msr);
		return true;
	}
}

/* Writes that break a rule, whatever their outcome. False: #GP. */
static bool may_write(struct vp *vp, uint32_t msr, uint64_t value)
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

static bool write_synthetic(struct vp *vp, uint32_t msr, uint64_t value)
{
	struct partition_vtl *vtl = &hv.partition.vtl[vp->active_vtl];
	bool ok = has_privilege(HV_PRIVILEGE_HYPERCALL_MSRS);

	if (crash_has_msr(msr)) {
		crash_write(vp, msr, value);
		return true;
	}
	if (synthetic_name(msr))
		return synthetic_write(vp, msr, value);
	/* VP_INDEX, TIME_REF_COUNT and the frequencies are read-only. */
	if (!ok || (msr != HV_MSR_GUEST_OS_ID && msr != HV_MSR_HYPERCALL))
		return false;
	if (!may_write(vp, msr, value))
		return false;
	enum msr_outcome outcome =
		msr_fault_write(&hv.partition.cfg.faults, vp->index, msr, hv.foreign_page, &value);

	if (outcome != MSR_WRITE)
		return outcome == MSR_DONE;
	hv_lock();
	if (msr == HV_MSR_HYPERCALL)
		ok = overlay_write_hypercall(vtl, value);
	else
		ok = overlay_write_os_id(vtl, value);
	hv_unlock();
	return ok;
}

static const char *msr_name(uint32_t msr)
{
	switch (msr) {
	case HV_MSR_GUEST_OS_ID: return "GUEST_OS_ID";
	case HV_MSR_HYPERCALL: return "HYPERCALL";
	case HV_MSR_VP_INDEX: return "VP_INDEX";
	case HV_MSR_TIME_REF_COUNT: return "TIME_REF_COUNT";
	case HV_MSR_TSC_FREQUENCY: return "TSC_FREQUENCY";
	case HV_MSR_APIC_FREQUENCY: return "APIC_FREQUENCY";
	case HV_MSR_CRASH_CTL: return "CRASH_CTL";
	default:
		if (synthetic_name(msr))
			return synthetic_name(msr);
		return crash_has_msr(msr) ? "CRASH_P" : "unknown";
	}
}

static bool write_efer(struct vmcb *vmcb, uint64_t value)
{
	uint64_t kept = vmcb->efer & (EFER_LMA | EFER_HIDDEN);

	if (value & ~hv.partition.limits.efer_valid)
		return false;
	if (vmcb->cr0 & CR0_PG && (value ^ vmcb->efer) & EFER_LME)
		return false;
	vmcb->efer = (value & ~EFER_LMA) | kept;
	return true;
}

static bool write_x2apic_icr(struct vp *vp, uint64_t value)
{
	if (!apic_is_x2apic())
		return false;
	if (hv.armed)
		ipi_command(vp, (uint32_t)(value >> 32), (uint32_t)value);
	else
		cpu_wrmsr(MSR_X2APIC_ICR, value);
	return true;
}

static bool write_msr(struct vp *vp, uint32_t msr, uint64_t value)
{
	switch (msr) {
	case MSR_EFER: return write_efer(vp_active(vp)->vmcb, value);
	case MSR_APIC_BASE: return apic_base_write(vp, value);
	case MSR_X2APIC_ICR: return write_x2apic_icr(vp, value);
	default: break;
	}
	if (msr < HV_MSR_FIRST || msr > HV_MSR_LAST)
		return false;
	bool ok = write_synthetic(vp, msr, value);

	line_begin_if(&vp->line, "msr_write", hv_tells_all());
	line_add(&vp->line, " vp=%u msr=0x%x name=%s value=0x%lx result=%s vtl=%u", vp->index, msr,
		 msr_name(msr), value, ok ? "ok" : "gp", vp->active_vtl);
	log_emit(&vp->line);
	return ok;
}

static bool read_msr(const struct vp *vp, uint32_t msr, uint64_t *value)
{
	if (msr == MSR_EFER) {
		*value = vp->vtl[vp->active_vtl].vmcb->efer & ~EFER_HIDDEN;
		return true;
	}
	if (msr == MSR_APIC_BASE) {
		*value = apic_base_read(vp);
		return true;
	}
	return msr >= HV_MSR_FIRST && msr <= HV_MSR_LAST && read_synthetic(vp, msr, value);
}

void msr_exit(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	uint32_t msr = (uint32_t)vp->gpr[REG_RCX];
	uint64_t value = (uint64_t)(uint32_t)vp->gpr[REG_RDX] << 32 | (uint32_t)vmcb->rax;
	bool is_write = vmcb->exit_info_1 & EXIT_MSR_WRITE;
	bool ok = is_write ? write_msr(vp, msr, value) : read_msr(vp, msr, &value);

	if (!ok) {
		vcpu_inject_error(vp, EXCEPTION_GP, 0);
		return;
	}
	if (!is_write) {
		vmcb->rax = (uint32_t)value;
		vp->gpr[REG_RDX] = value >> 32;
	}
	vcpu_skip(vp, 2);
}
