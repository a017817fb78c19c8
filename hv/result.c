/* SPDX-License-Identifier: MIT */
/*
 * Names of hypercall statuses, and answers in words. Source: TLFS appendix B, with the web
 * edition's later codes.
 */
#include "hv/result.h"
#include "hv/text.h"

static const struct {
	uint16_t code;
	const char *name;
} names[] = {
	{0x00, "SUCCESS"},
	{0x02, "INVALID_HYPERCALL_CODE"},
	{0x03, "INVALID_HYPERCALL_INPUT"},
	{0x04, "INVALID_ALIGNMENT"},
	{0x05, "INVALID_PARAMETER"},
	{0x06, "ACCESS_DENIED"},
	{0x07, "INVALID_PARTITION_STATE"},
	{0x08, "OPERATION_DENIED"},
	{0x09, "UNKNOWN_PROPERTY"},
	{0x0A, "PROPERTY_VALUE_OUT_OF_RANGE"},
	{0x0B, "INSUFFICIENT_MEMORY"},
	{0x0C, "PARTITION_TOO_DEEP"},
	{0x0D, "INVALID_PARTITION_ID"},
	{0x0E, "INVALID_VP_INDEX"},
	{0x10, "NOT_FOUND"},
	{0x11, "INVALID_PORT_ID"},
	{0x12, "INVALID_CONNECTION_ID"},
	{0x13, "INSUFFICIENT_BUFFERS"},
	{0x14, "NOT_ACKNOWLEDGED"},
	{0x15, "INVALID_VP_STATE"},
	{0x16, "ACKNOWLEDGED"},
	{0x17, "INVALID_SAVE_RESTORE_STATE"},
	{0x18, "INVALID_SYNIC_STATE"},
	{0x19, "OBJECT_IN_USE"},
	{0x1A, "INVALID_PROXIMITY_DOMAIN_INFO"},
	{0x1B, "NO_DATA"},
	{0x1C, "INACTIVE"},
	{0x1D, "NO_RESOURCES"},
	{0x1E, "FEATURE_UNAVAILABLE"},
	{0x1F, "PARTIAL_PACKET"},
	{0x20, "PROCESSOR_FEATURE_NOT_SUPPORTED"},
	{0x30, "PROCESSOR_CACHE_LINE_FLUSH_SIZE_INCOMPATIBLE"},
	{0x33, "INSUFFICIENT_BUFFER"},
	{0x37, "INCOMPATIBLE_PROCESSOR"},
	{0x38, "INSUFFICIENT_DEVICE_DOMAINS"},
	{0x3C, "CPUID_FEATURE_VALIDATION"},
	{0x3D, "CPUID_XSAVE_FEATURE_VALIDATION"},
	{0x3E, "PROCESSOR_STARTUP_TIMEOUT"},
	{0x3F, "SMX_ENABLED"},
	{0x41, "INVALID_LP_INDEX"},
	{0x50, "INVALID_REGISTER_VALUE"},
	{0x51, "INVALID_VTL_STATE"},
	{0x55, "NX_NOT_DETECTED"},
	{0x57, "INVALID_DEVICE_ID"},
	{0x58, "INVALID_DEVICE_STATE"},
	{0x59, "PENDING_PAGE_REQUESTS"},
	{0x60, "PAGE_REQUEST_INVALID"},
	{0x65, "KEY_ALREADY_EXISTS"},
	{0x66, "DEVICE_ALREADY_IN_DOMAIN"},
	{0x6F, "INVALID_CPU_GROUP_ID"},
	{0x70, "INVALID_CPU_GROUP_STATE"},
	{0x71, "OPERATION_FAILED"},
	{0x72, "NOT_ALLOWED_WITH_NESTED_VIRT_ACTIVE"},
	{0x73, "INSUFFICIENT_ROOT_MEMORY"},
	{0x74, "EVENT_BUFFER_ALREADY_FREED"},
	{0x78, "TIME_OUT"},
	{0x79, "CALL_PENDING"},
	{0x86, "VTL_ALREADY_ENABLED"},
	{0x87, "UNKNOWN_REGISTER_NAME"},
};

const char *hvsmp_status_name(struct hvsmp_status status)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == status.code)
			return names[i].name;
	}
	return "unknown status";
}

bool hvsmp_answers(const struct hvsmp_result *r, uint16_t code)
{
	return r->err == HVSMP_OK && r->status.code == code;
}

const char *hvsmp_describe(const struct hvsmp_result *r, char out[HVSMP_ANSWER_SIZE])
{
	switch (r->err) {
	case HVSMP_OK: break;
	case HVSMP_ERROR_UNANSWERED: return "has not come back";
	case HVSMP_ERROR_INVALID: return "leaves no answer";
	default: return "faults";
	}
	return hvsmp_format(out, HVSMP_ANSWER_SIZE, "answers 0x%02x (%s)", r->status.code,
			    hvsmp_status_name(r->status));
}
