/* SPDX-License-Identifier: MIT */
/*
 * The order of checks: reserved control bits and shape 3, partition 13, VP 14, VTL 5 and 6, then
 * the register: unknown 5, of a kind that must not be written 6, before the OS id is set 6.
 */
#include "tests/refhv/aarch64/calls/registers.h"

#include <stdbool.h>

#define BUILD         20348U
#define VERSION_10_0  0x000A0000U
#define PRIVILEGE_IDS 0x40UL /* AccessVpIndex; the OS id itself is always there */

const uint32_t hv_vendor_uid[4] = {0x4D32BA58U, 0xCD244764U, 0x8EEF6C75U, 0x16597024U};

struct value {
	uint64_t low, high;
};

static bool has_os(const struct registers *registers)
{
	return __atomic_load_n(&registers->os_id, __ATOMIC_ACQUIRE);
}

static enum hv_status get(const struct registers *registers, const struct registers_caller *caller,
			  uint64_t name, struct value *value)
{
	*value = (struct value){0, 0};
	switch (name) {
	case HV_REGISTER_VERSION:
		value->low = BUILD | (uint64_t)VERSION_10_0 << 32;
		return HV_SUCCESS;
	case HV_REGISTER_PRIVILEGES: value->low = registers->privileges; return HV_SUCCESS;
	case HV_REGISTER_FEATURES:
	case HV_REGISTER_HARDWARE: return HV_SUCCESS;
	case HV_REGISTER_LIMITS: value->low = registers->vp_count; return HV_SUCCESS;
	case HV_REGISTER_OS_ID:
		value->low = __atomic_load_n(&registers->os_id, __ATOMIC_ACQUIRE);
		return HV_SUCCESS;
	case HV_REGISTER_VP_INDEX:
		if (!has_os(registers) || !(registers->privileges & PRIVILEGE_IDS))
			return HV_ACCESS_DENIED;
		value->low = caller->vp_index;
		return HV_SUCCESS;
	case HV_REGISTER_REFERENCE: value->low = caller->reference; return HV_SUCCESS;
	default: return HV_INVALID_PARAMETER;
	}
}

static enum hv_status set(struct registers *registers, const struct registers_caller *caller,
			  uint64_t name, uint64_t low)
{
	struct value old;

	if (name == HV_REGISTER_OS_ID) {
		__atomic_store_n(&registers->os_id, low, __ATOMIC_RELEASE);
		return HV_SUCCESS;
	}
	return get(registers, caller, name, &old) == HV_INVALID_PARAMETER ? HV_INVALID_PARAMETER
									  : HV_ACCESS_DENIED;
}

/* X2: VP index in 31:0, HV_INPUT_VTL in 39:32, zeros above. */
static enum hv_status check_target(const struct registers_caller *caller, uint64_t partition,
				   uint64_t target)
{
	uint32_t vp = (uint32_t)target;
	uint8_t vtl = (uint8_t)(target >> 32);

	if (partition != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	if (vp != HV_VP_SELF && vp != caller->vp_index)
		return HV_INVALID_VP_INDEX;
	if (target >> 40 || vtl & HV_INPUT_VTL_RESERVED)
		return HV_INVALID_PARAMETER;
	if (vtl & HV_INPUT_VTL_USE && vtl & HV_INPUT_VTL_TARGET)
		return (vtl & HV_INPUT_VTL_TARGET) > HV_VTL_HIGHEST ? HV_INVALID_PARAMETER
								    : HV_ACCESS_DENIED;
	return HV_SUCCESS;
}

static bool has_shape(union hv_control control)
{
	return control.fast && !control.variable && !control.reserved_27 && !control.nested &&
	       control.rep_count == 1 && !control.reserved_44 && !control.rep_start &&
	       !control.reserved_60;
}

uint64_t registers_call(struct registers *registers, const struct registers_caller *caller,
			uint64_t x[17])
{
	union hv_control control = {.as_u64 = x[0]};
	enum hv_status status = HV_INVALID_HYPERCALL_INPUT;
	struct value value;

	if (has_shape(control))
		status = check_target(caller, x[1], x[2]);
	if (status != HV_SUCCESS)
		return status;
	if (x[3] >> 32 || x[4]) {
		status = HV_INVALID_PARAMETER;
	} else if (control.code == HV_CALL_SET_REGISTERS) {
		status = set(registers, caller, x[3], x[5]);
	} else {
		status = get(registers, caller, x[3], &value);
		if (status == HV_SUCCESS) {
			x[15] = value.low;
			x[16] = value.high;
		}
	}
	return status == HV_SUCCESS ? 1UL << HV_RESULT_REPS_SHIFT : status;
}
