/* SPDX-License-Identifier: MIT */
/* Wrong registers in a start context: after it was checked and logged, as the guest has asked. */
#include "tests/refhv/hypercall.h"

static uint64_t *wide_register(struct hv_vp_context *c, enum fault_effect effect)
{
	switch (effect) {
	case FAULT_START_CR3: return &c->cr3;
	case FAULT_START_CR4: return &c->cr4;
	case FAULT_START_EFER: return &c->efer;
	case FAULT_START_RIP: return &c->rip;
	case FAULT_START_RSP: return &c->rsp;
	case FAULT_START_RFLAGS: return &c->rflags;
	case FAULT_START_FS_BASE: return &c->fs.base;
	case FAULT_START_GS_BASE: return &c->gs.base;
	case FAULT_START_PAT: return &c->pat;
	case FAULT_START_GDTR: return &c->gdtr.base;
	case FAULT_START_IDTR: return &c->idtr.base;
	default: return &c->cr0;
	}
}

void start_fault_registers(const struct hypercall *call, uint32_t vp, struct hv_vp_context *c)
{
	for (int i = FAULT_REGISTER_FIRST; i <= FAULT_REGISTER_LAST; i++) {
		enum fault_effect effect = (enum fault_effect)i;
		const struct fault *fault = hypercall_fault(call, effect, vp, FAULT_ANY);

		if (!fault)
			continue;
		if (effect == FAULT_START_TR)
			c->tr.selector = (uint16_t)fault_value(fault, c->tr.selector);
		else if (effect == FAULT_START_CS)
			c->cs.selector = (uint16_t)fault_value(fault, c->cs.selector);
		else
			*wide_register(c, effect) = fault_value(fault, *wide_register(c, effect));
	}
}
