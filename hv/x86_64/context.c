/* SPDX-License-Identifier: MIT */
/* The input block of HvCallStartVirtualProcessor: a complete register state. */
#include "hv/hv.h"
#include "hv/x86_64/tlfs.h"

_Static_assert(sizeof(struct hvsmp_start_vp_input) == HVSMP_START_INPUT_SIZE, "face and ABI agree");

static struct hvsmp_segment_register segment(const struct hvsmp_segment *s)
{
	return (struct hvsmp_segment_register){s->base, s->limit, s->selector, s->attributes};
}

static struct hvsmp_table_register table(const struct hvsmp_table *t)
{
	return (struct hvsmp_table_register){.limit = t->limit, .base = t->base};
}

void hvsmp_start_vp_fill(void *block, uint32_t vp_index, uint8_t vtl,
			 const struct hvsmp_context *context)
{
	struct hvsmp_start_vp_input *in = block;

	*in = (struct hvsmp_start_vp_input){
		.partition_id = HVSMP_PARTITION_SELF,
		.vp_index = vp_index,
		.target_vtl = vtl,
		.context =
			{
				.rip = context->rip,
				.rsp = context->rsp,
				.rflags = context->rflags,
				.cs = segment(&context->cs),
				.ds = segment(&context->ds),
				.es = segment(&context->es),
				.fs = segment(&context->fs),
				.gs = segment(&context->gs),
				.ss = segment(&context->ss),
				.tr = segment(&context->tr),
				.ldtr = segment(&context->ldtr),
				.idtr = table(&context->idtr),
				.gdtr = table(&context->gdtr),
				.efer = context->efer,
				.cr0 = context->cr0,
				.cr3 = context->cr3,
				.cr4 = context->cr4,
				.pat = context->pat,
			},
	};
}
