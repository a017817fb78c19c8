/* SPDX-License-Identifier: MIT */
/*
 * The Hyper-V ABI as an x64 guest sees it, from the Hypervisor Top-Level Functional Specification
 * (TLFS). Every structure the hypervisor reads is asserted field by field. The room's second public
 * header, for who breaks the rules on purpose (conform/) and for the host tests that hold it against
 * byte vectors; everybody else needs hv.h only.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* --- CPUID (TLFS, feature and interface discovery) ------------------------------------------- */
#define HVSMP_CPUID1_ECX_HYPERVISOR (1U << 31)

#define HVSMP_CPUID_VENDOR          0x40000000U
#define HVSMP_CPUID_INTERFACE       0x40000001U
#define HVSMP_CPUID_VERSION         0x40000002U
#define HVSMP_CPUID_FEATURES        0x40000003U
#define HVSMP_CPUID_RECOMMENDATIONS 0x40000004U
#define HVSMP_CPUID_LIMITS          0x40000005U
#define HVSMP_CPUID_ISOLATION       0x4000000CU

#define HVSMP_INTERFACE_HV1         0x31237648U /* "Hv#1" */
#define HVSMP_CPUID_RANGE           0x100U      /* where another hypervisor's leaves may follow */
#define HVSMP_CPUID_LAST_RANGE      0x4000FF00U
#define HVSMP_CPUID_MIN_LEAF        HVSMP_CPUID_LIMITS

/* HV_PARTITION_PRIVILEGE_MASK: EAX is the low half, EBX the high half of leaf 0x40000003. */
#define HVSMP_PRIVILEGE_REFERENCE_COUNTER (1UL << 1)
#define HVSMP_PRIVILEGE_HYPERCALL_MSRS    (1UL << 5)
#define HVSMP_PRIVILEGE_VP_INDEX          (1UL << 6)
#define HVSMP_PRIVILEGE_FREQUENCY_MSRS    (1UL << 11)
#define HVSMP_PRIVILEGE_START_VP          (1UL << 53)
#define HVSMP_PRIVILEGE_ISOLATION         (1UL << 54)
#define HVSMP_FEATURE_EDX_FREQUENCY_MSRS  (1U << 8)
#define HVSMP_FEATURE_EDX_CRASH_MSRS      (1U << 10)

/* Leaf 0x40000004 EAX: what the hypervisor would rather have. */
#define HVSMP_HINT_CLUSTER_IPI        (1U << 10) /* IPIs by hypercall */
#define HVSMP_HINT_EX_PROCESSOR_MASKS (1U << 11) /* VP sets instead of one mask */

#define HVSMP_ISOLATION_TYPE_MASK     0xFU /* leaf 0x4000000C EBX[3:0] */
#define HVSMP_ISOLATION_SNP           2U   /* from here on a start context means something else */

#define HVSMP_LIMIT_NONE              0xFFFFFFFFU /* leaf 0x40000005 EAX: no specific limit; 0: not reported */

/* --- synthetic MSRs --------------------------------------------------------------------------- */
#define HVSMP_MSR_GUEST_OS_ID    0x40000000U
#define HVSMP_MSR_HYPERCALL      0x40000001U
#define HVSMP_MSR_VP_INDEX       0x40000002U
#define HVSMP_MSR_TIME_REF_COUNT 0x40000020U
#define HVSMP_MSR_TSC_FREQUENCY  0x40000022U
#define HVSMP_MSR_CRASH_P0       0x40000100U /* to P4, then CTL */
#define HVSMP_MSR_CRASH_CTL      0x40000105U

/*
 * An open-source id (bit 63) of an operating system type nobody has registered (0x7F), version in
 * bits 47:16, build in 15:0.
 */
#define HVSMP_OUR_OS_ID           0xFF00000001000000UL

#define HVSMP_CRASH_NOTIFY        (1UL << 63)
#define HVSMP_CRASH_MESSAGE       (1UL << 62) /* P3: address of a text, P4: its length */

#define HVSMP_HYPERCALL_ENABLE    (1UL << 0)
#define HVSMP_HYPERCALL_LOCKED    (1UL << 1)
#define HVSMP_HYPERCALL_PRESERVED 0xFFCUL /* bits 11:2 */
#define HVSMP_HYPERCALL_GPA       0xFFFFFFFFFFFFF000UL

