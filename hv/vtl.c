/* SPDX-License-Identifier: MIT */
/*
 * Virtual trust levels: HvCallEnablePartitionVtl, HvCallEnableVpVtl, and what
 * HvCallGetVpRegisters tells a VP of its own.
 */
#include "hv/hv.h"
#include "hv/tlfs.h"

struct hvsmp_result hvsmp_get_register(const struct hvsmp_caller *caller, uint32_t name,
				       uint64_t *value)
{
	struct hvsmp_get_vp_registers_input *in = caller->input.va;
	struct hvsmp_register_value *out = caller->output.va;
	struct hvsmp_result r;

	*in = (struct hvsmp_get_vp_registers_input){.partition_id = HVSMP_PARTITION_SELF,
						    .vp_index = HVSMP_VP_INDEX_SELF};
	in->names[0] = name;
	*out = (struct hvsmp_register_value){0, 0};
	r = hvsmp_call(caller, HVSMP_CALL_GET_VP_REGISTERS, 1, 0);
	if (hvsmp_answers(&r, HVSMP_STATUS_SUCCESS) && r.reps != 1)
		r.err = HVSMP_ERROR_INVALID;
	*value = out->low;
	return r;
}

struct hvsmp_result hvsmp_get_vp_vtl(const struct hvsmp_caller *caller, struct hvsmp_vtl *out)
{
	uint64_t value;
	struct hvsmp_result r = hvsmp_get_register(caller, HVSMP_REGISTER_VSM_VP_STATUS, &value);

	out->active = value & HVSMP_VSM_VTL_MASK;
	out->vp_enabled = (uint16_t)(value >> HVSMP_VSM_VP_ENABLED_SHIFT);
	return r;
}

struct hvsmp_result hvsmp_get_partition_vtl(const struct hvsmp_caller *caller,
					    struct hvsmp_vtl *out)
{
	uint64_t value;
	struct hvsmp_result r =
		hvsmp_get_register(caller, HVSMP_REGISTER_VSM_PARTITION_STATUS, &value);

	out->maximum = value >> HVSMP_VSM_PARTITION_MAXIMUM_SHIFT & HVSMP_VSM_VTL_MASK;
	out->partition_enabled = (uint16_t)value;
	return r;
}

struct hvsmp_result hvsmp_get_vtl_offsets(const struct hvsmp_caller *caller,
					  struct hvsmp_vtl_offsets *out)
{
	uint64_t value;
	struct hvsmp_result r =
		hvsmp_get_register(caller, HVSMP_REGISTER_VSM_CODE_PAGE_OFFSETS, &value);

	out->call = value & HVSMP_VSM_OFFSET_MASK;
	out->ret = value >> HVSMP_VSM_OFFSET_RETURN_SHIFT & HVSMP_VSM_OFFSET_MASK;
	return r;
}

struct hvsmp_result hvsmp_enable_partition_vtl(const struct hvsmp_caller *caller, uint8_t vtl)
{
	struct hvsmp_enable_partition_vtl_input *in = caller->input.va;

	*in = (struct hvsmp_enable_partition_vtl_input){.partition_id = HVSMP_PARTITION_SELF,
							.target_vtl = vtl};
	return hvsmp_call(caller, HVSMP_CALL_ENABLE_PARTITION_VTL, 0, 0);
}

struct hvsmp_result hvsmp_enable_vp_vtl(const struct hvsmp_caller *caller, uint32_t vp_index,
					uint8_t vtl, const struct hvsmp_context *context)
{
	hvsmp_start_vp_fill(caller->input.va, vp_index, vtl, context);
	return hvsmp_call(caller, HVSMP_CALL_ENABLE_VP_VTL, 0, 0);
}
