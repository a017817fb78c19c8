/* SPDX-License-Identifier: MIT */
/*
 * Synthetic registers, which ARM64 has in place of CPUID leaves and MSRs: one at a time, by the
 * fast forms of HvCallGetVpRegisters and HvCallSetVpRegisters. Pure.
 */
#pragma once

#include <stdint.h>

#include "tests/refhv/tlfs.h"

#define HV_CALL_GET_REGISTERS 0x0050U
#define HV_CALL_SET_REGISTERS 0x0051U

/* SMCCC, "Call UID Query" of the vendor's hypervisor service, and its answer in W0 to W3. */
#define HV_VENDOR_UID    0x8600FF01U
#define HV_VENDOR_UID_64 0xC600FF01U
extern const uint32_t hv_vendor_uid[4];

/* TLFS, register names: leaves 0x40000002 to 0x40000006, and what x64 has as MSRs. */
enum hv_register {
	HV_REGISTER_VERSION = 0x00000100,
	HV_REGISTER_PRIVILEGES = 0x00000200,
	HV_REGISTER_FEATURES = 0x00000201,
	HV_REGISTER_LIMITS = 0x00000202,
	HV_REGISTER_HARDWARE = 0x00000203,
	HV_REGISTER_OS_ID = 0x00090002,
	HV_REGISTER_VP_INDEX = 0x00090003,
	HV_REGISTER_REFERENCE = 0x00090004,
};

struct registers {
	uint64_t os_id;      /* the partition's, accessed atomically */
	uint32_t vp_count;   /* the limit that is told */
	uint64_t privileges; /* HV_PARTITION_PRIVILEGE_MASK */
};

/* What the caller is and when it calls. */
struct registers_caller {
	uint32_t vp_index;
	uint64_t reference; /* reference counter, in 100 ns */
};

/* Whether a control word names one of the two calls. */
static inline int registers_is_call(uint64_t control)
{
	uint16_t code = (uint16_t)control;

	return code == HV_CALL_GET_REGISTERS || code == HV_CALL_SET_REGISTERS;
}

/*
 * Carry out the call in X0 to X16, as HVC #1 has them; a value that was asked for goes to X15 and
 * X16, which are as they were otherwise. Returns the result word.
 */
uint64_t registers_call(struct registers *registers, const struct registers_caller *caller,
			uint64_t x[17]);
