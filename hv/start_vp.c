/* SPDX-License-Identifier: MIT */
/* HvCallStartVirtualProcessor: a complete register state instead of INIT-SIPI. */
#include "hv/hv.h"
#include "hv/tlfs.h"

_Static_assert(sizeof(struct hvsmp_start_vp_input) == HVSMP_START_INPUT_SIZE, "face and ABI agree");

static struct hvsmp_segment_register segment(const struct arch_segment *s)
{
	return (struct hvsmp_segment_register){s->base, s->limit, s->selector, s->attributes};
}

static struct hvsmp_table_register table(const struct arch_table *t)
{
	return (struct hvsmp_table_register){.limit = t->limit, .base = t->base};
}

void hvsmp_start_vp_fill(struct hvsmp_start_vp_input *in, uint32_t vp_index, uint8_t vtl,
			 const struct arch_state *state)
{
	*in = (struct hvsmp_start_vp_input){
		.partition_id = HVSMP_PARTITION_SELF,
		.vp_index = vp_index,
		.target_vtl = vtl,
		.context =
			{
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
				.idtr = table(&state->idtr),
				.gdtr = table(&state->gdtr),
				.efer = state->efer,
				.cr0 = state->cr0,
				.cr3 = state->cr3,
				.cr4 = state->cr4,
				.pat = state->pat,
			},
	};
}

struct hvsmp_result hvsmp_start_vp(const struct hvsmp_caller *caller, uint32_t vp_index,
				   const struct arch_state *state)
{
	hvsmp_start_vp_fill(caller->input, vp_index, caller->vtl, state);
	return hvsmp_call(caller, HVSMP_CALL_START_VP, 0, 0);
}
