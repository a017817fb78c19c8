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
const uint32_t hv_other_uid[4] = {0xB66FB428U, 0xE911C52EU, 0x564BCAA9U, 0x743A004DU}; /* KVM's */

struct value {
	uint64_t low, high;
};

static bool has_os(const struct registers *registers)
{
	return __atomic_load_n(&registers->os_id, __ATOMIC_ACQUIRE);
}

static bool is_crash_parameter(uint64_t name)
{
	return name >= HV_REGISTER_CRASH_P0 && name <= HV_REGISTER_CRASH_P4;
}

static const struct fault *strike(const struct registers_caller *caller, enum fault_effect effect)
{
	return caller->faults ? fault_on(caller->faults, effect, caller->vp_index) : NULL;
}

/* The limit that is told. */
static uint64_t limit(const struct registers *registers, const struct registers_caller *caller)
{
	const struct fault *fault = strike(caller, FAULT_REGISTER_LIMIT);

	return fault ? fault->value : registers->vp_count;
}

static enum hv_status get(const struct registers *registers, const struct registers_caller *caller,
			  uint64_t name, struct value *value)
{
	const struct fault *fault;

	*value = (struct value){0, 0};
	switch (name) {
	case HV_REGISTER_VERSION:
		value->low = BUILD | (uint64_t)VERSION_10_0 << 32;
		return HV_SUCCESS;
	case HV_REGISTER_PRIVILEGES:
		fault = strike(caller, FAULT_REGISTER_PRIVILEGES_STATUS);
		value->low = registers->privileges;
		value->high = HV_ARM64_FEATURE_CRASH;
		return fault ? (enum hv_status)fault->value : HV_SUCCESS;
	case HV_REGISTER_CRASH_CTL: value->low = HV_CRASH_OFFERED; return HV_SUCCESS;
	case HV_REGISTER_LIMITS: value->low = limit(registers, caller); return HV_SUCCESS;
	case HV_REGISTER_OS_ID:
		value->low = __atomic_load_n(&registers->os_id, __ATOMIC_ACQUIRE);
		return HV_SUCCESS;
	case HV_REGISTER_VP_INDEX:
		if (!has_os(registers) || !(registers->privileges & PRIVILEGE_IDS))
			return HV_ACCESS_DENIED;
		fault = strike(caller, FAULT_REGISTER_VP_INDEX_STATUS);
		value->low = caller->vp_index;
		return fault ? (enum hv_status)fault->value : HV_SUCCESS;
	case HV_REGISTER_REFERENCE: value->low = caller->reference; return HV_SUCCESS;
	default:
		if (is_crash_parameter(name)) {
			value->low = registers->crash[name - HV_REGISTER_CRASH_P0];
			return HV_SUCCESS;
		}
		if (name >= HV_REGISTER_FEATURES && name <= HV_REGISTER_FEATURES_LAST)
			return HV_SUCCESS;
		return HV_INVALID_PARAMETER;
	}
}

static enum hv_status set(struct registers *registers, const struct registers_caller *caller,
			  uint64_t name, uint64_t low)
{
	const struct fault *fault;
	struct value old;

	if (name == HV_REGISTER_OS_ID) {
		fault = strike(caller, FAULT_REGISTER_OS_ID_STATUS);
		if (fault)
			return (enum hv_status)fault->value;
		if (low && strike(caller, FAULT_REGISTER_OS_ID_LOST))
			return HV_SUCCESS;
		__atomic_store_n(&registers->os_id, low, __ATOMIC_RELEASE);
		return HV_SUCCESS;
	}
	if (is_crash_parameter(name)) {
		registers->crash[name - HV_REGISTER_CRASH_P0] = low;
		return HV_SUCCESS;
	}
	if (name == HV_REGISTER_CRASH_CTL) /* what it brings about is the caller's affair */
		return HV_SUCCESS;
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
