/* SPDX-License-Identifier: MIT */
/* What handlers of several calls check, and the faults that any call can have. */
#include "tests/refhv/calls/hypercall.h"

enum hv_status hypercall_check_vtl(const struct hypercall *call, uint8_t target_vtl)
{
	if (target_vtl > HV_VTL_HIGHEST)
		return HV_INVALID_PARAMETER;
	return target_vtl > call->caller->active_vtl ? HV_ACCESS_DENIED : HV_SUCCESS;
}

enum hv_status hypercall_check_input_vtl(const struct hypercall *call, uint8_t vtl)
{
	if (vtl & HV_INPUT_VTL_RESERVED)
		return HV_INVALID_PARAMETER;
	return vtl & HV_INPUT_VTL_USE ? hypercall_check_vtl(call, vtl & HV_INPUT_VTL_TARGET)
				      : HV_SUCCESS;
}

uint32_t hypercall_input_vtl(const struct hypercall *call, uint8_t vtl)
{
	return vtl & HV_INPUT_VTL_USE ? vtl & HV_INPUT_VTL_TARGET : call->caller->active_vtl;
}

void hypercall_common_faults(struct hypercall *call, enum fault_effect ud,
			     enum fault_effect garbage, uint32_t vp)
{
	if (hypercall_fault(call, ud, vp, FAULT_ANY))
		call->raises_ud = true;
	if (hypercall_fault(call, garbage, vp, FAULT_ANY))
		call->garbage = HV_RESULT_RESERVED;
}

bool hypercall_is_zero(struct hypercall *call, const void *padding, size_t bytes)
{
	const uint8_t *b = padding;

	bool refuses = call->partition->cfg.padding == PADDING_REFUSE;
	bool is_zero = true;

	for (size_t i = 0; i < bytes; i++)
		is_zero = is_zero && !b[i];
	if (!is_zero)
		*(refuses ? &call->broken : &call->odd) = "padding_not_zero";
	return is_zero || !refuses;
}

const char *hypercall_bad_register(struct hypercall *call, const struct hv_vp_context *context)
{
	const char *bad = context_bad_register(context, &call->partition->limits);
	bool idtr = hypercall_is_zero(call, context->idtr.padding, sizeof(context->idtr.padding));
	bool gdtr = hypercall_is_zero(call, context->gdtr.padding, sizeof(context->gdtr.padding));

	if (bad)
		return bad;
	if (!idtr)
		return "idtr";
	return gdtr ? NULL : "gdtr";
}
