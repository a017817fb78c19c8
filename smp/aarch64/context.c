/* SPDX-License-Identifier: MIT */
/* From the state in which this kernel wants a processor to what the hypervisor is asked for. */
#include "smp/internal.h"

#include "arch/aarch64/arm.h"

void smp_context(const struct arch_state *state, struct hvsmp_context *out)
{
	*out = (struct hvsmp_context){
		.pc = state->pc,
		.sp_el1 = state->sp_el1,
		.sctlr = state->sctlr,
		.mair = state->mair,
		.tcr = state->tcr,
		.vbar = state->vbar,
		.ttbr0 = state->ttbr0,
		.ttbr1 = state->ttbr1,
		.x18 = state->x18,
	};
}

void context_fill(struct cpu *cpu)
{
	smp_context(arch_cpu_wanted(arch_of(cpu)), &cpu->start.context);
}
