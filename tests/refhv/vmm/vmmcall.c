/* SPDX-License-Identifier: MIT */
/*
 * VMMCALL: a hypercall from the hypercall page, a message from one place in the loader, else #UD.
 */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/vmm/begin.h"
#include "tests/refhv/vmm/fate.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/stop.h"
#include "tests/refhv/vmm/vcpu.h"

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

/* TLFS: a call is made from ring 0, not in real mode, by way of the enabled page. */
static bool may_call(const struct vp *vp, const struct vmcb *vmcb)
{
	uint64_t msr = hv.partition.vtl[vp->active_vtl].hypercall;
	uint64_t base = vmcb->cs.attributes & VMCB_ATTRIBUTE_L ? 0 : vmcb->cs.base;
	uint64_t gpa;

	return !vmcb->cpl && vmcb->cr0 & CR0_PE && !(vmcb->rflags & RFLAGS_VM) &&
	       msr & HV_HYPERCALL_ENABLE && memory_translate(vmcb, base + vmcb->rip, &gpa) &&
	       (gpa & HV_HYPERCALL_PAGE) == (msr & HV_HYPERCALL_PAGE);
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

void vmmcall_exit(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	uint64_t *gpr = vp->gpr;
	struct hypercall call;

	if (hv.notify_rip && vmcb->rip == hv.notify_rip) {
		notified(vp, gpr[REG_RDI]);
		return;
	}
	if (!may_call(vp, vmcb)) {
		vcpu_note(vp, "vmmcall_not_from_hypercall_page", vmcb->rip);
		vcpu_inject(vp, EXCEPTION_UD);
		return;
	}
	bool is_64 = vmcb->efer & EFER_LMA && vmcb->cs.attributes & VMCB_ATTRIBUTE_L;

	call.partition = &hv.partition;
	call.caller = vp;
	/* TLFS, x86 calling convention: in 32-bit code each value is a register pair. */
	call.control.as_u64 = is_64 ? gpr[REG_RCX] : join(gpr[REG_RDX], vmcb->rax);
	call.input_gpa = is_64 ? gpr[REG_RDX] : join(gpr[REG_RBX], gpr[REG_RCX]);
	call.output_gpa = is_64 ? gpr[REG_R8] : join(gpr[REG_RDI], gpr[REG_RSI]);
	uint64_t result = hypercall_dispatch(&call);

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
	if (call.broken)
		vcpu_note(vp, call.broken, call.input_gpa);
	if (call.ipi_vector)
		processor_interrupt(call.ipi_vps, call.ipi_vector);
	if (call.started && call.restarts)
		restart_vp(call.started, &call.next);
	else if (call.started)
		processor_launch(call.started);
	if (call.caller_dies)
		processor_stay(vp);
	log_drain();
}
