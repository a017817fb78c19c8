/* SPDX-License-Identifier: MIT */
/* HvCallGetVpIndexFromApicId (0x9A): for each APIC id of the list, its VP index. */
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/calls/map_list.h"

/*
 * Documents do not say what a VP is without the VTL that is asked about. Here, as in OpenVMM, it is
 * unknown; but not where all begin in VTL 2, which Linux enables after it has asked.
 */
static bool has_vtl(const struct hypercall *call, const struct vp *vp)
{
	const struct hv_map_input *input = call->input;

	return call->partition->cfg.vtl || vp_vtls(vp) >> input->target_vtl & 1;
}

static bool find(const struct map_list *list, uint64_t id, uint32_t *index)
{
	const struct hypercall *call = list->ctx;
	const struct vp *vp = id < MAX_APIC_IDS ? call->partition->by_apic_id[id] : NULL;

	if (!vp || !has_vtl(call, vp))
		return false;
	*index = vp->index;
	return true;
}

enum hv_status map_vp_call(struct hypercall *call)
{
	struct partition *partition = call->partition;
	const struct hv_map_input *input = call->input;
	struct map_list list = {
		.faults = &partition->cfg.faults,
		.line = &call->caller->line,
		.caller = call->caller->index,
		.ids = (const uint8_t *)(input + 1),
		.answers = call->output,
		.id_step = partition->cfg.stride,
		.answer_step = partition->cfg.stride,
		.start = call->control.rep_start,
		.count = call->control.rep_count,
		.one_rep = partition->cfg.one_rep,
		.find = find,
		.ctx = call,
	};

	call->reps_done = list.start;
	line_add(list.line, " start=%u count=%u target_vtl=%u", list.start, list.count,
		 input->target_vtl);
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
	status = map_list_run(&list);
	call->reps_done = list.done;
	call->raises_ud = list.raises_ud;
	call->garbage = list.garbage;
	return status;
}
