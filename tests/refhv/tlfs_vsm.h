/* SPDX-License-Identifier: MIT */
/* The TLFS on memory that a VTL protects from the lower ones, and on the message about a breach. */
#pragma once

#include "tests/refhv/tlfs.h"

/* TLFS, HvCallModifyVtlProtectionMask: the header; a list of page numbers follows. */
#define HV_CALL_PROTECT 0x000CU
struct hv_protect_input {
	uint64_t partition_id;
	uint32_t flags;     /* what lower VTLs may do with these pages */
	uint8_t target_vtl; /* HV_INPUT_VTL: whose protection it is */
	uint8_t padding[3];
};
_Static_assert(sizeof(struct hv_protect_input) == 16, "TLFS, HvCallModifyVtlProtectionMask");
_Static_assert(offsetof(struct hv_protect_input, flags) == 8, "TLFS, MapFlags");
_Static_assert(offsetof(struct hv_protect_input, target_vtl) == 12, "TLFS, TargetVtl");

/* TLFS, HV_MAP_GPA_FLAGS, as far as it is about access. */
#define HV_MAP_READ           (1U << 0)
#define HV_MAP_WRITE          (1U << 1)
#define HV_MAP_KERNEL_EXECUTE (1U << 2)
#define HV_MAP_USER_EXECUTE   (1U << 3)
#define HV_MAP_EXECUTE        (HV_MAP_KERNEL_EXECUTE | HV_MAP_USER_EXECUTE)
#define HV_MAP_ALL            (HV_MAP_READ | HV_MAP_WRITE | HV_MAP_EXECUTE)

/* TLFS, HV_INTERCEPT_ACCESS_TYPE. */
enum hv_access { HV_ACCESS_READ, HV_ACCESS_WRITE, HV_ACCESS_EXECUTE };

/* TLFS, HV_X64_VP_EXECUTION_STATE. */
#define HV_STATE_CPL       0x0003U
#define HV_STATE_CR0_PE    (1U << 2)
#define HV_STATE_CR0_AM    (1U << 3)
#define HV_STATE_EFER_LMA  (1U << 4)
#define HV_STATE_PENDING   (1U << 6) /* an interruption */
#define HV_STATE_VTL_SHIFT 7
#define HV_STATE_SHADOW    (1U << 12) /* of an interrupt */

/* TLFS, HV_X64_MEMORY_INTERCEPT_MESSAGE: the payload; HV_X64_INTERCEPT_MESSAGE_HEADER is first. */
#define HV_MESSAGE_GPA_INTERCEPT   0x80000001U
#define HV_CACHE_WRITE_BACK        6U
#define HV_INTERCEPT_CODE_MAX      16U
#define HV_INTERCEPT_CR8_SHIFT     4
#define HV_INTERCEPT_PAYLOAD_BYTES 80U
struct hv_memory_intercept {
	uint32_t vp_index;
	uint8_t length_and_cr8; /* of the instruction, 0: unknown; CR8 is 7:4 */
	uint8_t access;
	uint16_t execution_state;
	struct hv_segment cs;
	uint64_t rip;
	uint64_t rflags;
	uint32_t cache_type;
	uint8_t code_bytes;
	uint8_t access_info; /* bit 0: the linear address is valid; never here */
	uint8_t tpr_priority;
	uint8_t reserved;
	uint64_t linear_address;
	uint64_t gpa;
	uint8_t code[HV_INTERCEPT_CODE_MAX];
};
#define HV_INTERCEPT_FIELD(field, offset) \
	_Static_assert(offsetof(struct hv_memory_intercept, field) == (offset), "TLFS, " #field)
_Static_assert(sizeof(struct hv_memory_intercept) == HV_INTERCEPT_PAYLOAD_BYTES,
	       "TLFS, HV_X64_MEMORY_INTERCEPT_MESSAGE");
HV_INTERCEPT_FIELD(vp_index, 0);
HV_INTERCEPT_FIELD(length_and_cr8, 4);
HV_INTERCEPT_FIELD(access, 5);
HV_INTERCEPT_FIELD(execution_state, 6);
HV_INTERCEPT_FIELD(cs, 8);
HV_INTERCEPT_FIELD(rip, 24);
HV_INTERCEPT_FIELD(rflags, 32);
HV_INTERCEPT_FIELD(cache_type, 40);
HV_INTERCEPT_FIELD(code_bytes, 44);
HV_INTERCEPT_FIELD(access_info, 45);
HV_INTERCEPT_FIELD(tpr_priority, 46);
HV_INTERCEPT_FIELD(linear_address, 48);
HV_INTERCEPT_FIELD(gpa, 56);
HV_INTERCEPT_FIELD(code, 64);
