/* SPDX-License-Identifier: MIT */
/*
 * The Hyper-V ABI that only ARM64 has. The TLFS draws x64's context alone; this one is that of the
 * headers of Microsoft's own guests (hvdef's InitialVpContextArm64, mu_msvm's).
 */
#pragma once

#include "hv/tlfs.h"

/* FADT, hypervisor vendor identity: "MsHyperV", as its letters lie in memory. */
#define HVSMP_FADT_VENDOR 0x567265707948734DUL

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
