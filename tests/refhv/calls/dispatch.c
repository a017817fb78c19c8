/* SPDX-License-Identifier: MIT */
/*
 * The checks that all hypercalls share. The TLFS leaves the order of error detection open; this
 * is the order, and it is part of what tests may rely on here:
 *   reserved control bits 3, unknown code 2, privilege 6, shape (fast, variable header, reps) 3,
 *   alignment 4, page straddle 4, not RAM 4, overlap, hypercall page or protected page 3, then the
 *   call's own.
 */
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/tlfs_vsm.h"

#define GPA_ALIGNMENT 8

struct call_type {
	const char *name;
	uint64_t privilege;
	enum hv_status (*handler)(struct hypercall *call);
	uint32_t input_size; /* the fixed header */
	bool is_rep;
	uint8_t in_element; /* of a list, in bytes; 0: both have the configured stride */
	uint8_t out_element;
	bool has_no_output;
	bool may_overlap;   /* output may lie over input, as Linux 6.12 has it */
	bool may_be_fast;   /* its input fits into two registers */
	bool may_use_xmm;   /* or, with its output, into XMM registers as well */
	bool has_variable;  /* a variable header */
	bool is_ipi;        /* not there with ipi=off */
	bool is_for_guests; /* not there where the privilege is for show: see cfg_gives */
	uint16_t code;
};

static const struct call_type call_types[] = {
	{.name = "StartVirtualProcessor",
	 .privilege = HV_PRIVILEGE_START_VP,
	 .handler = start_vp_call,
	 .input_size = sizeof(struct hv_start_input),
	 .code = HV_CALL_START_VP},
	{.name = "GetVpIndexFromApicId",
	 .privilege = HV_PRIVILEGE_VP_INDEX,
	 .handler = map_vp_call,
	 .input_size = sizeof(struct hv_map_input),
	 .is_rep = true,
	 .code = HV_CALL_MAP_VP},
	{.name = "EnablePartitionVtl",
	 .privilege = HV_PRIVILEGE_VSM,
	 .handler = enable_partition_vtl_call,
	 .input_size = sizeof(struct hv_partition_vtl_input),
	 .may_be_fast = true,
	 .code = HV_CALL_PARTITION_VTL},
	{.name = "EnableVpVtl",
	 .privilege = HV_PRIVILEGE_VSM,
	 .handler = enable_vtl_call,
	 .input_size = sizeof(struct hv_start_input),
	 .code = HV_CALL_ENABLE_VTL},
	{.name = "GetVpRegisters",
	 .privilege = HV_PRIVILEGE_VP_REGISTERS,
	 .handler = get_registers_call,
	 .input_size = sizeof(struct hv_registers_input),
	 .is_rep = true,
	 .may_use_xmm = true,
	 .in_element = sizeof(uint32_t),
	 .out_element = sizeof(struct hv_register_value),
	 .may_overlap = true,
	 .code = HV_CALL_REGISTERS},
	{.name = "SetVpRegisters",
	 .privilege = HV_PRIVILEGE_VP_REGISTERS,
	 .handler = set_registers_call,
	 .input_size = sizeof(struct hv_registers_input),
	 .is_rep = true,
	 .may_use_xmm = true,
	 .in_element = sizeof(struct hv_register_assoc),
	 .has_no_output = true,
	 .code = HV_CALL_SET_REGISTERS},
	{.name = "ModifyVtlProtectionMask",
	 .privilege = HV_PRIVILEGE_VSM,
	 .handler = protect_call,
	 .input_size = sizeof(struct hv_protect_input),
	 .is_rep = true,
	 .may_use_xmm = true,
	 .in_element = sizeof(uint64_t),
	 .has_no_output = true,
	 .code = HV_CALL_PROTECT},
	/* No privilege: the TLFS names none. */
	{.name = "SendSyntheticClusterIpi",
	 .handler = send_ipi_call,
	 .input_size = sizeof(struct hv_ipi_input),
	 .may_be_fast = true,
	 .is_ipi = true,
	 .code = HV_CALL_IPI},
	{.name = "SendSyntheticClusterIpiEx",
	 .handler = send_ipi_ex_call,
	 .input_size = sizeof(struct hv_ipi_ex_input),
	 .has_variable = true,
	 .is_ipi = true,
	 .code = HV_CALL_IPI_EX},
	{.name = "PostMessage",
	 .privilege = HV_PRIVILEGE_POST_MESSAGES,
	 .handler = post_message_call,
	 .input_size = sizeof(struct hv_post_input),
	 .is_for_guests = true,
	 .code = HV_CALL_POST_MESSAGE},
	{.name = "SignalEvent",
	 .privilege = HV_PRIVILEGE_SIGNAL_EVENTS,
	 .handler = signal_event_call,
	 .input_size = sizeof(struct hv_signal_input),
	 .may_be_fast = true,
	 .is_for_guests = true,
	 .code = HV_CALL_SIGNAL_EVENT},
};

