/* SPDX-License-Identifier: MIT */
/*
 * What brings a guest here: SMC, HVC, WFI where it is waited for, and an access that stage 2 does
 * not let through.
 */
#include "tests/refhv/aarch64/vmm/arrive.h"

#include "tests/refhv/log.h"

#define HVC_IMMEDIATE(esr) ((esr)&0xFFFF)
#define HVC_CALL           1U
#define HVC_LOADER         2U
#define REFERENCE_HZ       10000000UL

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

/* In units of 100 ns, without an overflow for as long as the counter itself has none. */
static uint64_t reference(void)
{
	uint64_t ticks = READ_SYSREG(cntvct_el0);
	uint64_t hz = READ_SYSREG(cntfrq_el0);

	return ticks / hz * REFERENCE_HZ + ticks % hz * REFERENCE_HZ / hz;
}

/* x is the call's X0 to X16 as HVC #1 has them. */
static uint64_t hypercall(struct vp *vp, uint64_t x[17])
{
	const struct registers_caller caller = {vp->index, reference(), &hv.cfg.faults};
	bool is_set = (uint16_t)x[0] == HV_CALL_SET_REGISTERS;
	uint64_t control = x[0], name = x[3];
	uint64_t result;

	if (!registers_is_call(control))
		return hypercall_exit(vp, x);
	result = registers_call(&hv.registers, &caller, x);
	line_begin(&vp->line, "hypercall");
	line_add(&vp->line, " vp=%u vtl=0 code=0x%04x control=0x%lx", vp->index,
		 (unsigned int)(uint16_t)control, control);
	line_add(&vp->line, " name=%s register=0x%lx", is_set ? "SetVpRegisters" : "GetVpRegisters",
		 name);
	if (is_set || !(uint16_t)result)
		line_add(&vp->line, " value=0x%lx", x[is_set ? 5 : 15]);
	line_add(&vp->line, " status=0x%04x reps=%u", (unsigned int)(uint16_t)result,
		 (unsigned int)(result >> HV_RESULT_REPS_SHIFT));
	log_emit(&vp->line);
	if (is_set && name == HV_REGISTER_CRASH_CTL && (uint16_t)result == HV_SUCCESS)
		crash_tell(vp, x[5]);
	return result;
}

/* By HVC #0 all is one register higher, but a value that was asked for in X6 and X7. */
static void smccc_hypercall(struct vp *vp, struct frame *frame)
{
	uint64_t x[17];
	uint64_t result;

	for (unsigned int i = 0; i < 17; i++)
		x[i] = frame->x[i + 1];
	result = hypercall(vp, x);
	frame->x[0] = result;
	if ((uint16_t)frame->x[1] != HV_CALL_GET_REGISTERS || (uint16_t)result != HV_SUCCESS)
		return;
	frame->x[6] = x[15];
	frame->x[7] = x[16];
}

/* HVC #0: SMCCC, of which there are hypercalls and the vendor's UID. */
static void smccc(struct vp *vp, struct frame *frame)
{
	uint32_t function = (uint32_t)frame->x[0];

	if (function == HV_SMCCC_CALL) {
		smccc_hypercall(vp, frame);
		return;
	}
	if (function != HV_VENDOR_UID && function != HV_VENDOR_UID_64) {
		frame->x[0] = fault_is_set(&hv.cfg.faults, FAULT_ACPI_PSCI_HVC)
				      ? (uint64_t)psci_call(vp, frame)
				      : (uint64_t)PSCI_NOT_SUPPORTED;
		return;
	}
	const struct fault *fault = fault_on(&hv.cfg.faults, FAULT_SMCCC_UID, vp->index);

	if (fault && fault->value == WORD_NONE) {
		frame->x[0] = (uint64_t)PSCI_NOT_SUPPORTED;
		return;
	}
	for (unsigned int i = 0; i < 4; i++)
		frame->x[i] = fault ? hv_other_uid[i] : hv_vendor_uid[i];
}

static void hvc(struct vp *vp, struct frame *frame, uint64_t esr)
{
	if (HVC_IMMEDIATE(esr) == HVC_CALL) {
		frame->x[0] = hypercall(vp, frame->x);
		return;
	}
	if (HVC_IMMEDIATE(esr) != HVC_LOADER ||
	    READ_SYSREG(elr_el2) != hv.notify_site + INSTRUCTION_SIZE) {
		smccc(vp, frame);
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
	case CLASS_WFI: fate_wfi(vp, frame); break;
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
