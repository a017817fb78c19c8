/* SPDX-License-Identifier: MIT */
/*
 * What VTL 1 forbids is in the nested tables of VTL 0. An access against it is a message to VTL 1
 * of the same VP, which comes to run with its interrupt; VTL 0's instruction is not done.
 */
#include "tests/refhv/vmm/protect.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/calls/decode.h"
#include "tests/refhv/calls/intercept.h"
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/paging.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"
#include "tests/refhv/vmm/views.h"
#include "tests/refhv/vmm/vtl.h"

#define SINT 0
/* Of messages that VTL 1 of a VP does not get: VTL 0 meets the same instruction, and again. */
#define LOST_LINES     4
#define PRIORITY_SHIFT 4

static bool is_allowed(uint64_t entry, enum hv_access access)
{
	if (!(entry & PAGING_PRESENT))
		return false;
	if (access == HV_ACCESS_WRITE)
		return entry & PAGING_WRITABLE;
	return access != HV_ACCESS_EXECUTE || !(entry & PAGING_NO_EXEC);
}

bool protect_allows(const struct vp *vp, uint64_t gpa, bool is_write)
{
	if (vp->active_vtl || !hv.nested[0].root)
		return true;
	uint64_t entry = paging_look(&hv.nested[0], gpa);

	return !(entry & PAGING_NARROWED) ||
	       is_allowed(entry, is_write ? HV_ACCESS_WRITE : HV_ACCESS_READ);
}

/* Every VMRUN drops all translations: it is enough that a VP leaves its guest. */
void protect_flush_others(struct vp *vp)
{
	for (uint32_t i = 0; i < hv.partition.vp_count; i++) {
		struct vp *other = hv.partition.vps[i];
		uint32_t entries = __atomic_load_n(&other->processor.entries, __ATOMIC_SEQ_CST);

		if (other == vp || !processor_is_in_guest(other, entries))
			continue;
		if (!events_kick(other))
			vcpu_remark(vp, "protection_reaches_vp_at_its_next_exit", other->index);
		else if (!processor_wait_out(other, entries))
			vcpu_note(vp, "protection_does_not_reach_vp", other->index);
	}
}

static struct hv_segment segment(const struct vmcb_segment *s)
{
	return (struct hv_segment){
		.base = s->base,
		.limit = s->limit,
		.selector = s->selector,
		.attributes = DESCRIPTOR_ATTRIBUTES(s->attributes),
	};
}

static uint16_t state_of(const struct vmcb *vmcb)
{
	uint32_t state = vmcb->cpl & HV_STATE_CPL;

	state |= vmcb->cr0 & CR0_PE ? HV_STATE_CR0_PE : 0;
	state |= vmcb->cr0 & CR0_AM ? HV_STATE_CR0_AM : 0;
	state |= vmcb->efer & EFER_LMA ? HV_STATE_EFER_LMA : 0;
	state |= vmcb->event_inject & EVENT_VALID ? HV_STATE_PENDING : 0;
	state |= vmcb->int_state & INT_STATE_SHADOW ? HV_STATE_SHADOW : 0;
	return (uint16_t)state; /* in VTL 0 */
}

static void fill(struct vp *vp, uint64_t gpa, enum hv_access access, uint8_t *code,
		 struct intercept *what)
{
	const struct vmcb *vmcb = vp_active(vp)->vmcb;
	bool is_fetch = access == HV_ACCESS_EXECUTE;
	size_t bytes = is_fetch ? 0 : memory_fetch(vmcb, code, HV_INTERCEPT_CODE_MAX);
	bool is_64 = vmcb->cs.attributes & VMCB_ATTRIBUTE_L;

	*what = (struct intercept){
		.vp_index = vp->index,
		.access = access,
		.state = state_of(vmcb),
		.cr8 = (uint8_t)(apic_register(APIC_TPR) >> PRIORITY_SHIFT & 0xF),
		.cs = segment(&vmcb->cs),
		.rip = vmcb->rip,
		.rflags = vmcb->rflags,
		.gpa = gpa,
		.code = code,
		.code_bytes = bytes,
		.length = is_64 ? decode_length(code, bytes) : 0,
	};
}

/* Why VTL 1 does not get the message, or NULL: it has it, and its interrupt. */
static const char *tell(struct vp *vp, const struct intercept *what)
{
	struct synic *synic = &vp->vtl[1].synic;
	struct hv_message message;

	if (!(vp_vtls(vp) >> 1 & 1))
		return "no_vtl";
	intercept_message(&message, what);
	hv_lock();
	bool is_heard = !(synic->sints[SINT] & (HV_SINT_MASKED | HV_SINT_POLLING));
	bool is_there = is_heard && synic_post(synic, SINT, &message);

	hv_unlock();
	if (!is_heard)
		return "masked";
	return is_there ? NULL : "no_slot";
}

static void intercept_line(struct vp *vp, const struct intercept *what, const char *lost)
{
	static const char *const names[] = {"read", "write", "execute"};

	line_begin_if(&vp->line, "intercept", hv_tells_all() || lost);
	line_add(&vp->line, " vp=%u vtl=%u gpa=0x%lx rip=0x%lx access=%s", vp->index,
		 vp->active_vtl, what->gpa, what->rip, names[what->access]);
	if (lost)
		line_add(&vp->line, " lost=%s", lost);
	log_emit(&vp->line);
}

static void intercept(struct vp *vp, uint64_t gpa, enum hv_access access)
{
	const struct fault *fault = hv_fault(FAULT_VTL_INTERCEPT, vp);
	uint8_t code[HV_INTERCEPT_CODE_MAX];
	struct intercept what;

	fill(vp, gpa, access, code, &what);
	const char *lost = fault ? "fault" : tell(vp, &what);

	if (!lost || vp->lost_intercepts++ < LOST_LINES) {
		intercept_line(vp, &what, lost);
		if (lost && !fault)
			vcpu_note(vp, "access_to_protected_memory_and_nobody_to_tell", gpa);
	}
	if (!lost)
		vtl_interrupt(vp);
	else if (fault && fault->value == INTERCEPT_SKIPPED)
		vcpu_skip(vp, what.length);
}

bool protect_exit(struct vp *vp, uint64_t gpa)
{
	uint64_t info = vp_active(vp)->vmcb->exit_info_1;
	enum hv_access access = info & NPF_FETCH   ? HV_ACCESS_EXECUTE
				: info & NPF_WRITE ? HV_ACCESS_WRITE
						   : HV_ACCESS_READ;

	if (vp->active_vtl || hv.partition.cfg.vtl || !memory_guest_ram(gpa, 1))
		return false;
	uint64_t entry = paging_look(&hv.nested[0], gpa);

	if (!is_allowed(entry, access)) {
		if (!(entry & PAGING_NARROWED))
			return false;
		intercept(vp, gpa, access);
	}
	return true; /* it is allowed by now: once more */
}
