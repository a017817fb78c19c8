/* SPDX-License-Identifier: MIT */
/*
 * What a VTL does to those below it: HvCallSetVpRegisters, VsmPartitionConfig, and
 * HvCallModifyVtlProtectionMask. Source: TLFS, Virtual Secure Mode.
 */
#include "hv/hv.h"
#include "hv/tlfs.h"

static struct hvsmp_result set_register(const struct hvsmp_caller *caller, uint8_t input_vtl,
					uint32_t name, uint64_t value)
{
	struct hvsmp_get_vp_registers_input *in = caller->input.va;
	struct hvsmp_register_assoc *element = (struct hvsmp_register_assoc *)(in + 1);
	struct hvsmp_result r;

	*in = (struct hvsmp_get_vp_registers_input){.partition_id = HVSMP_PARTITION_SELF,
						    .vp_index = HVSMP_VP_INDEX_SELF,
						    .target_vtl = input_vtl};
	*element = (struct hvsmp_register_assoc){.name = name, .value = {value, 0}};
	r = hvsmp_call(caller, HVSMP_CALL_SET_VP_REGISTERS, 1, 0);
	if (hvsmp_answers(&r, HVSMP_STATUS_SUCCESS) && r.reps != 1)
		r.err = HVSMP_ERROR_INVALID;
	return r;
}

struct hvsmp_result hvsmp_set_register(const struct hvsmp_caller *caller, uint32_t name,
				       uint64_t value)
{
	return set_register(caller, 0, name, value);
}

struct hvsmp_result hvsmp_set_register_of(const struct hvsmp_caller *caller, uint8_t vtl,
					  uint32_t name, uint64_t value)
{
	return set_register(caller, HVSMP_INPUT_VTL | vtl, name, value);
}

struct hvsmp_result hvsmp_protect_partition(const struct hvsmp_caller *caller, bool deny_startup)
{
	return hvsmp_set_register(caller, HVSMP_REGISTER_VSM_PARTITION_CONFIG,
				  HVSMP_VSM_CONFIG_PROTECTION |
					  (uint64_t)HVSMP_MAY_ALL
						  << HVSMP_VSM_CONFIG_DEFAULT_MASK_SHIFT |
					  (deny_startup ? HVSMP_VSM_CONFIG_DENY_STARTUP : 0));
}

struct hvsmp_result hvsmp_protect(const struct hvsmp_caller *caller, uint64_t pa, uint64_t pages,
				  unsigned int may, uint64_t *done)
{
	struct hvsmp_protect_input *in = caller->input.va;
	struct hvsmp_result r = {HVSMP_OK, {HVSMP_STATUS_SUCCESS}, 0};

	for (*done = 0; *done < pages;) {
		uint64_t left = pages - *done;
		uint16_t count =
			(uint16_t)(left < HVSMP_PROTECT_PAGES ? left : HVSMP_PROTECT_PAGES);

		*in = (struct hvsmp_protect_input){.partition_id = HVSMP_PARTITION_SELF,
						   .flags = may,
						   .target_vtl = HVSMP_INPUT_VTL | caller->vtl};
		for (uint16_t i = 0; i < count; i++)
			in->pages[i] = pa / HVSMP_PAGE_SIZE + *done + i;
		r = hvsmp_call(caller, HVSMP_CALL_PROTECT, count, 0);
		if (!r.err)
			*done += r.reps < count ? r.reps : count;
		if (hvsmp_answers(&r, HVSMP_STATUS_SUCCESS) && !r.reps)
			r.err = HVSMP_ERROR_INVALID;
		if (!hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
			break;
	}
	return r;
}
