/* SPDX-License-Identifier: MIT */
/* Nested page faults: accesses that are trapped or forbidden. */
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/exits.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"
#include "tests/refhv/x86.h"

static bool in_range(struct range range, uint64_t address)
{
	return address >= range.start && address < range.end;
}

void nested_exit(struct vp *vp)
{
	const struct vmcb *vmcb = vp_active(vp)->vmcb;
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
