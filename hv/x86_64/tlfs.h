/* SPDX-License-Identifier: MIT */
/*
 * The Hyper-V ABI that only x64 has: CPUID leaves, synthetic MSRs, the initial context of a VP.
 * Source: TLFS.
 */
#pragma once

#include "hv/tlfs.h"

/* --- CPUID (TLFS, feature and interface discovery) ------------------------------------------- */
#define HVSMP_CPUID1_ECX_HYPERVISOR      (1U << 31)

#define HVSMP_CPUID_VENDOR               0x40000000U
#define HVSMP_CPUID_INTERFACE            0x40000001U
#define HVSMP_CPUID_VERSION              0x40000002U
#define HVSMP_CPUID_FEATURES             0x40000003U
#define HVSMP_CPUID_RECOMMENDATIONS      0x40000004U
#define HVSMP_CPUID_LIMITS               0x40000005U
#define HVSMP_CPUID_ISOLATION            0x4000000CU

#define HVSMP_INTERFACE_HV1              0x31237648U /* "Hv#1" */
#define HVSMP_CPUID_RANGE                0x100U /* where another hypervisor's leaves may follow */
#define HVSMP_CPUID_LAST_RANGE           0x4000FF00U
#define HVSMP_CPUID_MIN_LEAF             HVSMP_CPUID_LIMITS

#define HVSMP_FEATURE_EDX_FREQUENCY_MSRS (1U << 8)
#define HVSMP_FEATURE_EDX_CRASH_MSRS     (1U << 10)

/* Leaf 0x40000004 EAX: what the hypervisor would rather have. */
#define HVSMP_HINT_CLUSTER_IPI        (1U << 10) /* IPIs by hypercall */
#define HVSMP_HINT_EX_PROCESSOR_MASKS (1U << 11) /* VP sets instead of one mask */

#define HVSMP_ISOLATION_TYPE_MASK     0xFU /* leaf 0x4000000C EBX[3:0] */
#define HVSMP_ISOLATION_SNP           2U   /* from here on a start context means something else */
#define HVSMP_ISOLATION_TDX           3U
#define HVSMP_ISOLATION_PARAVISOR     (1U << 0) /* EAX: unless there is a paravisor */

/* --- synthetic MSRs --------------------------------------------------------------------------- */
#define HVSMP_MSR_GUEST_OS_ID     0x40000000U
#define HVSMP_MSR_HYPERCALL       0x40000001U
#define HVSMP_MSR_VP_INDEX        0x40000002U
#define HVSMP_MSR_TIME_REF_COUNT  0x40000020U
#define HVSMP_MSR_TSC_FREQUENCY   0x40000022U
#define HVSMP_MSR_CRASH_P0        0x40000100U /* to P4, then CTL */
#define HVSMP_MSR_CRASH_CTL       0x40000105U

#define HVSMP_HYPERCALL_ENABLE    (1UL << 0)
#define HVSMP_HYPERCALL_LOCKED    (1UL << 1)
#define HVSMP_HYPERCALL_PRESERVED 0xFFCUL /* bits 11:2 */
#define HVSMP_HYPERCALL_GPA       0xFFFFFFFFFFFFF000UL

/* HV_X64_SEGMENT_REGISTER; attributes: access byte 7:0, zero 11:8, flags 15:12. */
struct hvsmp_segment_register {
	uint64_t base;
	uint32_t limit;
	uint16_t selector;
	uint16_t attributes;
};
_Static_assert(sizeof(struct hvsmp_segment_register) == 16, "HV_X64_SEGMENT_REGISTER is 16 bytes");
HVSMP_ASSERT_FIELD(hvsmp_segment_register, base, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_segment_register, limit, 8, 4);
HVSMP_ASSERT_FIELD(hvsmp_segment_register, selector, 12, 2);
HVSMP_ASSERT_FIELD(hvsmp_segment_register, attributes, 14, 2);

/* HV_X64_TABLE_REGISTER */
struct hvsmp_table_register {
	uint16_t pad[3];
	uint16_t limit;
	uint64_t base;
};
_Static_assert(sizeof(struct hvsmp_table_register) == 16, "HV_X64_TABLE_REGISTER is 16 bytes");
HVSMP_ASSERT_FIELD(hvsmp_table_register, limit, 6, 2);
HVSMP_ASSERT_FIELD(hvsmp_table_register, base, 8, 8);

/* HV_INITIAL_VP_CONTEXT. Mind the order: SS after GS, TR before LDTR, IDTR before GDTR. */
struct hvsmp_initial_vp_context {
	uint64_t rip, rsp, rflags;
	struct hvsmp_segment_register cs, ds, es, fs, gs, ss, tr, ldtr;
	struct hvsmp_table_register idtr, gdtr;
	uint64_t efer, cr0, cr3, cr4, pat;
};
_Static_assert(sizeof(struct hvsmp_initial_vp_context) == 224,
	       "HV_INITIAL_VP_CONTEXT is 224 bytes");
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, rip, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, rsp, 8, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, rflags, 16, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, cs, 24, 16);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, ds, 40, 16);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, es, 56, 16);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, fs, 72, 16);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, gs, 88, 16);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, ss, 104, 16);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, tr, 120, 16);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, ldtr, 136, 16);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, idtr, 152, 16);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, gdtr, 168, 16);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, efer, 184, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, cr0, 192, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, cr3, 200, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, cr4, 208, 8);
HVSMP_ASSERT_FIELD(hvsmp_initial_vp_context, pat, 216, 8);

/* Input of HvCallStartVirtualProcessor. target_vtl is a plain VTL number, not an HV_INPUT_VTL. */
struct hvsmp_start_vp_input {
	uint64_t partition_id;
	uint32_t vp_index;
	uint8_t target_vtl;
	uint8_t pad[3];
	struct hvsmp_initial_vp_context context;
};
_Static_assert(sizeof(struct hvsmp_start_vp_input) == 240,
	       "StartVirtualProcessor input is 240 bytes");
HVSMP_ASSERT_FIELD(hvsmp_start_vp_input, partition_id, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_start_vp_input, vp_index, 8, 4);
HVSMP_ASSERT_FIELD(hvsmp_start_vp_input, target_vtl, 12, 1);
HVSMP_ASSERT_FIELD(hvsmp_start_vp_input, context, 16, 224);
