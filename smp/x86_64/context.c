/* SPDX-License-Identifier: MIT */
/* From the state in which this kernel wants a processor to what the hypervisor is asked for. */
#include "smp/internal.h"

#include "arch/x86_64/x86.h"

static struct hvsmp_segment segment(const struct arch_segment *s)
{
	return (struct hvsmp_segment){s->base, s->limit, s->selector, s->attributes};
}

void smp_context(const struct arch_state *state, struct hvsmp_context *out)
{
	*out = (struct hvsmp_context){
		.rip = state->rip,
		.rsp = state->rsp,
		.rflags = state->rflags,
		.cs = segment(&state->cs),
		.ds = segment(&state->ds),
		.es = segment(&state->es),
		.fs = segment(&state->fs),
		.gs = segment(&state->gs),
		.ss = segment(&state->ss),
		.tr = segment(&state->tr),
		.ldtr = segment(&state->ldtr),
		.gdtr = {state->gdtr.base, state->gdtr.limit},
		.idtr = {state->idtr.base, state->idtr.limit},
		.cr0 = state->cr0,
		.cr3 = state->cr3,
		.cr4 = state->cr4,
		.efer = state->efer,
		.pat = state->pat,
	};
}

void smp_context_of(const struct arch_cpu *block, struct hvsmp_context *out)
{
	smp_context(arch_cpu_wanted(block), out);
}

void context_fill(struct cpu *cpu)
{
	smp_context_of(arch_of(cpu), &cpu->start.context);
}
