/* SPDX-License-Identifier: MIT */
/*
 * HvCallGetVpRegisters (0x50), of the caller's own VP: which registers there are is the table
 * below. The list ends at the first name that is none.
 */
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/calls/stubs.h"

#define MAX_VALUES (HV_PAGE_SIZE / sizeof(struct hv_register_value))

static uint64_t code_page_offsets(struct partition *partition, const struct vp *vp, uint32_t vtl)
{
	if (fault_on(&partition->cfg.faults, FAULT_VTL_OFFSETS, vp->index))
		return 0;
	return stubs_of(vtl).vtl_call | (uint64_t)stubs_of(vtl).vtl_return
						<< HV_VSM_CODE_PAGE_RETURN_SHIFT;
}

static uint64_t vp_status(struct partition *partition, const struct vp *vp, uint32_t vtl)
{
	(void)partition;
	(void)vtl;
	return vp->active_vtl | (uint64_t)vp_vtls(vp) << HV_VSM_VP_STATUS_ENABLED_SHIFT;
}

static uint64_t partition_status(struct partition *partition, const struct vp *vp, uint32_t vtl)
{
	(void)vp;
	(void)vtl;
	return partition_vtls(partition) | (uint64_t)partition_maximum_vtl(partition)
						   << HV_VSM_PARTITION_STATUS_MAXIMUM_SHIFT;
}

/* As the TLFS numbers the bits; what is not here, is not claimed. */
static uint64_t capabilities(struct partition *partition, const struct vp *vp, uint32_t vtl)
{
	(void)partition;
	(void)vp;
	(void)vtl;
	return HV_VSM_CAPABILITIES_DR6_SHARED;
}

static uint64_t vp_assist(struct partition *partition, const struct vp *vp, uint32_t vtl)
{
	(void)partition;
	return vp->vtl[vtl].vp_assist;
}

static const struct {
	uint32_t name;
	uint64_t (*read)(struct partition *partition, const struct vp *vp, uint32_t vtl);
} registers[] = {
	{HV_REGISTER_VP_ASSIST_PAGE, vp_assist},
	{HV_REGISTER_VSM_CODE_PAGE_OFFSETS, code_page_offsets},
	{HV_REGISTER_VSM_VP_STATUS, vp_status},
	{HV_REGISTER_VSM_PARTITION_STATUS, partition_status},
	{HV_REGISTER_VSM_CAPABILITIES, capabilities},
};

static bool read_register(const struct hypercall *call, uint32_t vtl, uint32_t name,
			  struct hv_register_value *value)
{
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		if (registers[i].name == name) {
			value->low = registers[i].read(call->partition, call->caller, vtl);
			value->high = 0;
			return true;
		}
	}
	return false;
}

static enum hv_status check_target(struct hypercall *call, const struct hv_registers_input *input)
{
	uint32_t vp = input->vp_index == HV_VP_SELF ? call->caller->index : input->vp_index;

	if (input->partition_id != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	if (vp >= MAX_VP_INDEXES || !call->partition->by_index[vp])
		return HV_INVALID_VP_INDEX;
	if (vp != call->caller->index)
		return HV_ACCESS_DENIED;
	enum hv_status status = hypercall_check_input_vtl(call, input->target_vtl);

	if (status != HV_SUCCESS)
		return status;
	return hypercall_is_zero(call, input->padding, sizeof(input->padding))
		       ? HV_SUCCESS
		       : HV_INVALID_PARAMETER;
}

enum hv_status get_registers_call(struct hypercall *call)
{
	/* Copies: the values may be written over them. */
	struct hv_registers_input input = *(const struct hv_registers_input *)call->input;
	const uint32_t *list =
		(const uint32_t *)((const struct hv_registers_input *)call->input + 1);
	struct hv_register_value *values = call->output;
	struct line *line = &call->caller->line;
	uint32_t start = call->control.rep_start;
	uint32_t count = call->control.rep_count;
	uint32_t names[MAX_VALUES];
	uint32_t i = start;
	uint32_t vtl = hypercall_input_vtl(call, input.target_vtl);

	for (uint32_t n = 0; n < count; n++)
		names[n] = list[n];
	call->reps_done = start;
	line_add(line, " target_vp=%u input_vtl=0x%02x start=%u count=%u", input.vp_index,
		 input.target_vtl, start, count);
	enum hv_status status = check_target(call, &input);

	if (status != HV_SUCCESS)
		return status;
	for (; i < count && read_register(call, vtl, names[i], &values[i]); i++)
		line_add(line, "%s0x%08x:0x%lx", i == start ? " registers=" : ",", names[i],
			 values[i].low);
	call->reps_done = i;
	return i < count ? HV_INVALID_PARAMETER : HV_SUCCESS;
}
