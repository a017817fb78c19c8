/* SPDX-License-Identifier: MIT */
/*
 * HvCallEnablePartitionVtl (0x0D) and HvCallEnableVpVtl (0x0F): a VTL for the partition, and one
 * that the partition has for a VP that lacks it. The context of 0x0F is where that VP enters the
 * VTL when it comes there from a lower one; a VP that 0x99 starts in the VTL begins at the context
 * of 0x99 instead. From below a VP gets the VTL only if it is the first, and for itself.
 */
#include "tests/refhv/calls/hypercall.h"

#define BYTE_BITS 8

static struct hv_partition_vtl_input partition_input(const struct hypercall *call)
{
	struct hv_partition_vtl_input input;

	if (!call->control.fast)
		return *(const struct hv_partition_vtl_input *)call->input;
	input = (struct hv_partition_vtl_input){
		.partition_id = call->input_gpa,
		.target_vtl = (uint8_t)call->output_gpa,
		.flags = (uint8_t)(call->output_gpa >> 8),
	};
	for (uint32_t i = 0; i < sizeof(input.padding); i++)
		input.padding[i] = (uint8_t)(call->output_gpa >> BYTE_BITS * (2 + i));
	return input;
}

static enum hv_status check_partition(struct hypercall *call,
				      const struct hv_partition_vtl_input *input)
{
	if (input->partition_id != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	/* VTL 0 is never enabled, it is there. */
	if (!input->target_vtl || input->target_vtl > partition_maximum_vtl(call->partition))
		return HV_ACCESS_DENIED;
	if (input->flags)
		return HV_INVALID_PARAMETER;
	if (!hypercall_is_zero(call, input->padding, sizeof(input->padding)))
		return HV_INVALID_PARAMETER;
	return partition_vtls(call->partition) >> input->target_vtl & 1 ? HV_INVALID_VTL_STATE
									: HV_SUCCESS;
}

enum hv_status enable_partition_vtl_call(struct hypercall *call)
{
	struct hv_partition_vtl_input input = partition_input(call);
	uint32_t bit = 1U << input.target_vtl % VTLS;

	line_add(&call->caller->line, " target_vtl=%u flags=0x%02x", input.target_vtl, input.flags);
	enum hv_status status = check_partition(call, &input);
	const struct fault *fault =
		hypercall_fault(call, FAULT_VSM_PARTITION_STATUS, FAULT_ANY, FAULT_ANY);

	if (fault)
		return (enum hv_status)fault->value;
	if (status != HV_SUCCESS)
		return status;
	/* Of several callers one enables it. */
	uint32_t before = __atomic_fetch_or(&call->partition->higher_vtls, bit, __ATOMIC_ACQ_REL);

	return before & bit ? HV_INVALID_VTL_STATE : HV_SUCCESS;
}

static enum hv_status check_target(struct hypercall *call, const struct hv_start_input *input,
				   const struct vp *target)
{
	const struct partition *partition = call->partition;
	uint32_t vtl = input->target_vtl;

	if (input->partition_id != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	if (!target)
		return HV_INVALID_VP_INDEX;
	if (!vtl || vtl > HV_VTL_HIGHEST || vtl > partition_maximum_vtl(partition))
		return HV_INVALID_PARAMETER;
	if (!hypercall_is_zero(call, input->padding, sizeof(input->padding)))
		return HV_INVALID_PARAMETER;
	if (!(partition_vtls(partition) >> vtl & 1))
		return HV_INVALID_VTL_STATE;
	if (vtl > call->caller->active_vtl &&
	    (target != call->caller || __atomic_load_n(&partition->has_first_vp, __ATOMIC_ACQUIRE)))
		return HV_ACCESS_DENIED;
	return vp_vtls(target) >> vtl & 1 ? HV_VTL_ALREADY_ENABLED : HV_SUCCESS;
}

/* Of several callers one enables it; and from below, one for all VPs. */
static enum hv_status enable(struct hypercall *call, struct vp *target, uint32_t vtl,
			     const struct hv_vp_context *context)
{
	uint32_t bit = 1U << vtl;

	if (vtl > call->caller->active_vtl &&
	    __atomic_exchange_n(&call->partition->has_first_vp, 1, __ATOMIC_ACQ_REL))
		return HV_ACCESS_DENIED;
	if (__atomic_fetch_or(&target->claimed_vtls, bit, __ATOMIC_ACQ_REL) & bit)
		return HV_VTL_ALREADY_ENABLED;
	target->vtl[vtl].entry = *context;
	target->vtl[vtl].life = VTL_FRESH;
	__atomic_fetch_or(&target->higher_vtls, bit, __ATOMIC_RELEASE);
	call->enabled = target;
	call->enabled_vtl = (uint8_t)vtl;
	return HV_SUCCESS;
}

enum hv_status enable_vtl_call(struct hypercall *call)
{
	struct hv_start_input input = *(const struct hv_start_input *)call->input;
	struct vp *target =
		input.vp_index < MAX_VP_INDEXES ? call->partition->by_index[input.vp_index] : NULL;
	struct line *line = &call->caller->line;

	if (input.vp_index == HV_VP_SELF)
		target = call->caller;
	hypercall_log_context(line, &input, target);
	enum hv_status status = check_target(call, &input, target);
	const struct fault *fault =
		target ? hypercall_fault(call, FAULT_VSM_VP_STATUS, target->index, FAULT_ANY)
		       : NULL;

	if (fault)
		return (enum hv_status)fault->value;
	if (status != HV_SUCCESS)
		return status;
	const char *bad = hypercall_bad_register(call, &input.context);

	if (bad) {
		line_add(line, " bad_register=%s", bad);
		return HV_INVALID_REGISTER_VALUE;
	}
	return enable(call, target, input.target_vtl, &input.context);
}
