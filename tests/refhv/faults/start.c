/* SPDX-License-Identifier: MIT */
/* Wrong registers, set after the guest's context was checked and logged. */
#include "tests/refhv/faults/start.h"

#include <stddef.h>

#define AT(field) offsetof(struct hv_vp_context, field)

static const struct {
	size_t at;
	enum fault_effect effect;
	bool is_16_bits; /* a selector or a limit */
} registers[] = {
	{AT(cr0), FAULT_START_CR0, false},
	{AT(cr3), FAULT_START_CR3, false},
	{AT(cr4), FAULT_START_CR4, false},
	{AT(efer), FAULT_START_EFER, false},
	{AT(rip), FAULT_START_RIP, false},
	{AT(rsp), FAULT_START_RSP, false},
	{AT(rflags), FAULT_START_RFLAGS, false},
	{AT(fs.base), FAULT_START_FS_BASE, false},
	{AT(gs.base), FAULT_START_GS_BASE, false},
	{AT(pat), FAULT_START_PAT, false},
	{AT(gdtr.base), FAULT_START_GDTR, false},
	{AT(idtr.base), FAULT_START_IDTR, false},
	{AT(tr.selector), FAULT_START_TR, true},
	{AT(cs.selector), FAULT_START_CS, true},
	{AT(ldtr.selector), FAULT_START_LDTR, true},
	{AT(gdtr.limit), FAULT_START_GDTR_LIMIT, true},
	{AT(idtr.limit), FAULT_START_IDTR_LIMIT, true},
};

void start_fault_registers(struct faults *faults, uint32_t vp, uint32_t caller,
			   struct hv_vp_context *context)
{
	if (!faults->count)
		return;
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		const struct fault *fault =
			fault_strike(faults, registers[i].effect, vp, caller, FAULT_ANY);
		void *at = (uint8_t *)context + registers[i].at;

		if (fault && registers[i].is_16_bits)
			*(uint16_t *)at = (uint16_t)fault_value(fault, *(uint16_t *)at);
		else if (fault)
			*(uint64_t *)at = fault_value(fault, *(uint64_t *)at);
	}
}
