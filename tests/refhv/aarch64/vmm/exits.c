/* SPDX-License-Identifier: MIT */
/* What brings a guest here: SMC, HVC, and an access that stage 2 does not let through. */
#include "tests/refhv/aarch64/vmm/hv.h"

#include "tests/refhv/log.h"

#define HVC_IMMEDIATE(esr) ((esr)&0xFFFF)
#define HVC_LOADER         2U

/* Called by vectors.S. */
void exit_from_guest(struct frame *frame);
void host_exception(uint64_t kind);

static _Noreturn void end(const char *what, struct vp *vp)
{
	line_begin(&vp->line, "error");
	line_add(&vp->line, " what=%s vp=%u esr=0x%lx pc=0x%lx far=0x%lx address=0x%lx", what,
		 vp->index, READ_SYSREG(esr_el2), READ_SYSREG(elr_el2), READ_SYSREG(far_el2),
		 HPFAR_PAGE(READ_SYSREG(hpfar_el2)));
	log_end_with_error(&vp->line);
}

/* From the loader's one HVC; as for any other there is nothing to call yet (SMCCC). */
static void hvc(struct vp *vp, struct frame *frame, uint64_t esr)
{
	if (HVC_IMMEDIATE(esr) != HVC_LOADER ||
	    READ_SYSREG(elr_el2) != hv.notify_site + INSTRUCTION_SIZE) {
		frame->x[0] = (uint64_t)PSCI_NOT_SUPPORTED;
		return;
	}
	line_begin(&vp->line, "exit_boot_services");
	line_add(&vp->line, " status=0x%lx", frame->x[0]);
	log_emit(&vp->line);
}

void exit_from_guest(struct frame *frame)
{
	struct vp *vp = hv_this_vp();
	uint64_t esr = READ_SYSREG(esr_el2);

	switch (ESR_CLASS(esr)) {
	case CLASS_HVC: hvc(vp, frame, esr); break;
	case CLASS_SMC:
		frame->x[0] = (uint64_t)psci_call(vp, frame);
		/* One that is trapped is not yet behind the guest. */
		WRITE_SYSREG(elr_el2, READ_SYSREG(elr_el2) + INSTRUCTION_SIZE);
		break;
	case CLASS_DATA_ABORT:
	case CLASS_INSTRUCTION_ABORT: end("access_to_hidden_memory", vp);
	default: end("unknown_exit", vp);
	}
}

void host_exception(uint64_t kind)
{
	struct vp *vp = hv_this_vp();

	line_begin(&vp->line, "error");
	line_add(&vp->line,
		 " what=exception_in_hypervisor vp=%u kind=%lu esr=0x%lx pc=0x%lx far=0x%lx",
		 vp->index, kind, READ_SYSREG(esr_el2), READ_SYSREG(elr_el2), READ_SYSREG(far_el2));
	log_end_with_error(&vp->line);
}