static const struct call_type *find_type(uint16_t code)
{
	for (size_t i = 0; i < sizeof(call_types) / sizeof(call_types[0]); i++)
		if (call_types[i].code == code)
			return &call_types[i];
	return NULL;
}

static bool shape_is_valid(const struct call_type *type, union hv_control control)
{
	if ((control.fast && !type->may_be_fast && !type->may_use_xmm) ||
	    (control.variable && !type->has_variable))
		return false;
	if (!type->is_rep)
		return !control.rep_count && !control.rep_start;
	return control.rep_count && control.rep_start < control.rep_count;
}

/* Find a parameter block in guest RAM: one page, aligned, not the hypercall page. */
static enum hv_status map_block(const struct hypercall *call, uint64_t gpa, uint64_t bytes,
				void **block)
{
	const struct partition *partition = call->partition;

	if (!bytes)
		return HV_SUCCESS;
	if (gpa % GPA_ALIGNMENT || gpa % HV_PAGE_SIZE + bytes > HV_PAGE_SIZE)
		return HV_INVALID_ALIGNMENT;
	*block = partition->guest_ram(gpa, bytes);
	return *block ? HV_SUCCESS : HV_INVALID_ALIGNMENT;
}

/* A higher VTL may have taken the page from the caller. */
static bool allows(const struct hypercall *call, uint64_t gpa, bool is_write)
{
	const struct partition *partition = call->partition;

	return !partition->allows || partition->allows(call->caller, gpa, is_write);
}

static bool in_overlay(const struct hypercall *call, uint64_t gpa)
{
	uint64_t msr = call->partition->vtl[call->caller->active_vtl].hypercall;

	return msr & HV_HYPERCALL_ENABLE && (msr & HV_HYPERCALL_PAGE) == (gpa & HV_HYPERCALL_PAGE);
}

/* Of the parameter blocks, in bytes. */
static uint64_t input_size(const struct hypercall *call, const struct call_type *type)
{
	uint64_t reps = type->is_rep ? call->control.rep_count : 0;
	uint32_t stride = call->partition->cfg.stride;

	return type->input_size + reps * (type->in_element ? type->in_element : stride) +
	       call->control.variable * sizeof(uint64_t);
}

static uint64_t output_size(const struct hypercall *call, const struct call_type *type)
{
	uint64_t reps = type->is_rep ? call->control.rep_count : 0;
	uint32_t stride = call->partition->cfg.stride;

	return type->has_no_output ? 0 : reps * (type->out_element ? type->out_element : stride);
}

/* Parameters in registers. Output begins with the first XMM register that has no input. */
static enum hv_status map_registers(struct hypercall *call, const struct call_type *type)
{
	const uint64_t xmm = 2 * sizeof(call->fast[0]);
	uint64_t out = (input_size(call, type) + xmm - 1) / xmm * xmm;
	uint64_t out_size = output_size(call, type);
	uint32_t features = call->partition->cfg.features;

	if (!(features & HV_FEATURE_XMM_INPUT) || out + out_size > HV_FAST_BYTES ||
	    (out_size && !(features & HV_FEATURE_XMM_OUTPUT)))
		return HV_INVALID_HYPERCALL_INPUT;
	call->fast[0] = call->input_gpa;
	call->fast[1] = call->output_gpa;
	call->input = call->fast;
	call->output = (uint8_t *)call->fast + out;
	return HV_SUCCESS;
}

