/* SPDX-License-Identifier: MIT */
/*
 * HvCallGetVpIndexFromApicId (0x9A) by its ARM64 side: for each MPIDR of the list, its VP index. An
 * id is the affinity fields and nothing else: bit 31 of MPIDR_EL1, which is always set there, makes
 * one that no VP has.
 */
#include "tests/refhv/aarch64/calls/hypercall.h"
#include "tests/refhv/calls/map_list.h"

static bool find(const struct map_list *list, uint64_t id, uint32_t *index)
{
	const struct hypercall *call = list->ctx;

	for (uint32_t i = 0; i < call->vp_count; i++) {
		if (call->vps[i]->mpidr != id)
			continue;
		*index = call->vps[i]->index;
		return true;
	}
	return false;
}

enum hv_status map_vp_call(struct hypercall *call)
{
	const struct hv_map_input *input = call->input;
	struct map_list list = {
		.faults = &call->cfg->faults,
		.line = &call->caller->line,
		.caller = call->caller->index,
		.ids = (const uint8_t *)(input + 1),
		.answers = call->output,
		.id_step = sizeof(uint64_t),
		.answer_step = call->cfg->stride,
		.is_wide = true,
		.start = call->control.rep_start,
		.count = call->control.rep_count,
		.one_rep = call->cfg->one_rep,
		.find = find,
		.ctx = call,
	};
	enum hv_status status = hypercall_check_vtl(input->target_vtl);

	call->reps_done = list.start;
	line_add(list.line, " start=%u count=%u target_vtl=%u", list.start, list.count,
		 input->target_vtl);
	if (input->partition_id != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	if (status != HV_SUCCESS)
		return status;
	if (!hypercall_is_zero(call, input->padding, sizeof(input->padding)))
		return HV_INVALID_PARAMETER;
	status = map_list_run(&list);
	call->reps_done = list.done;
	call->raises_ud = list.raises_ud;
	call->garbage = list.garbage;
	return status;
}
