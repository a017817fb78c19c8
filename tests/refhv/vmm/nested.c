/* SPDX-License-Identifier: MIT */
/* Nested page faults: accesses that are trapped or forbidden. */
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/apic_base.h"
#include "tests/refhv/vmm/exits.h"
#include "tests/refhv/vmm/holes.h"
#include "tests/refhv/vmm/protect.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"
#include "tests/refhv/x86.h"

static bool in_range(struct range range, uint64_t address)
{
	return address >= range.start && address < range.end;
}

/* Where nothing is: the end of the run, or, if violations are notes, ones. */
static void nothing_there(struct vp *vp, uint64_t gpa, const struct page_tables *tables,
			  bool is_write)
{
	static uint64_t noted = UINT64_MAX; /* one line for many accesses to one page */
	const char *what = in_range(hv.arena, gpa) || in_range(hv.trampoline, gpa)
				   ? "access_to_hypervisor_memory"
				   : "access_to_hole";

	if (!hv.partition.cfg.notes)
		vcpu_violation(vp, what, gpa);
	if (__atomic_exchange_n(&noted, gpa / PAGE_SIZE, __ATOMIC_RELAXED) != gpa / PAGE_SIZE)
		vcpu_note(vp, what, gpa);
	holes_answer(vp, tables, gpa, is_write);
}

void nested_exit(struct vp *vp)
{
	const struct vmcb *vmcb = vp_active(vp)->vmcb;
	uint64_t gpa = vmcb->exit_info_2;
	uint64_t page = gpa & ~(PAGE_SIZE - 1);
	uint64_t msr = hv.partition.vtl[vp->active_vtl].hypercall;
	bool is_write = vmcb->exit_info_1 & NPF_WRITE;
	const struct page_tables *tables = apic_base_tables(vp);
	uint64_t apic = apic_base_page(vp);

	if (is_write && page == APIC_PAGE && tables != &hv.nested[vp->active_vtl])
		holes_answer(vp, tables, gpa, is_write); /* switched off, or elsewhere */
	else if (is_write && hv.armed && page == apic)
		apic_trap_exit(vp, gpa);
	else if (is_write && msr & HV_HYPERCALL_ENABLE && page == (msr & HV_HYPERCALL_PAGE)) {
		vcpu_note(vp, "write_to_hypercall_page", gpa);
		vcpu_inject_error(vp, EXCEPTION_GP, 0);
	} else if (!protect_exit(vp, gpa)) {
		nothing_there(vp, gpa, tables, is_write);
	}
}
