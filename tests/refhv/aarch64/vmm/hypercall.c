/* SPDX-License-Identifier: MIT */
/* A call with parameters in memory: what it needs of the machine, and what it brings about. */
#include "tests/refhv/aarch64/calls/hypercall.h"
#include "tests/refhv/aarch64/vmm/hv.h"
#include "tests/refhv/log.h"

void *hv_guest_ram(uint64_t gpa, uint64_t bytes)
{
	bool is_ram = gpa >= hv.ram_start && gpa < hv.ram_end && bytes <= hv.ram_end - gpa;
	bool is_ours = gpa < hv.arena.end && gpa + bytes > hv.arena.start;

	return is_ram && !is_ours ? (void *)gpa : NULL;
}

/* The HVC is an instruction that EL1 does not know. */
static void raise_undefined(void)
{
	uint64_t spsr = READ_SYSREG(spsr_el2);
	uint64_t vector = spsr & SPSR_SP_EL1 ? VECTOR_SP_EL1 : VECTOR_SP_EL0;

	WRITE_SYSREG(esr_el1, ESR_UNDEFINED);
	WRITE_SYSREG(elr_el1, READ_SYSREG(elr_el2) - INSTRUCTION_SIZE);
	WRITE_SYSREG(spsr_el1, spsr);
	WRITE_SYSREG(spsr_el2, SPSR_EL1H | SPSR_DAIF);
	WRITE_SYSREG(elr_el2, READ_SYSREG(vbar_el1) + vector);
}

static void tell_broken(struct vp *vp, const struct hypercall *call)
{
	line_begin(&vp->line, hv.cfg.notes ? "note" : "violation");
	line_add(&vp->line, " vp=%u what=%s address=0x%lx pc=0x%lx vtl=0", vp->index, call->broken,
		 call->input_gpa, READ_SYSREG(elr_el2));
	log_emit(&vp->line);
}

uint64_t hypercall_exit(struct vp *vp, const uint64_t x[3])
{
	struct hypercall call = {
		.cfg = &hv.cfg,
		.vps = hv.vps,
		.vp_count = hv.vp_count,
		.physical_bits = hv.physical_bits,
		.has_os_id = __atomic_load_n(&hv.registers.os_id, __ATOMIC_ACQUIRE),
		.guest_ram = hv_guest_ram,
		.caller = vp,
		.control = {.as_u64 = x[0]},
		.input_gpa = x[1],
		.output_gpa = x[2],
	};
	uint64_t result = hypercall_dispatch(&call);

	log_emit(&vp->line); /* of a start: before the line of the run */
	if (call.broken)
		tell_broken(vp, &call);
	if (call.started)
		psci_launch(vp, call.started);
	while (call.caller_dies)
		cpu_pause();
	if (!call.raises_ud)
		return result;
	raise_undefined();
	return x[0];
}