/* --- hypercalls (TLFS, hypercall interface) --------------------------------------------------- */
#define HVSMP_CALL_SEND_IPI           0x000BU
#define HVSMP_CALL_SEND_IPI_EX        0x0015U
#define HVSMP_CALL_START_VP           0x0099U
#define HVSMP_CALL_GET_VP_INDEX       0x009AU
#define HVSMP_CALL_INVALID            0xFFFFU /* no such call: status 2 proves that the page works */

#define HVSMP_CONTROL_FAST            (1UL << 16)   /* parameters in registers */
#define HVSMP_CONTROL_VARIABLE_SHIFT  17            /* bits 26:17, size of a variable header */
#define HVSMP_CONTROL_RESERVED_27     (0xFUL << 27) /* bits 30:27 */
#define HVSMP_CONTROL_NESTED          (1UL << 31)
#define HVSMP_CONTROL_REP_COUNT_SHIFT 32
#define HVSMP_CONTROL_RESERVED_44     (0xFUL << 44) /* bits 47:44 */
#define HVSMP_CONTROL_REP_START_SHIFT 48
#define HVSMP_CONTROL_RESERVED_60     (0xFUL << 60) /* bits 63:60 */
#define HVSMP_REP_MASK                0xFFFU
#define HVSMP_RESULT_STATUS_MASK      0xFFFFU
#define HVSMP_RESULT_REPS_SHIFT       32

#define HVSMP_PAGE_SIZE               4096U
#define HVSMP_PARTITION_SELF          0xFFFFFFFFFFFFFFFFUL
#define HVSMP_VP_INDEX_SELF           0xFFFFFFFEU
#define HVSMP_VP_INDEX_ANY            0xFFFFFFFFU

#define HVSMP_ASSERT_FIELD(type, field, offset, size)                       \
	_Static_assert(offsetof(struct type, field) == (offset) &&          \
			       sizeof(((struct type *)0)->field) == (size), \
		       #type "." #field)

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

/*
 * Header of HvCallGetVpIndexFromApicId; the input list follows it, the output list has no header.
 * The specification draws 8-byte elements, everybody we know of uses packed 4-byte ones.
 */
struct hvsmp_get_vp_index_input {
	uint64_t partition_id;
	uint8_t target_vtl;
	uint8_t pad[7];
	uint32_t list[]; /* APIC ids */
};
_Static_assert(sizeof(struct hvsmp_get_vp_index_input) == 16,
	       "GetVpIndexFromApicId header is 16 bytes");
HVSMP_ASSERT_FIELD(hvsmp_get_vp_index_input, partition_id, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_get_vp_index_input, target_vtl, 8, 1);
_Static_assert(offsetof(struct hvsmp_get_vp_index_input, list) == 16, "input list follows at 16");

/* HV_VP_SET: of 64 banks of 64 VPs each, those of the mask follow, in ascending order. */
#define HVSMP_VP_SET_SPARSE_4K 0U
struct hvsmp_sparse_vp_set {
	uint64_t format;
	uint64_t valid_banks;
	uint64_t bank[];
};
_Static_assert(sizeof(struct hvsmp_sparse_vp_set) == 16, "HV_VP_SET header is 16 bytes");
HVSMP_ASSERT_FIELD(hvsmp_sparse_vp_set, format, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_sparse_vp_set, valid_banks, 8, 8);
_Static_assert(offsetof(struct hvsmp_sparse_vp_set, bank) == 16, "banks follow at 16");

/* Input of HvCallSendSyntheticClusterIpiEx; a VP set follows. target_vtl 0: the caller's own. */
struct hvsmp_send_ipi_ex_input {
	uint32_t vector;
	uint8_t target_vtl;
	uint8_t pad[3];
};
_Static_assert(sizeof(struct hvsmp_send_ipi_ex_input) == 8,
	       "SendSyntheticClusterIpiEx header is 8 bytes");
HVSMP_ASSERT_FIELD(hvsmp_send_ipi_ex_input, vector, 0, 4);
HVSMP_ASSERT_FIELD(hvsmp_send_ipi_ex_input, target_vtl, 4, 1);
