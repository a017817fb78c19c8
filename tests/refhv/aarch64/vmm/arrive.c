/* SPDX-License-Identifier: MIT */
/*
 * A processor becomes a VP: EL2's own registers, then those of EL1 with which the guest begins. The
 * firmware's guest goes on where the loader left off, with what the loader put into EL1's registers
 * (loader/drop.c); one that PSCI starts begins as its specification says, translation off; one that
 * 0x99 starts has the registers of its context.
 */
#include "tests/refhv/aarch64/vmm/arrive.h"

#include "tests/refhv/log.h"

extern const uint8_t el2_vectors[]; /* vectors.S */

static void set_el2(struct vp *vp)
{
	WRITE_SYSREG(vbar_el2, (uint64_t)el2_vectors);
	WRITE_SYSREG(tpidr_el2, (uint64_t)vp);
	WRITE_SYSREG(vtcr_el2, hv.vtcr);
	WRITE_SYSREG(vttbr_el2, hv.vttbr);
	WRITE_SYSREG(hcr_el2, HCR_RW | HCR_VM | HCR_TSC | HCR_API | HCR_APK);
	WRITE_SYSREG(vpidr_el2, READ_SYSREG(midr_el1));
	WRITE_SYSREG(vmpidr_el2, READ_SYSREG(mpidr_el1));
	WRITE_SYSREG(cptr_el2, CPTR_NOTHING);
	WRITE_SYSREG(hstr_el2, 0);
	WRITE_SYSREG(mdcr_el2, 0);
	WRITE_SYSREG(cnthctl_el2, CNTHCTL_EL1);
	WRITE_SYSREG(cntvoff_el2, 0);
	WRITE_SYSREG(s3_4_c12_c9_5, ICC_SRE_ALL); /* ICC_SRE_EL2 */
	cpu_barrier();
	WRITE_SYSREG(s3_0_c12_c12_5, ICC_SRE_EL1);
	WRITE_SYSREG(s3_4_c12_c11_0, 0); /* ICH_HCR_EL2 */
	__asm__ volatile("tlbi vmalls12e1; tlbi vmalle1" : : : "memory");
	cpu_barrier();
}

static void clear(struct frame *frame)
{
	for (unsigned int i = 0; i < sizeof(frame->x) / sizeof(frame->x[0]); i++)
		frame->x[i] = 0;
}

void arrive_from_loader(const struct guest_entry *entry, struct vp *vp, struct frame *frame)
{
	hv.cfg.faults.struck = fault_log_strike;
	set_el2(vp);
	clear(frame);
	WRITE_SYSREG(sp_el1, entry->sp);
	WRITE_SYSREG(elr_el2, entry->pc);
	WRITE_SYSREG(spsr_el2, SPSR_EL1H | (entry->daif & SPSR_DAIF));
}

static void set_context(const struct hv_arm_context *c, struct frame *frame)
{
	WRITE_SYSREG(mair_el1, c->mair);
	WRITE_SYSREG(tcr_el1, c->tcr);
	WRITE_SYSREG(ttbr0_el1, c->ttbr0);
	WRITE_SYSREG(ttbr1_el1, c->ttbr1);
	WRITE_SYSREG(vbar_el1, c->vbar);
	WRITE_SYSREG(sctlr_el1, c->sctlr);
	WRITE_SYSREG(sp_el1, c->sp);
	WRITE_SYSREG(elr_el2, c->pc);
	frame->x[18] = c->x18;
}

void arrive_begin(struct vp *vp, struct frame *frame)
{
	const struct vp_start *start = &vp->start;

	clear(frame);
	if (start->method == VP_BY_CALL) {
		set_context(&start->context, frame);
	} else {
		frame->x[0] = start->argument;
		WRITE_SYSREG(sctlr_el1, SCTLR_EL1_OFF);
		WRITE_SYSREG(elr_el2, start->entry);
	}
	WRITE_SYSREG(spsr_el2, SPSR_EL1H | SPSR_DAIF);
	__asm__ volatile("tlbi vmalle1; ic iallu" : : : "memory");
	cpu_barrier();
	line_begin(&vp->line, "run");
	line_add(&vp->line, " vp=%u mpidr=0x%lx method=%s", vp->index, vp->mpidr,
		 start->method == VP_BY_CALL ? "start" : "psci");
	log_emit(&vp->line);
}

void arrive_started(struct vp *vp, struct frame *frame)
{
	set_el2(vp);
	fate_arrive(vp);
	arrive_begin(vp, frame);
	if (!vp_change_state(vp, VP_STARTING, VP_ON))
		log_fatal("processor_came_unasked");
}
