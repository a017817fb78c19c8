/* SPDX-License-Identifier: MIT */
/*
 * VtlCall, VtlReturn, and the switch. A VTL has a VMCB of its own, so most of what is private to it
 * stays there. VMSAVE puts the rest of the segments and system registers away, PAT and TSC_AUX are
 * changed by hand (QEMU ignores the VMCB's g_pat), and what the VTLs share but VMRUN does not, RAX,
 * CR2 and DR6, is carried over.
 */
#include "tests/refhv/vmm/vtl.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/calls/stubs.h"
#include "tests/refhv/vmm/begin.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

#define VMMCALL_LENGTH 3

static struct hv_vp_assist *assist_page(const struct vp_vtl *vtl)
{
	return vtl->vp_assist & HV_PAGE_MSR_ENABLE
		       ? memory_guest_ram(vtl->vp_assist & HV_PAGE_MSR_GPA, PAGE_SIZE)
		       : NULL;
}

static void put_away(struct vp *vp)
{
	struct vp_vtl *vtl = vp_active(vp);

	cpu_vmsave(vtl->vmcb);
	vtl->pat = cpu_rdmsr(MSR_PAT);
	vtl->tsc_aux = cpu_rdmsr(MSR_TSC_AUX);
	vtl->rip = vtl->vmcb->rip;
	vtl_apic_save(vtl);
}

/* What a higher VTL has left for it to take. */
static void take_pending_event(struct vp *vp)
{
	uint64_t event = vp_active(vp)->pending_event;
	uint8_t vector = (uint8_t)(event >> HV_PENDING_EVENT_VECTOR_SHIFT);

	vp_active(vp)->pending_event = 0;
	if (event & HV_PENDING_EVENT_ERROR)
		vcpu_inject_error(vp, vector, (uint32_t)(event >> HV_PENDING_EVENT_ERROR_SHIFT));
	else if (event)
		vcpu_inject(vp, vector);
}

static void bring_back(struct vp *vp)
{
	struct vp_vtl *vtl = vp_active(vp);

	cpu_vmload(vtl->vmcb);
	cpu_wrmsr(MSR_PAT, vtl->pat);
	cpu_wrmsr(MSR_TSC_AUX, vtl->tsc_aux);
	vtl->vmcb->rip = vtl->rip;
	vtl_apic_restore(vp);
}

/* fault=vtl:leak: what VTL 0 has is VTL 1's. */
static void leak(struct vp *vp, const struct vp_vtl *from)
{
	const struct fault *fault = hv_fault(FAULT_VTL_LEAK, vp);
	struct vmcb *vmcb = vp_active(vp)->vmcb;

	if (!fault)
		return;
	switch (fault->value) {
	case LEAK_CR3: vmcb->cr3 = from->vmcb->cr3; break;
	case LEAK_PAT: cpu_wrmsr(MSR_PAT, from->pat); break;
	default: vmcb->gs.base = from->vmcb->gs.base; cpu_vmload(vmcb);
	}
}

static void begin(struct vp *vp)
{
	begin_vtl(vp, &vp_active(vp)->entry);
	cpu_wrmsr(MSR_TSC_AUX, 0);
	if (vp->active_vtl)
		vtl_apic_begin(vp);
	else
		vtl_apic_restore(vp);
}

void vtl_switch(struct vp *vp, uint32_t to, const char *reason)
{
	uint32_t from = vp->active_vtl;
	const struct vmcb *old = vp_active(vp)->vmcb;
	const struct fault *rax = hv_fault(FAULT_VTL_RAX, vp);

	put_away(vp);
	vp->active_vtl = to;
	if (vp_active(vp)->life == VTL_FRESH)
		begin(vp);
	else
		bring_back(vp);
	struct vmcb *vmcb = vp_active(vp)->vmcb;

	vmcb->rax = rax ? fault_value(rax, old->rax) : old->rax;
	vmcb->cr2 = old->cr2;
	vmcb->dr6 = old->dr6;
	take_pending_event(vp);
	if (to < from)
		leak(vp, &vp->vtl[from]);
	line_begin_if(&vp->line, "vtl_switch", hv_tells_all());
	line_add(&vp->line, " vp=%u from=%u to=%u reason=%s", vp->index, from, to, reason);
	log_emit(&vp->line);
}

