/* SPDX-License-Identifier: MIT */
/* HvCallStartVirtualProcessor: a complete register state instead of INIT-SIPI. */
#include "hv/hv.h"
#include "hv/tlfs.h"

struct hvsmp_result hvsmp_start_vp(const struct hvsmp_caller *caller, uint32_t vp_index,
				   const struct hvsmp_context *context)
{
	hvsmp_start_vp_fill(caller->input.va, vp_index, caller->vtl, context);
	return hvsmp_call(caller, HVSMP_CALL_START_VP, 0, 0);
}