static enum hv_status map_parameters(struct hypercall *call, const struct call_type *type)
{
	uint64_t in = call->input_gpa;
	uint64_t out = call->output_gpa;
	uint64_t in_size = input_size(call, type);
	uint64_t out_size = output_size(call, type);
	void *input = NULL;
	enum hv_status status = map_block(call, in, in_size, &input);

	if (status == HV_SUCCESS)
		status = map_block(call, out, out_size, &call->output);
	if (status != HV_SUCCESS)
		return status;
	call->input = input;
	if (in_overlay(call, in) || (out_size && in_overlay(call, out)))
		call->broken = "parameters_in_hypercall_page";
	else if (!allows(call, in, false) || (out_size && !allows(call, out, true)))
		call->broken = "parameters_in_protected_page";
	else if (!type->may_overlap && out_size && in < out + out_size && out < in + in_size)
		call->broken = "input_and_output_overlap";
	if (call->broken)
		return HV_INVALID_HYPERCALL_INPUT;
	return HV_SUCCESS;
}

/* Not the hypervisor's own: what answers, if anything, is the configuration's choice. */
static enum hv_status extended(struct hypercall *call)
{
	switch (call->partition->cfg.extended) {
	case EXTENDED_5: return HV_INVALID_PARAMETER;
	case EXTENDED_6: return HV_ACCESS_DENIED;
	case EXTENDED_STAYS: call->caller_dies = true; break;
	default: break;
	}
	return HV_INVALID_HYPERCALL_CODE;
}

static enum hv_status dispatch(struct hypercall *call, const struct call_type *type)
{
	union hv_control control = call->control;

	if (control.reserved_27 || control.nested || control.reserved_44 || control.reserved_60) {
		call->broken = "reserved_bits_in_control";
		return HV_INVALID_HYPERCALL_INPUT;
	}
	if (control.code >= HV_CALL_EXTENDED)
		return extended(call);
	if (!type || (type->is_for_guests && call->partition->cfg.is_gen2))
		return HV_INVALID_HYPERCALL_CODE;
	if (type->is_ipi && call->partition->cfg.ipi == IPI_OFF)
		return HV_INVALID_HYPERCALL_CODE;
	if (type->is_ipi && call->partition->cfg.ipi == IPI_DENIED)
		return HV_ACCESS_DENIED;
	if ((call->partition->cfg.privileges & type->privilege) != type->privilege)
		return HV_ACCESS_DENIED;
	if (!shape_is_valid(type, control))
		return HV_INVALID_HYPERCALL_INPUT;
	if (control.fast && !type->may_use_xmm)
		return type->handler(call);
	enum hv_status status =
		control.fast ? map_registers(call, type) : map_parameters(call, type);

	if (status != HV_SUCCESS)
		return status;
	return type->handler(call);
}

bool hypercall_uses_xmm(union hv_control control)
{
	const struct call_type *type = find_type(control.code);

	return type && type->may_use_xmm && control.fast;
}

uint64_t hypercall_dispatch(struct hypercall *call)
{
	const struct call_type *type = find_type(call->control.code);
	struct line *line = &call->caller->line;

	line_begin_if(line, "hypercall", call->partition->cfg.log != CFG_LOG_ERRORS);
	line_add(line, " vp=%u vtl=%u code=0x%04x name=%s control=0x%lx input=0x%lx output=0x%lx",
		 call->caller->index, call->caller->active_vtl, (unsigned int)call->control.code,
		 type ? type->name : "unknown", call->control.as_u64, call->input_gpa,
		 call->output_gpa);
	call->reps_done = 0;
	call->signalled = NULL;
	call->started = NULL;
	call->enabled = NULL;
	call->protected_pages = 0;
	call->restarts = false;
	call->awaits = false;
	call->odd = NULL;
	call->ipi_vector = 0;
	call->garbage = 0;
	call->raises_ud = false;
	call->caller_dies = false;
	call->is_suspended = false;
	call->broken = NULL;
	enum hv_status status = dispatch(call, type);

	if (call->raises_ud || call->caller_dies)
		line_add(line, " status=none reps=0");
	else
		line_add(line, " status=0x%04x reps=%u", (unsigned int)status, call->reps_done);
	return (uint64_t)status | (uint64_t)call->reps_done << HV_RESULT_REPS_SHIFT | call->garbage;
}
