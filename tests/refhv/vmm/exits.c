/* SPDX-License-Identifier: MIT */
/* Why a guest comes back, and which handler takes it. */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/log.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/fate.h"
#include "tests/refhv/vmm/holes.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/vcpu.h"
#include "tests/refhv/x86.h"

/* SVM is not offered: its instructions do not exist. */
static void svm_exit(struct vp *vp)
{
	vcpu_inject(vp, EXCEPTION_UD);
}

static void shutdown_exit(struct vp *vp)
{
	line_begin(&vp->line, "shutdown");
	line_add(&vp->line, " vp=%u rip=0x%lx", vp->index, vp_active(vp)->vmcb->rip);
	log_emit(&vp->line);
	vcpu_dump(vp);
	log_end_with_shutdown();
}

/* QEMU raises this exit, instead of #GP, when a guest sets reserved CR4 bits. */
static void invalid_exit(struct vp *vp)
{
	const struct vmcb *vmcb = vp_active(vp)->vmcb;
	uint8_t code[4];
	size_t size = memory_fetch(vmcb, code, sizeof(code));
	size_t at = size && (code[0] & 0xF0) == 0x40; /* a REX prefix */

	if (size >= at + 3 && code[at] == 0x0F && code[at + 1] == 0x22 &&
	    (code[at + 2] >> 3 & 7) == 4)
		vcpu_inject_error(vp, EXCEPTION_GP, 0); /* MOV to CR4 */
	else
		vcpu_violation(vp, "invalid_guest_state", vmcb->rip);
}

/* The frequent ones first. */
static const struct {
	uint32_t code;
	void (*handler)(struct vp *vp);
} exits[] = {
	{EXIT_VMMCALL, vmmcall_exit},   {EXIT_MSR, msr_exit},
	{EXIT_CPUID, cpuid_exit},       {EXIT_NPF, nested_exit},
	{EXIT_IOIO, io_exit},           {EXIT_RDTSC, fate_rdtsc_exit},
	{EXIT_PAUSE, fate_pause_exit},  {EXIT_HLT, fate_hlt_exit},
	{EXIT_SHUTDOWN, shutdown_exit}, {EXIT_INVALID, invalid_exit},
	{EXIT_INVLPGA, svm_exit},       {EXIT_VMRUN, svm_exit},
	{EXIT_VMLOAD, svm_exit},        {EXIT_VMSAVE, svm_exit},
	{EXIT_STGI, svm_exit},          {EXIT_CLGI, svm_exit},
	{EXIT_SKINIT, svm_exit},        {EXIT_DB, holes_step_exit},
	{EXIT_NMI, events_nmi_exit},    {EXIT_VINTR, events_window_exit},
};

void exits_handle(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;

	/* An event whose delivery was interrupted by the exit is delivered again. */
	vmcb->event_inject = vmcb->exit_int_info & EVENT_VALID ? vmcb->exit_int_info : 0;
	for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
		if (exits[i].code == (uint32_t)vmcb->exit_code) {
			exits[i].handler(vp);
			return;
		}
	}
	vcpu_violation(vp, "unknown_exit", vmcb->exit_code);
}
