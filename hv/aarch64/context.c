/* SPDX-License-Identifier: MIT */
/* The input block of HvCallStartVirtualProcessor: a complete register state. */
#include "hv/hv.h"
#include "hv/aarch64/tlfs.h"

_Static_assert(sizeof(struct hvsmp_start_vp_input) == HVSMP_START_INPUT_SIZE, "face and ABI agree");

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
				.pc = context->pc,
				.sp_el1 = context->sp_el1,
				.sctlr_el1 = context->sctlr,
				.mair_el1 = context->mair,
				.tcr_el1 = context->tcr,
				.vbar_el1 = context->vbar,
				.ttbr0_el1 = context->ttbr0,
				.ttbr1_el1 = context->ttbr1,
				.x18 = context->x18,
			},
	};
}
