/* SPDX-License-Identifier: MIT */
/* The run loop of a VP: enter the guest, look why it came back, go on. */
#include "tests/refhv/cpu.h"
#include "tests/refhv/refhv.h"

void vcpu_inject_error(struct vp *vp, uint8_t vector, uint32_t error_code)
{
	vp_active(vp)->vmcb->event_inject = (uint64_t)error_code << 32 | EVENT_VALID |
					    EVENT_ERROR_CODE | EVENT_EXCEPTION | vector;
}

void vcpu_inject(struct vp *vp, uint8_t vector)
{
	vp_active(vp)->vmcb->event_inject = EVENT_VALID | EVENT_EXCEPTION | vector;
}

void vcpu_skip(struct vp *vp, uint64_t length)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;

	vmcb->rip += length;
	vmcb->int_state = 0;
	if (vmcb->rflags & RFLAGS_TF) { /* the guest single-steps */
		vmcb->dr6 |= DR6_BS;
		vcpu_inject(vp, EXCEPTION_DB);
	}
}

void vcpu_note(struct vp *vp, const char *what, uint64_t address)
{
	line_begin(&vp->line, hv.partition.cfg.notes ? "note" : "violation");
	line_add(&vp->line, " vp=%u what=%s address=0x%lx rip=0x%lx", vp->index, what, address,
		 vp_active(vp)->vmcb->rip);
	log_emit(&vp->line);
}

static void dump_segment(struct line *line, const char *name, const struct vmcb_segment *s)
{
	line_add(line, " %s=0x%04x:0x%lx:0x%x:0x%04x", name, s->selector, s->base, s->limit,
		 DESCRIPTOR_ATTRIBUTES(s->attributes));
}

/* The guest's registers, in lines of related ones. */
static void dump(struct vp *vp)
{
	static const char *const names[REGS] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp",
						"rsi", "rdi", "r8",  "r9",  "r10", "r11",
						"r12", "r13", "r14", "r15"};
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	struct line *line = &vp->line;

	cpu_vmsave(vmcb);
	vp->gpr[REG_RAX] = vmcb->rax;
	vp->gpr[REG_RSP] = vmcb->rsp;
	line_begin(line, "regs");
	line_add(line, " vp=%u rip=0x%lx rflags=0x%lx", vp->index, vmcb->rip, vmcb->rflags);
	for (int i = 0; i < REGS; i++)
		line_add(line, " %s=0x%lx", names[i], vp->gpr[i]);
	log_emit(line);
	line_begin(line, "regs");
	line_add(line, " vp=%u cr0=0x%lx cr2=0x%lx cr3=0x%lx cr4=0x%lx efer=0x%lx dr6=0x%lx",
		 vp->index, vmcb->cr0, vmcb->cr2, vmcb->cr3, vmcb->cr4, vmcb->efer & ~EFER_SVME,
		 vmcb->dr6);
	line_add(line, " dr7=0x%lx exit_int_info=0x%lx", vmcb->dr7, vmcb->exit_int_info);
	log_emit(line);
	line_begin(line, "regs");
	line_add(line, " vp=%u", vp->index);
	dump_segment(line, "cs", &vmcb->cs);
	dump_segment(line, "ds", &vmcb->ds);
	dump_segment(line, "es", &vmcb->es);
	dump_segment(line, "fs", &vmcb->fs);
	dump_segment(line, "gs", &vmcb->gs);
	dump_segment(line, "ss", &vmcb->ss);
	dump_segment(line, "tr", &vmcb->tr);
	dump_segment(line, "ldtr", &vmcb->ldtr);
	line_add(line, " idtr=0x%lx:0x%04x gdtr=0x%lx:0x%04x", vmcb->idtr.base, vmcb->idtr.limit,
		 vmcb->gdtr.base, vmcb->gdtr.limit);
	log_emit(line);
}

void vcpu_violation(struct vp *vp, const char *what, uint64_t address)
{
	vcpu_note(vp, what, address);
	dump(vp);
	log_fatal(what);
}

static _Noreturn void shut_down(struct vp *vp)
{
	line_begin(&vp->line, "shutdown");
	line_add(&vp->line, " vp=%u rip=0x%lx", vp->index, vp_active(vp)->vmcb->rip);
	log_emit(&vp->line);
	dump(vp);
	log_end_with_shutdown();
}

static bool in_range(struct range range, uint64_t address)
{
	return address >= range.start && address < range.end;
}

static void nested_fault(struct vp *vp, const struct vmcb *vmcb)
{
	uint64_t gpa = vmcb->exit_info_2;
	uint64_t page = gpa & ~(PAGE_SIZE - 1);
	uint64_t msr = hv.partition.vtl[vp->active_vtl].hypercall;
	bool is_write = vmcb->exit_info_1 & NPF_WRITE;

	if (is_write && hv.armed && page == APIC_PAGE) {
		apic_trap_exit(vp, gpa);
	} else if (is_write && msr & HV_HYPERCALL_ENABLE && page == (msr & HV_HYPERCALL_PAGE)) {
		vcpu_note(vp, "write_to_hypercall_page", gpa);
		vcpu_inject_error(vp, EXCEPTION_GP, 0);
	} else if (in_range(hv.arena, gpa) || in_range(hv.trampoline, gpa)) {
		vcpu_violation(vp, "access_to_hypervisor_memory", gpa);
	} else {
		vcpu_violation(vp, "access_to_hole", gpa);
	}
}

/* QEMU leaves a guest that sets reserved CR4 bits by this exit instead of raising #GP. */
static void invalid_state(struct vp *vp, const struct vmcb *vmcb)
{
	uint8_t code[4];
	size_t size = memory_fetch(vmcb, code, sizeof(code));
	size_t at = size && (code[0] & 0xF0) == 0x40; /* a REX prefix */

	if (size >= at + 3 && code[at] == 0x0F && code[at + 1] == 0x22 &&
	    (code[at + 2] >> 3 & 7) == 4)
		vcpu_inject_error(vp, EXCEPTION_GP, 0); /* MOV to CR4 */
	else
		vcpu_violation(vp, "invalid_guest_state", vmcb->rip);
}

static void handle_exit(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;

	/* An event whose delivery was interrupted by the exit is delivered again. */
	vmcb->event_inject = vmcb->exit_int_info & EVENT_VALID ? vmcb->exit_int_info : 0;
	switch ((uint32_t)vmcb->exit_code) {
	case EXIT_CPUID: cpuid_exit(vp); break;
	case EXIT_IOIO: io_exit(vp); break;
	case EXIT_MSR: msr_exit(vp); break;
	case EXIT_VMMCALL: vmmcall_exit(vp); break;
	case EXIT_NPF: nested_fault(vp, vmcb); break;
	case EXIT_SHUTDOWN: shut_down(vp);
	case EXIT_INVALID: invalid_state(vp, vmcb); break;
	case EXIT_INVLPGA: vcpu_inject(vp, EXCEPTION_UD); break;
	default:
		if (vp_fault_exit(vp))
			break;
		/* SVM is not offered: its instructions do not exist. */
		if (vmcb->exit_code < EXIT_VMRUN || vmcb->exit_code > EXIT_SKINIT)
			vcpu_violation(vp, "unknown_exit", vmcb->exit_code);
		vcpu_inject(vp, EXCEPTION_UD);
		break;
	}
}

void vcpu_run(struct vp *vp)
{
	for (;;) {
		ipi_leave_host(vp);
		vmrun_enter(vp->gpr, vp_active(vp)->vmcb);
		ipi_enter_host(vp);
		vp->exits += hv.armed;
		handle_exit(vp);
		vp_fault_again(vp);
	}
}
