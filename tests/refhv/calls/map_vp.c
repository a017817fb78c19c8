/* SPDX-License-Identifier: MIT */
/* HvCallGetVpIndexFromApicId (0x9A): for each APIC id of the list, its VP index. */
#include "tests/refhv/calls/hypercall.h"

static void log_ids(struct hypercall *call, uint32_t attempted)
{
	const struct hv_map_input *input = call->input;
	const uint8_t *ids = (const uint8_t *)(input + 1);
	struct line *line = &call->caller->line;
	uint32_t stride = call->partition->cfg.stride;
	uint32_t start = call->control.rep_start;

	for (uint32_t i = start; i < attempted; i++)
		line_add(line, "%s%u", i == start ? " apic_ids=" : ",",
			 *(const uint32_t *)(ids + (size_t)i * stride));
	for (uint32_t i = start; i < call->reps_done; i++)
		line_add(line, "%s%u", i == start ? " vp_indexes=" : ",",
			 *(const uint32_t *)((const uint8_t *)call->output + (size_t)i * stride));
}

/*
 * Documents do not say what a VP is without the VTL that is asked about. Here, as in OpenVMM, it is
 * unknown; but not where all begin in VTL 2, which Linux enables after it has asked.
 */
static bool has_vtl(const struct hypercall *call, const struct vp *vp, uint8_t vtl)
{
	return call->partition->cfg.vtl || vp_vtls(vp) >> vtl & 1;
}

/* One element: false when no VP has this APIC id. An 8-byte element is written as a whole. */
static bool map_element(const struct hypercall *call, uint32_t i, bool is_untouched)
{
	const struct hv_map_input *input = call->input;
	uint32_t stride = call->partition->cfg.stride;
	uint32_t apic_id = *(const uint32_t *)((const uint8_t *)(input + 1) + (size_t)i * stride);
	uint8_t *out = (uint8_t *)call->output + (size_t)i * stride;
	const struct vp *vp = apic_id < MAX_APIC_IDS ? call->partition->by_apic_id[apic_id] : NULL;

	if (!vp || !has_vtl(call, vp, input->target_vtl) ||
	    hypercall_fault(call, FAULT_MAP_UNKNOWN, FAULT_ANY, apic_id))
		return false;
	const struct fault *fault = hypercall_fault(call, FAULT_MAP_ANSWER, FAULT_ANY, apic_id);
	uint32_t index = fault ? (uint32_t)fault->value : vp->index;

	if (is_untouched)
		return true;
	if (stride == sizeof(uint64_t))
		*(uint64_t *)out = index;
	else
		*(uint32_t *)out = index;
	return true;
}

enum hv_status map_vp_call(struct hypercall *call)
{
	struct partition *partition = call->partition;
	const struct hv_map_input *input = call->input;
	uint32_t start = call->control.rep_start;
	uint32_t end = partition->cfg.one_rep ? start + 1 : (uint32_t)call->control.rep_count;
	uint32_t i = start;

	call->reps_done = start;
	line_add(&call->caller->line, " start=%u count=%u target_vtl=%u", start,
		 (unsigned int)call->control.rep_count, input->target_vtl);
	if (input->partition_id != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	enum hv_status status = hypercall_check_vtl(call, input->target_vtl);

	if (status != HV_SUCCESS)
		return status;
	/*
	 * Padding of 8-byte elements is not checked: a guest may have to find out the element size.
	 */
	if (!hypercall_is_zero(call, input->padding, sizeof(input->padding)))
		return HV_INVALID_PARAMETER;
	const struct fault *fault = hypercall_fault(call, FAULT_MAP_STATUS, FAULT_ANY, FAULT_ANY);

	hypercall_common_faults(call, FAULT_MAP_UD, FAULT_MAP_GARBAGE, FAULT_ANY);
	if (fault || call->raises_ud)
		return fault ? (enum hv_status)fault->value : HV_SUCCESS;
	fault = hypercall_fault(call, FAULT_MAP_REPS, FAULT_ANY, FAULT_ANY);
	if (fault && end - start > fault->value)
		end = start + (uint32_t)fault->value;
	bool is_untouched = hypercall_fault(call, FAULT_MAP_UNTOUCHED, FAULT_ANY, FAULT_ANY);

	while (i < end && map_element(call, i, is_untouched))
		i++;
	call->reps_done = i;
	log_ids(call, i < end ? i + 1 : i);
	return i < end ? HV_INVALID_PARAMETER : HV_SUCCESS;
}
