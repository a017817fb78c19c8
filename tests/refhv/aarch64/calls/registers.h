/* SPDX-License-Identifier: MIT */
/*
 * Synthetic registers, which ARM64 has in place of CPUID leaves and MSRs: one at a time, by the
 * fast forms of HvCallGetVpRegisters and HvCallSetVpRegisters. Pure.
 */
#pragma once

#include <stdint.h>

#include "tests/refhv/faults/fault.h"
#include "tests/refhv/tlfs.h"

#define HV_CALL_GET_REGISTERS 0x0050U
#define HV_CALL_SET_REGISTERS 0x0051U

/* SMCCC, "Call UID Query" of the vendor's hypervisor service, and its answer in W0 to W3. */
#define HV_VENDOR_UID    0x8600FF01U
#define HV_VENDOR_UID_64 0xC600FF01U
extern const uint32_t hv_vendor_uid[4], hv_other_uid[4];
/* A yielding 64-bit call of the same service: a hypercall, as Linux and FreeBSD make them. */
#define HV_SMCCC_CALL 0x46000001U

/* TLFS, register names: leaves 0x40000002 to 0x40000006, and what x64 has as MSRs. */
enum hv_register {
	HV_REGISTER_VERSION = 0x00000100,
	HV_REGISTER_PRIVILEGES = 0x00000200,
	HV_REGISTER_FEATURES = 0x00000201,
	HV_REGISTER_LIMITS = 0x00000202,
	HV_REGISTER_HARDWARE = 0x00000203,
	HV_REGISTER_CRASH_P0 = 0x00000210,
	HV_REGISTER_CRASH_P4 = 0x00000214,
	HV_REGISTER_CRASH_CTL = 0x00000215,
	HV_REGISTER_FEATURES_LAST = 0x000002FF, /* as leaves: what is not told is 0 */
	HV_REGISTER_OS_ID = 0x00090002,
	HV_REGISTER_VP_INDEX = 0x00090003,
	HV_REGISTER_REFERENCE = 0x00090004,
};

struct registers {
	uint64_t os_id;      /* the partition's, accessed atomically */
	uint32_t vp_count;   /* the limit that is told */
	uint64_t privileges; /* HV_PARTITION_PRIVILEGE_MASK */
	uint64_t crash[HV_CRASH_PARAMETERS];
};

/* The third word of the privileges' register, whose bits are not x64's: crash registers. */
#define HV_ARM64_FEATURE_CRASH (1U << 8)

/* What the caller is and when it calls. */
struct registers_caller {
	uint32_t vp_index;
	uint64_t reference;    /* reference counter, in 100 ns */
	struct faults *faults; /* NULL: none */
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