static void enter(struct vp *vp, uint32_t entry_reason, const char *reason)
{
	vtl_switch(vp, 1, reason);
	struct hv_vp_assist *assist = assist_page(vp_active(vp));

	if (assist)
		assist->entry_reason = entry_reason;
}

void vtl_interrupt(struct vp *vp)
{
	enter(vp, HV_VTL_ENTRY_INTERRUPT, "interrupt");
}

static void leave(struct vp *vp, bool is_fast)
{
	const struct hv_vp_assist *assist = assist_page(vp_active(vp));

	if (vp->vtl[0].life == VTL_NOTHING) {
		vcpu_note(vp, "vtl_return_to_a_vtl_that_was_never_started", 0);
		log_drain();
		processor_stay(vp);
	}
	/* VTL 0 would get it. */
	if (vtl_apic_is_requested((uint8_t)vp_active(vp)->synic.sints[0]))
		vcpu_note(vp, "vtl_return_before_interrupt_is_taken", 0);
	if (!is_fast && !assist)
		vcpu_note(vp, "slow_vtl_return_without_assist_page", 0);
	vp->secure_config &= ~HV_VSM_SECURE_CONFIG_TLB_LOCKED;
	vtl_switch(vp, 0, is_fast ? "fast_return" : "return");
	if (is_fast || !assist)
		return;
	vp_active(vp)->vmcb->rax = assist->return_rax;
	vp->gpr[REG_RCX] = assist->return_rcx;
}

/* TLFS: by the stub in the page of the VTL that runs; others call its first instruction. */
static bool is_in_place(const struct vp *vp, bool is_call)
{
	struct stubs stubs = stubs_of(vp->active_vtl);
	uint64_t offset = vp->vtl[vp->active_vtl].vmcb->rip % PAGE_SIZE;

	return !offset || offset == STUB_VMMCALL + (is_call ? stubs.vtl_call : stubs.vtl_return);
}

/* The reason why it is #UD, or NULL. */
static const char *refusal(const struct vp *vp, uint64_t control, uint64_t input, bool is_call)
{
	if (control != (is_call ? HV_CALL_VTL_CALL : HV_CALL_VTL_RETURN))
		return "control";
	if (input & ~(is_call ? 0 : HV_VTL_RETURN_FAST))
		return "input";
	if (is_call && !(vp_vtls(vp) >> 1 & 1))
		return "not_enabled";
	if (vp->active_vtl != (is_call ? 0 : 1))
		return is_call ? "call_from_vtl1" : "return_from_vtl0";
	return NULL;
}

bool vtl_exit(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	bool is_64 = vmcb->efer & EFER_LMA && vmcb->cs.attributes & VMCB_ATTRIBUTE_L;
	uint64_t control = is_64 ? vp->gpr[REG_RCX] : (uint32_t)vp->gpr[REG_RCX];
	uint64_t input = is_64 ? vmcb->rax : (uint32_t)vmcb->rax;
	bool is_call = (uint16_t)control == HV_CALL_VTL_CALL;

	if (hv.partition.cfg.vtl || !partition_maximum_vtl(&hv.partition))
		return false;
	if (!is_call && (uint16_t)control != HV_CALL_VTL_RETURN)
		return false;
	const char *why = refusal(vp, control, input, is_call);

	if (!is_in_place(vp, is_call)) {
		vcpu_note(vp, "vtl_call_from_elsewhere", vmcb->rip);
		why = "place";
	}
	if (why) {
		line_begin_if(&vp->line, "vtl_refused", hv_tells_all());
		line_add(&vp->line, " vp=%u vtl=%u code=0x%04x why=%s", vp->index, vp->active_vtl,
			 (uint16_t)control, why);
		log_emit(&vp->line);
		vcpu_inject(vp, EXCEPTION_UD);
		return true;
	}
	vcpu_skip(vp, VMMCALL_LENGTH);
	if (is_call && hv_fault(FAULT_VTL_NEVER, vp))
		return true;
	if (is_call)
		enter(vp, HV_VTL_ENTRY_CALL, "call");
	else
		leave(vp, input & HV_VTL_RETURN_FAST);
	return true;
}
