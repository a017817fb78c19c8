/* SPDX-License-Identifier: MIT */
/*
 * VMMCALL: a hypercall from the hypercall page, a message from one place in the loader, else #UD.
 */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/tlfs_vsm.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/vmm/begin.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/fate.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/protect.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/stop.h"
#include "tests/refhv/vmm/test_device.h"
#include "tests/refhv/vmm/vcpu.h"
#include "tests/refhv/vmm/views.h"
#include "tests/refhv/vmm/vtl.h"

#define VMMCALL_LENGTH 3

/* The loader's ExitBootServices hook reports how it went. */
static void notified(struct vp *vp, uint64_t status)
{
	line_begin(&vp->line, "exit_boot_services");
	line_add(&vp->line, " status=0x%lx", status);
	log_emit(&vp->line);
	if (!status) {
		hv.notify_rip = 0;
		take_over();
	}
	vcpu_skip(vp, VMMCALL_LENGTH);
}

static bool is_in_page(const struct vmcb *vmcb, uint64_t msr)
{
	uint64_t base = vmcb->cs.attributes & VMCB_ATTRIBUTE_L ? 0 : vmcb->cs.base;
	uint64_t gpa;

	return memory_translate(vmcb, base + vmcb->rip, &gpa) &&
	       (gpa & HV_HYPERCALL_PAGE) == (msr & HV_HYPERCALL_PAGE);
}

/* TLFS: a call is made from ring 0, not in real mode, by way of the enabled page. */
static bool may_call(const struct vp *vp, const struct vmcb *vmcb)
{
	uint64_t msr = hv.partition.vtl[vp->active_vtl].hypercall;

	return !vmcb->cpl && vmcb->cr0 & CR0_PE && !(vmcb->rflags & RFLAGS_VM) &&
	       msr & HV_HYPERCALL_ENABLE &&
	       (hv.partition.cfg.vmmcall == VMMCALL_ANYWHERE || is_in_page(vmcb, msr));
}

/* What a VTL above the first must do itself, for nothing of the other's is there. */
static const char *why_not(const struct vp *vp)
{
	bool has_id = hv.partition.vtl[vp->active_vtl].guest_os_id;

	return has_id || vp->active_vtl == hv.partition.cfg.vtl ? "vmmcall_not_from_hypercall_page"
								: "call_without_os_id";
}

static uint64_t join(uint64_t high, uint64_t low)
{
	return high << 32 | (uint32_t)low;
}

static void answer(struct vp *vp, uint64_t result, bool is_64)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;

	vmcb->rax = is_64 ? result : (uint32_t)result;
	if (!is_64)
		vp->gpr[REG_RDX] = result >> 32;
	vcpu_skip(vp, VMMCALL_LENGTH);
}

/* After the call's own line. */
static void tell_enabled(struct vp *vp, const struct hypercall *call)
{
	if (!call->enabled)
		return;
	line_begin_if(&vp->line, "vtl_enable", hv_tells_all());
	line_add(&vp->line, " vp=%u target_vp=%u vtl=%u", vp->index, call->enabled->index,
		 call->enabled_vtl);
	log_queue(&vp->line);
}

/* The views share VTL 0's tables but not their tops, and other VPs may have old translations. */
static void finish_protection(struct vp *vp, const struct hypercall *call)
{
	if (!call->protected_pages)
		return;
	line_begin_if(&vp->line, "protect", hv_tells_all());
	line_add(&vp->line, " vp=%u vtl=%u flags=0x%x pages=%u", vp->index, vp->active_vtl,
		 call->protected_flags, call->protected_pages);
	log_queue(&vp->line);
	hv_lock();
	views_update();
	hv_unlock();
	protect_flush_others(vp);
}

static void launch(const struct hypercall *call, struct vp *target)
{
	if (call->restarts)
		restart_vp(call->caller, target, &call->next);
	else
		processor_launch(target);
	if (call->awaits && !processor_wait_while(&target->is_awaited, true))
		log_fatal("started_vp_does_not_rest");
}

/* What changes the partition as a whole, or what another VP's SynIC looks at. */
static bool needs_lock(union hv_control control)
{
	return control.code == HV_CALL_POST_MESSAGE || control.code == HV_CALL_SIGNAL_EVENT ||
	       control.code == HV_CALL_PROTECT;
}

static uint64_t carry_out(struct vp *vp, struct hypercall *call, bool is_64)
{
	const uint64_t *gpr = vp->gpr;
	uint64_t rax = vp_active(vp)->vmcb->rax;

	call->partition = &hv.partition;
	call->caller = vp;
	/* TLFS, x86 calling convention: in 32-bit code each value is a register pair. */
	call->control.as_u64 = is_64 ? gpr[REG_RCX] : join(gpr[REG_RDX], rax);
	call->input_gpa = is_64 ? gpr[REG_RDX] : join(gpr[REG_RBX], gpr[REG_RCX]);
	call->output_gpa = is_64 ? gpr[REG_R8] : join(gpr[REG_RDI], gpr[REG_RSI]);
	bool uses_xmm = hypercall_uses_xmm(call->control);

	if (uses_xmm)
		cpu_read_xmm(call->fast + HV_FAST_FIRST_XMM);
	if (needs_lock(call->control))
		hv_lock();
	uint64_t result = hypercall_dispatch(call);

	if (needs_lock(call->control))
		hv_unlock();
	if (uses_xmm)
		cpu_write_xmm(call->fast + HV_FAST_FIRST_XMM);
	return result;
}

void vmmcall_exit(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	struct hypercall call;

	if (hv.notify_rip && vmcb->rip == hv.notify_rip) {
		notified(vp, vp->gpr[REG_RDI]);
		return;
	}
	if (!may_call(vp, vmcb)) {
		if (test_device_call(vmcb->rax, &vmcb->rax)) {
			vcpu_skip(vp, VMMCALL_LENGTH);
			return;
		}
		vcpu_note(vp, why_not(vp), vmcb->rip);
		vcpu_inject(vp, EXCEPTION_UD);
		return;
	}
	if (vtl_exit(vp))
		return;
	bool is_64 = vmcb->efer & EFER_LMA && vmcb->cs.attributes & VMCB_ATTRIBUTE_L;
	uint64_t result = carry_out(vp, &call, is_64);

	if (vp == hv.partition.bsp && call.control.code == HV_CALL_START_VP)
		fate_first_start(vp);
	if (call.raises_ud)
		vcpu_inject(vp, EXCEPTION_UD);
	else
		answer(vp, result, is_64);
	/*
	 * The line of a start comes before that of the run, but the start does not wait for the
	 * port.
	 */
	log_queue(&vp->line);
	tell_enabled(vp, &call);
	finish_protection(vp, &call);
	if (call.broken)
		vcpu_note(vp, call.broken, call.input_gpa);
	if (call.odd)
		vcpu_remark(vp, call.odd, call.input_gpa);
	if (call.signalled)
		events_kick(call.signalled);
	if (call.ipi_vector)
		processor_interrupt(call.ipi_vps, call.ipi_vector);
	if (call.started)
		launch(&call, call.started);
	if (call.caller_dies)
		processor_stay(vp);
	log_drain();
}
