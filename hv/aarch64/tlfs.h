/* SPDX-License-Identifier: MIT */
/*
 * The Hyper-V ABI that only ARM64 has. The TLFS draws x64's context alone; this one is that of the
 * headers of Microsoft's own guests (hvdef's InitialVpContextArm64, mu_msvm's).
 */
#pragma once

#include "hv/tlfs.h"

/* FADT, hypervisor vendor identity: "MsHyperV", as its letters lie in memory. */
#define HVSMP_FADT_VENDOR 0x567265707948734DUL

/* SMCCC, "Call UID Query" of the vendor's hypervisor service: the function, and W0 to W3. */
#define HVSMP_SMCCC_VENDOR_UID 0x8600FF01U
#define HVSMP_VENDOR_UID                                           \
	{                                                          \
		0x4D32BA58U, 0xCD244764U, 0x8EEF6C75U, 0x16597024U \
	}

/* Immediates of HVC: calls by Arm's convention, and the hypervisor's own. */
#define HVSMP_HVC_SMCCC 0U
#define HVSMP_HVC_CALL  1U

/* The third word of HVSMP_REGISTER_PRIVILEGES. */
#define HVSMP_FEATURE_CRASH_REGISTERS (1U << 8)

/* HV_REGISTER_NAME: what x64 has as CPUID leaves 0x40000002 to 0x40000005, and as MSRs. */
#define HVSMP_REGISTER_VERSION           0x00000100U
#define HVSMP_REGISTER_PRIVILEGES        0x00000200U
#define HVSMP_REGISTER_FEATURES          0x00000201U /* recommendations */
#define HVSMP_REGISTER_LIMITS            0x00000202U
#define HVSMP_REGISTER_CRASH_P0          0x00000210U /* to P4, then CTL */
#define HVSMP_REGISTER_CRASH_CTL         0x00000215U
#define HVSMP_REGISTER_GUEST_OS_ID       0x00090002U
#define HVSMP_REGISTER_VP_INDEX          0x00090003U
#define HVSMP_REGISTER_REFERENCE_COUNTER 0x00090004U

struct hvsmp_initial_vp_context {
	uint64_t pc, sp_el1, sctlr_el1, mair_el1, tcr_el1, vbar_el1, ttbr0_el1, ttbr1_el1, x18;
};
_Static_assert(sizeof(struct hvsmp_initial_vp_context) == 72, "the context is 72 bytes");
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, pc, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, sp_el1, 8, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, sctlr_el1, 16, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, mair_el1, 24, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, tcr_el1, 32, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, vbar_el1, 40, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, ttbr0_el1, 48, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, ttbr1_el1, 56, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, x18, 64, 8);

/* Input of HvCallStartVirtualProcessor. target_vtl is a plain VTL number, not an HV_INPUT_VTL. */
struct hvsmp_start_vp_input {
	uint64_t partition_id;
	uint32_t vp_index;
	uint8_t target_vtl;
	uint8_t pad[3];
	struct hvsmp_initial_vp_context context;
};
_Static_assert(sizeof(struct hvsmp_start_vp_input) == 88,
	       "StartVirtualProcessor input is 88 bytes");
HVSMP_ASSERT_FIELD(hvsmp_start_vp_input, partition_id, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_start_vp_input, vp_index, 8, 4);
HVSMP_ASSERT_FIELD(hvsmp_start_vp_input, target_vtl, 12, 1);
HVSMP_ASSERT_FIELD(hvsmp_start_vp_input, context, 16, 72);
