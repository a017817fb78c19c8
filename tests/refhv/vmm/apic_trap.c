/* SPDX-License-Identifier: MIT */
/*
 * Writes to the xAPIC page, which the guest can only read: the store is decoded and carried out for
 * the guest. INIT and SIPI are intercepted, for they must not lead a processor out of the
 * hypervisor's hands.
 */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/calls/decode.h"
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/holes.h"
#include "tests/refhv/vmm/ipi.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/vcpu.h"
#include "tests/refhv/vmm/views.h"

/* SDM 3, 11.4.1: registers are accessed by 32 bits; what else does is undefined. Here: nothing. */
static void ignore(struct vp *vp, uint64_t gpa)
{
	if (gpa / PAGE_SIZE != APIC_PAGE / PAGE_SIZE)
		vcpu_violation(vp, "narrow_store_to_moved_apic", gpa);
	vcpu_note(vp, "narrow_store_to_apic", gpa);
	hv_lock();
	const struct page_tables *tables = views_without_apic();

	hv_unlock();
	holes_answer(vp, tables, gpa, true);
}

void apic_trap_exit(struct vp *vp, uint64_t gpa)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	uint32_t reg = (uint32_t)(gpa % PAGE_SIZE);
	uint8_t code[INSTRUCTION_MAX];
	size_t length = memory_fetch(vmcb, code, sizeof(code));
	struct store store;

	if (decode_is_narrow_store(code, length)) {
		ignore(vp, gpa);
		return;
	}
	vp->gpr[REG_RAX] = vmcb->rax;
	vp->gpr[REG_RSP] = vmcb->rsp;
	if (!(vmcb->cs.attributes & VMCB_ATTRIBUTE_L) ||
	    !decode_store32(code, length, vp->gpr, &store))
		vcpu_violation(vp, "unknown_store_to_apic", gpa);
	if (store.exchanged == REG_RAX)
		vmcb->rax = apic_read(reg);
	else if (store.exchanged >= 0 && store.exchanged != REG_RSP)
		vp->gpr[store.exchanged] = apic_read(reg);
	if (reg == APIC_ICR_LOW)
		ipi_command(vp, apic_read(APIC_ICR_HIGH) >> XAPIC_DESTINATION_SHIFT, store.value);
	else
		apic_write(reg, store.value);
	if (reg == APIC_LDR)
		vp->events.ldr = store.value >> XAPIC_DESTINATION_SHIFT;
	vcpu_skip(vp, store.length);
}
