/* SPDX-License-Identifier: MIT */
/*
 * The checks that both calls share, in the order that x86-64's hypervisor has: reserved control
 * bits 3, unknown code 2, no OS id (the configuration's choice, 6), privilege 6, shape (fast,
 * variable header, reps) 3, alignment 4, page straddle 4, not RAM 4, overlap 3, then the call's
 * own.
 */
#include "tests/refhv/aarch64/calls/hypercall.h"

#define GPA_ALIGNMENT 8
#define ID_SIZE       sizeof(uint64_t)

struct call_type {
	const char *name;
	uint64_t privilege;
	enum hv_status (*handler)(struct hypercall *call);
	uint32_t input_size; /* the fixed header */
	uint16_t code;
	bool is_rep;
};

static const struct call_type call_types[] = {
	{"StartVirtualProcessor", HV_PRIVILEGE_START_VP, start_vp_call,
	 sizeof(struct hv_arm_start_input), HV_CALL_START_VP, false},
	{"GetVpIndexFromApicId", HV_PRIVILEGE_VP_INDEX, map_vp_call, sizeof(struct hv_map_input),
	 HV_CALL_MAP_VP, true},
};

static const struct call_type *find_type(uint16_t code)
{
	for (size_t i = 0; i < sizeof(call_types) / sizeof(call_types[0]); i++)
		if (call_types[i].code == code)
			return &call_types[i];
	return NULL;
}

enum hv_status hypercall_check_vtl(uint8_t target_vtl)
{
	if (target_vtl > HV_VTL_HIGHEST)
		return HV_INVALID_PARAMETER;
	return target_vtl ? HV_ACCESS_DENIED : HV_SUCCESS;
}

bool hypercall_is_zero(struct hypercall *call, const uint8_t *padding, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (padding[i])
			call->broken = "padding_not_zero";
	return !call->broken;
}

static bool shape_is_valid(const struct call_type *type, union hv_control control)
{
	if (control.fast || control.variable)
		return false;
	if (!type->is_rep)
		return !control.rep_count && !control.rep_start;
	return control.rep_count && control.rep_start < control.rep_count;
}

/* Find a parameter block in guest RAM: one page, aligned. */
static enum hv_status map_block(const struct hypercall *call, uint64_t gpa, uint64_t bytes,
				void **block)
{
	if (!bytes)
		return HV_SUCCESS;
	if (gpa % GPA_ALIGNMENT || gpa % HV_PAGE_SIZE + bytes > HV_PAGE_SIZE)
		return HV_INVALID_ALIGNMENT;
	*block = call->guest_ram(gpa, bytes);
	return *block ? HV_SUCCESS : HV_INVALID_ALIGNMENT;
}

static enum hv_status map_parameters(struct hypercall *call, const struct call_type *type)
{
	uint64_t reps = type->is_rep ? call->control.rep_count : 0;
	uint64_t in = call->input_gpa, out = call->output_gpa;
	uint64_t in_size = type->input_size + reps * ID_SIZE;
	uint64_t out_size = reps * call->cfg->stride;
	void *input = NULL;
	enum hv_status status = map_block(call, in, in_size, &input);

	if (status == HV_SUCCESS)
		status = map_block(call, out, out_size, &call->output);
	if (status != HV_SUCCESS)
		return status;
	call->input = input;
	if (!out_size || in >= out + out_size || out >= in + in_size)
		return HV_SUCCESS;
	call->broken = "input_and_output_overlap";
	return HV_INVALID_HYPERCALL_INPUT;
}

static enum hv_status dispatch(struct hypercall *call, const struct call_type *type)
{
	union hv_control control = call->control;
	enum hv_status status;

	if (control.reserved_27 || control.nested || control.reserved_44 || control.reserved_60) {
		call->broken = "reserved_bits_in_control";
		return HV_INVALID_HYPERCALL_INPUT;
	}
	if (!type)
		return HV_INVALID_HYPERCALL_CODE;
	if (!call->has_os_id && call->cfg->without_os_id)
		return (enum hv_status)call->cfg->without_os_id;
	if (!(call->cfg->privileges & type->privilege))
		return HV_ACCESS_DENIED;
	if (!shape_is_valid(type, control))
		return HV_INVALID_HYPERCALL_INPUT;
	status = map_parameters(call, type);
	return status == HV_SUCCESS ? type->handler(call) : status;
}

uint64_t hypercall_dispatch(struct hypercall *call)
{
	const struct call_type *type = find_type(call->control.code);
	struct line *line = &call->caller->line;
	enum hv_status status;

	call->reps_done = 0;
	call->started = NULL;
	call->garbage = 0;
	call->raises_ud = call->caller_dies = false;
	call->broken = NULL;
	line_begin(line, "hypercall");
	line_add(line, " vp=%u vtl=0 code=0x%04x name=%s control=0x%lx input=0x%lx output=0x%lx",
		 call->caller->index, (unsigned int)call->control.code,
		 type ? type->name : "unknown", call->control.as_u64, call->input_gpa,
		 call->output_gpa);
	status = dispatch(call, type);
	if (call->raises_ud || call->caller_dies)
		line_add(line, " status=none reps=0");
	else
		line_add(line, " status=0x%04x reps=%u", (unsigned int)status, call->reps_done);
	return (uint64_t)status | (uint64_t)call->reps_done << HV_RESULT_REPS_SHIFT | call->garbage;
}
