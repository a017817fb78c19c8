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
#define HVSMP_MSR_VP_ASSIST_PAGE  0x40000073U
#define HVSMP_MSR_SCONTROL        0x40000080U
#define HVSMP_MSR_SIMP            0x40000083U
#define HVSMP_MSR_EOM             0x40000084U
#define HVSMP_MSR_SINT0           0x40000090U
#define HVSMP_MSR_CRASH_P0        0x40000100U /* to P4, then CTL */
#define HVSMP_MSR_CRASH_CTL       0x40000105U

#define HVSMP_HYPERCALL_ENABLE    (1UL << 0)
#define HVSMP_HYPERCALL_LOCKED    (1UL << 1)
#define HVSMP_HYPERCALL_PRESERVED 0xFFCUL /* bits 11:2 */
#define HVSMP_HYPERCALL_GPA       0xFFFFFFFFFFFFF000UL

#define HVSMP_PAGE_MSR_ENABLE     (1UL << 0) /* VP_ASSIST_PAGE, SIMP; the page in 63:12 */
#define HVSMP_SCONTROL_ENABLE     (1UL << 0)
#define HVSMP_SINT_MASKED         (1UL << 16) /* the vector in 7:0 */
#define HVSMP_SINT_AUTO_EOI       (1UL << 17)

/* Registers of a VP, HV_REGISTER_NAME. */
#define HVSMP_REGISTER_PENDING_EVENT0 0x00010004U
#define HVSMP_REGISTER_RIP            0x00020010U

/* HV_X64_PENDING_EXCEPTION_EVENT, its low half; the error code is 63:32. */
#define HVSMP_EVENT_PENDING      (1UL << 0)
#define HVSMP_EVENT_ERROR_CODE   (1UL << 8)
#define HVSMP_EVENT_VECTOR_SHIFT 16

/* HV_VP_ASSIST_PAGE, as far as VTLs go. */
struct hvsmp_vp_assist {
	uint32_t apic_assist;
	uint32_t reserved;
	uint32_t entry_reason; /* HVSMP_ENTRY_... of machine.h */
	uint8_t vina_status;
	uint8_t pad[3];
	uint64_t return_rax, return_rcx; /* of the lower VTL, at a return that is not fast */
};
_Static_assert(sizeof(struct hvsmp_vp_assist) == 32, "VTL control ends at 32");
HVSMP_ASSERT_FIELD(hvsmp_vp_assist, entry_reason, 8, 4);
HVSMP_ASSERT_FIELD(hvsmp_vp_assist, vina_status, 12, 1);
HVSMP_ASSERT_FIELD(hvsmp_vp_assist, return_rax, 16, 8);
HVSMP_ASSERT_FIELD(hvsmp_vp_assist, return_rcx, 24, 8);

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

/* HV_MESSAGE, a slot of SIMP for each SINT, with an HV_X64_MEMORY_INTERCEPT_MESSAGE in it. */
#define HVSMP_MESSAGE_NONE    0U
#define HVSMP_MESSAGE_GPA     0x80000001U /* a page that is protected from the VP's VTL */
#define HVSMP_MESSAGE_PENDING 1U          /* flags: another one waits for the slot */
#define HVSMP_LENGTH_MASK     0xFU        /* of the instruction, 0: not told; CR8 above it */
struct hvsmp_memory_intercept {
	uint32_t type;
	uint8_t size, flags;
	uint8_t reserved[2];
	uint64_t sender;
	uint32_t vp_index;
	uint8_t length, access;
	uint16_t state;
	struct hvsmp_segment_register cs;
	uint64_t rip, rflags;
	uint32_t cache_type;
	uint8_t byte_count, info, priority, reserved1;
	uint64_t gva, gpa;
	uint8_t bytes[16];
};
_Static_assert(sizeof(struct hvsmp_memory_intercept) == 96, "16 and 80 bytes");
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, type, 0, 4);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, size, 4, 1);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, flags, 5, 1);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, sender, 8, 8);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, vp_index, 16, 4);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, length, 20, 1);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, access, 21, 1);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, state, 22, 2);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, cs, 24, 16);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, rip, 40, 8);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, rflags, 48, 8);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, cache_type, 56, 4);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, byte_count, 60, 1);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, info, 61, 1);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, priority, 62, 1);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, gva, 64, 8);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, gpa, 72, 8);
HVSMP_ASSERT_FIELD(hvsmp_memory_intercept, bytes, 80, 16);
