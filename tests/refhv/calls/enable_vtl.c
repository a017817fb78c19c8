/* SPDX-License-Identifier: MIT */
/*
 * HvCallEnableVpVtl (0x0F): a VTL that the partition has, on a VP that lacks it. The context is
 * where that VP would enter the VTL if it came there from a lower one; a VP that 0x99 starts in the
 * VTL begins at the context of 0x99, so this one is checked and not kept.
 */
#include "tests/refhv/calls/hypercall.h"

static enum hv_status check_target(struct hypercall *call, const struct hv_start_input *input,
				   const struct vp *target)
{
	if (input->partition_id != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	if (!target)
		return HV_INVALID_VP_INDEX;
	/* VTL 0 is never enabled, it is there. */
	if (!input->target_vtl || input->target_vtl > HV_VTL_HIGHEST)
		return HV_INVALID_PARAMETER;
	if (!hypercall_is_zero(call, input->padding, sizeof(input->padding)))
		return HV_INVALID_PARAMETER;
	if (!(partition_vtls(call->partition) >> input->target_vtl & 1))
		return HV_INVALID_VTL_STATE;
	return hypercall_check_vtl(call, input->target_vtl);
}

enum hv_status enable_vtl_call(struct hypercall *call)
{
	struct hv_start_input input = *(const struct hv_start_input *)call->input;
	struct partition *partition = call->partition;
	struct vp *target =
		input.vp_index < MAX_VP_INDEXES ? partition->by_index[input.vp_index] : NULL;
	struct line *line = &call->caller->line;

	if (input.vp_index == HV_VP_SELF)
		target = call->caller;
	hypercall_log_context(line, &input, target);
	enum hv_status status = check_target(call, &input, target);

	if (status != HV_SUCCESS)
		return status;
	if (vp_vtls(target) >> input.target_vtl & 1)
		return HV_VTL_ALREADY_ENABLED;
	const char *bad = context_bad_register(&input.context, &partition->limits);

	if (bad) {
		line_add(line, " bad_register=%s", bad);
		return HV_INVALID_REGISTER_VALUE;
	}
	/* Of several callers one enables it. */
	uint32_t bit = 1U << input.target_vtl;
	uint32_t before = __atomic_fetch_or(&target->higher_vtls, bit, __ATOMIC_ACQ_REL);

	return before & bit ? HV_VTL_ALREADY_ENABLED : HV_SUCCESS;
}
