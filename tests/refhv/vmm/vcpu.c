/* SPDX-License-Identifier: MIT */
/* The handlers' toolbox. Calls nothing of this wing, so that everything in it may use it. */
#include "tests/refhv/vmm/vcpu.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/vmm/state.h"

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

static void tell(struct vp *vp, const char *event, const char *what, uint64_t address)
{
	line_begin(&vp->line, event);
	line_add(&vp->line, " vp=%u what=%s address=0x%lx rip=0x%lx vtl=%u", vp->index, what,
		 address, vp_active(vp)->vmcb->rip, vp->active_vtl);
	log_emit(&vp->line);
}

void vcpu_remark(struct vp *vp, const char *what, uint64_t address)
{
	tell(vp, "note", what, address);
}

void vcpu_note(struct vp *vp, const char *what, uint64_t address)
{
	tell(vp, hv.partition.cfg.notes ? "note" : "violation", what, address);
}

static void dump_segment(struct line *line, const char *name, const struct vmcb_segment *s)
{
	line_add(line, " %s=0x%04x:0x%lx:0x%x:0x%04x", name, s->selector, s->base, s->limit,
		 DESCRIPTOR_ATTRIBUTES(s->attributes));
}

/* The guest's registers, in lines of related ones. */
void vcpu_dump(struct vp *vp)
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
	vcpu_dump(vp);
	log_fatal(what);
}
