/* SPDX-License-Identifier: MIT */
/*
 * The part of the Hypervisor Top Level Functional Specification (TLFS) that the reference
 * hypervisor implements, written from the specification alone. The kernel under test has its own
 * definitions, in its own words: only so can one catch a mistake of the other.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HV_PAGE_SIZE 4096U

/* TLFS, Feature and Interface Discovery: CPUID leaves. */
#define HV_LEAF_VENDOR          0x40000000U
#define HV_LEAF_INTERFACE       0x40000001U
#define HV_LEAF_VERSION         0x40000002U
#define HV_LEAF_FEATURES        0x40000003U
#define HV_LEAF_RECOMMENDATIONS 0x40000004U
#define HV_LEAF_LIMITS          0x40000005U
#define HV_LEAF_HARDWARE        0x40000006U
#define HV_LEAF_ISOLATION       0x4000000CU
#define HV_LEAF_HIGHEST         HV_LEAF_ISOLATION
#define HV_ISOLATION_PARAVISOR  (1U << 0) /* EAX; the type is EBX[3:0] */
#define HV_LEAF_RANGE_END       0x400000FFU
#define HV_INTERFACE_HV1        0x31237648U /* "Hv#1" */
#define HV_NEVER_NOTIFY_SPIN    0xFFFFFFFFU

/* TLFS, HV_PARTITION_PRIVILEGE_MASK: low half is EAX, high half EBX of the features leaf. */
#define HV_PRIVILEGE_REFERENCE_COUNTER (1UL << 1)
#define HV_PRIVILEGE_HYPERCALL_MSRS    (1UL << 5)
#define HV_PRIVILEGE_VP_INDEX          (1UL << 6)
#define HV_PRIVILEGE_FREQUENCY_MSRS    (1UL << 11)
#define HV_PRIVILEGE_VSM               (1UL << 48)
#define HV_PRIVILEGE_VP_REGISTERS      (1UL << 49)
#define HV_PRIVILEGE_START_VP          (1UL << 53)

#define HV_PRIVILEGE_ISOLATION         (1UL << 54)

/* With them the rest of what guests of others want; the kernel under test uses none of it. */
#define HV_PRIVILEGE_SYNIC         (1UL << 2)
#define HV_PRIVILEGE_STIMER        (1UL << 3)
#define HV_PRIVILEGE_APIC_MSRS     (1UL << 4)
#define HV_PRIVILEGE_REFERENCE_TSC (1UL << 9)
#define HV_PRIVILEGE_POST_MESSAGES (1UL << 36)
#define HV_PRIVILEGE_SIGNAL_EVENTS (1UL << 37)
#define HV_PRIVILEGES_GUESTS                                                 \
	(HV_PRIVILEGE_SYNIC | HV_PRIVILEGE_STIMER | HV_PRIVILEGE_APIC_MSRS | \
	 HV_PRIVILEGE_REFERENCE_TSC | HV_PRIVILEGE_POST_MESSAGES | HV_PRIVILEGE_SIGNAL_EVENTS)

/* With which a partition may have VTL 1; HV_PRIVILEGES_GUESTS has the first two. */
#define HV_PRIVILEGES_VTL (HV_PRIVILEGE_VSM | HV_PRIVILEGE_VP_REGISTERS)
#define HV_PRIVILEGES_VSM (HV_PRIVILEGE_SYNIC | HV_PRIVILEGE_APIC_MSRS | HV_PRIVILEGES_VTL)

#define HV_PRIVILEGES_OFFERED                                                                   \
	(HV_PRIVILEGE_REFERENCE_COUNTER | HV_PRIVILEGE_HYPERCALL_MSRS | HV_PRIVILEGE_VP_INDEX | \
	 HV_PRIVILEGE_FREQUENCY_MSRS | HV_PRIVILEGE_START_VP)

/* TLFS, features leaf, EDX. */
#define HV_FEATURE_XMM_INPUT      (1U << 4)
#define HV_FEATURE_FREQUENCY_MSRS (1U << 8)
#define HV_FEATURE_CRASH_MSRS     (1U << 10)
#define HV_FEATURE_XMM_OUTPUT     (1U << 15)
#define HV_FEATURE_HYPERCALL_LOCK (1U << 18)
#define HV_FEATURE_DIRECT_STIMER  (1U << 19)
#define HV_FEATURES_XMM           (HV_FEATURE_XMM_INPUT | HV_FEATURE_XMM_OUTPUT)
#define HV_FEATURES_OFFERED \
	(HV_FEATURE_FREQUENCY_MSRS | HV_FEATURE_CRASH_MSRS | HV_FEATURE_HYPERCALL_LOCK)

/* TLFS, recommendations leaf, EAX. That watchdogs need patience asks for no call and no MSR. */
#define HV_HINT_RELAXED_TIMING (1U << 5)
#define HV_HINT_CLUSTER_IPI    (1U << 10)
#define HV_HINT_EX_MASKS       (1U << 11)
#define HV_HINTS_IPI           (HV_HINT_CLUSTER_IPI | HV_HINT_EX_MASKS)
#define HV_HINTS_OFFERED       (HV_HINT_RELAXED_TIMING | HV_HINTS_IPI)

/* TLFS, Synthetic MSRs. */
#define HV_MSR_FIRST          0x40000000U
#define HV_MSR_GUEST_OS_ID    0x40000000U
#define HV_MSR_HYPERCALL      0x40000001U
#define HV_MSR_VP_INDEX       0x40000002U
#define HV_MSR_TIME_REF_COUNT 0x40000020U
#define HV_MSR_TSC_FREQUENCY  0x40000022U
#define HV_MSR_APIC_FREQUENCY 0x40000023U
#define HV_MSR_REFERENCE_TSC  0x40000021U
#define HV_MSR_EOI            0x40000070U
#define HV_MSR_ICR            0x40000071U
#define HV_MSR_TPR            0x40000072U
#define HV_MSR_VP_ASSIST_PAGE 0x40000073U
#define HV_MSR_SCONTROL       0x40000080U
#define HV_MSR_SVERSION       0x40000081U
#define HV_MSR_SIEFP          0x40000082U
#define HV_MSR_SIMP           0x40000083U
#define HV_MSR_EOM            0x40000084U
#define HV_MSR_SINT0          0x40000090U
#define HV_MSR_SINT15         0x4000009FU
#define HV_MSR_STIMER0_CONFIG 0x400000B0U
#define HV_MSR_STIMER3_COUNT  0x400000B7U
#define HV_MSR_CRASH_P0       0x40000100U
#define HV_MSR_CRASH_CTL      0x40000105U
#define HV_MSR_LAST           0x40000FFFU

/* TLFS, partition properties, guest crash: reads of CTL tell which of these are known. */
#define HV_CRASH_PARAMETERS  5U
#define HV_CRASH_TEXT        3U /* P3 and P4: where a text lies, and its bytes */
#define HV_CRASH_LENGTH      4U
#define HV_CRASH_NOTIFY      (1UL << 63)
#define HV_CRASH_MESSAGE     (1UL << 62)          /* there is a text */
#define HV_CRASH_OFFERED     0xFC00000000000000UL /* 61: no dump; 60:58: before an OS */
#define HV_CRASH_RESERVED    0x03FFFFFFFFFFFFFFUL /* 63 to 58 mean something */
#define HV_CRASH_MESSAGE_MAX 4096U

/* TLFS, HV_X64_MSR_HYPERCALL_CONTENTS. Bits 11:2 are preserved. */
#define HV_HYPERCALL_ENABLE (1UL << 0)
#define HV_HYPERCALL_LOCKED (1UL << 1)
#define HV_HYPERCALL_PAGE   0xFFFFFFFFFFFFF000UL
#define HV_HYPERCALL_KEPT   0x0000000000000FFCUL

/* What the firmware of a generation 2 VM calls itself: OS id 1. */
#define HV_FIRMWARE_OS_ID 0x0000010000000000UL

/* TLFS: MSRs that name a page of the guest: enabled by bit 0; bits 11:1 are preserved. */
#define HV_PAGE_MSR_ENABLE (1UL << 0)
#define HV_PAGE_MSR_GPA    0xFFFFFFFFFFFFF000UL

/* TLFS, Timers: the reference TSC page. */
struct hv_reference_tsc {
	uint32_t sequence; /* 0: not valid */
	uint32_t reserved;
	uint64_t scale;
	int64_t offset;
};
_Static_assert(sizeof(struct hv_reference_tsc) == 24, "TLFS, HV_REFERENCE_TSC_PAGE");

#define HV_TICKS_PER_SECOND 10000000UL /* the reference counter counts 100 ns */

/* TLFS, Hypercall Status Codes. */
enum hv_status {
	HV_SUCCESS = 0x0000,
	HV_INVALID_HYPERCALL_CODE = 0x0002,
	HV_INVALID_HYPERCALL_INPUT = 0x0003,
	HV_INVALID_ALIGNMENT = 0x0004,
	HV_INVALID_PARAMETER = 0x0005,
	HV_ACCESS_DENIED = 0x0006,
	HV_INSUFFICIENT_MEMORY = 0x000B,
	HV_INVALID_PARTITION_ID = 0x000D,
	HV_INVALID_VP_INDEX = 0x000E,
	HV_INVALID_CONNECTION_ID = 0x0012,
	HV_INSUFFICIENT_BUFFERS = 0x0013,
	HV_INVALID_VP_STATE = 0x0015,
	HV_INVALID_REGISTER_VALUE = 0x0050,
	HV_INVALID_VTL_STATE = 0x0051,
	HV_VTL_ALREADY_ENABLED = 0x0086,
};

#define HV_PARTITION_SELF 0xFFFFFFFFFFFFFFFFUL
#define HV_VP_SELF        0xFFFFFFFEU
#define HV_VTL_HIGHEST    2U

/* TLFS, Hypercall Inputs: the control word. Bit 31 (nested) must be zero: there is no L0 here. */
union hv_control {
	uint64_t as_u64;
	struct {
		uint64_t code        : 16;
		uint64_t fast        : 1;
		uint64_t variable    : 10; /* size of the variable header in 8-byte units */
		uint64_t reserved_27 : 4;
		uint64_t nested      : 1;
		uint64_t rep_count   : 12;
		uint64_t reserved_44 : 4;
		uint64_t rep_start   : 12;
		uint64_t reserved_60 : 4;
	};
};
_Static_assert(sizeof(union hv_control) == 8, "TLFS, hypercall input value");

/* TLFS, XMM Fast Hypercall Input: RDX, R8, XMM0 to XMM5; output is in the registers behind it. */
#define HV_FAST_BYTES     112U
#define HV_FAST_WORDS     (HV_FAST_BYTES / 8)
#define HV_FAST_FIRST_XMM 2 /* word */

/* TLFS, Hypercall Outputs: status in 15:0, elements completed (counted from 0) in 43:32. */
#define HV_RESULT_REPS_SHIFT  32
#define HV_RESULT_RESERVED    0xFFFFF000FFFF0000UL

#define HV_CALL_IPI           0x000BU
#define HV_CALL_PARTITION_VTL 0x000DU
#define HV_CALL_ENABLE_VTL    0x000FU
#define HV_CALL_VTL_CALL      0x0011U
#define HV_CALL_VTL_RETURN    0x0012U
#define HV_CALL_IPI_EX        0x0015U
#define HV_CALL_POST_MESSAGE  0x005CU
#define HV_CALL_SIGNAL_EVENT  0x005DU
#define HV_CALL_REGISTERS     0x0050U
#define HV_CALL_SET_REGISTERS 0x0051U
#define HV_CALL_START_VP      0x0099U
#define HV_CALL_MAP_VP        0x009AU
#define HV_CALL_EXTENDED      0x8000U /* from here on the parent partition may answer */

/* TLFS, HvCallGetVpIndexFromApicId: the header; a list of APIC ids follows. */
struct hv_map_input {
	uint64_t partition_id;
	uint8_t target_vtl; /* a plain number */
	uint8_t padding[7];
};
_Static_assert(sizeof(struct hv_map_input) == 16, "TLFS, HvCallGetVpIndexFromApicId");
_Static_assert(offsetof(struct hv_map_input, target_vtl) == 8, "TLFS, TargetVtl");

/* TLFS, HvCallEnablePartitionVtl. The fast form has these 16 bytes in RDX and R8. */
struct hv_partition_vtl_input {
	uint64_t partition_id;
	uint8_t target_vtl; /* a plain number */
	uint8_t flags;      /* MBEC, shadow stack, HVPT: none is offered */
	uint8_t padding[6];
};
_Static_assert(sizeof(struct hv_partition_vtl_input) == 16, "TLFS, HvCallEnablePartitionVtl");
_Static_assert(offsetof(struct hv_partition_vtl_input, target_vtl) == 8, "TLFS, TargetVtl");
_Static_assert(offsetof(struct hv_partition_vtl_input, flags) == 9, "TLFS, Flags");

/* TLFS, HvCallVtlReturn: the input value in RAX. */
#define HV_VTL_RETURN_FAST 1UL

/* TLFS, HV_VP_ASSIST_PAGE, as far as it is about VTLs (HV_VP_VTL_CONTROL at 8). */
struct hv_vp_assist {
	uint32_t apic_assist;
	uint32_t reserved;
	uint32_t entry_reason; /* written at each entry into the VTL */
	uint8_t vina_status;
	uint8_t padding[3];
	uint64_t return_rax; /* what the lower VTL gets from a return that is not fast */
	uint64_t return_rcx;
};
_Static_assert(sizeof(struct hv_vp_assist) == 32, "TLFS, HV_VP_ASSIST_PAGE");
_Static_assert(offsetof(struct hv_vp_assist, entry_reason) == 8, "TLFS, EntryReason");
_Static_assert(offsetof(struct hv_vp_assist, vina_status) == 12, "TLFS, VinaStatus");
_Static_assert(offsetof(struct hv_vp_assist, return_rax) == 16, "TLFS, VtlReturnX64Rax");
_Static_assert(offsetof(struct hv_vp_assist, return_rcx) == 24, "TLFS, VtlReturnX64Rcx");
#define HV_VTL_ENTRY_CALL      1U
#define HV_VTL_ENTRY_INTERRUPT 2U

/* TLFS, HV_INPUT_VTL: target VTL in 3:0, used if bit 4 is set; else the caller's. */
#define HV_INPUT_VTL_TARGET   0x0FU
#define HV_INPUT_VTL_USE      0x10U
#define HV_INPUT_VTL_RESERVED 0xE0U

#define HV_IPI_VECTOR_LOWEST  0x10U
#define HV_IPI_VECTOR_HIGHEST 0xFFU

/* TLFS, HvCallSendSyntheticClusterIpi. The fast form has these 16 bytes in RDX and R8. */
struct hv_ipi_input {
	uint32_t vector;
	uint8_t target_vtl; /* HV_INPUT_VTL */
	uint8_t padding[3];
	uint64_t vps; /* 0 to 63, a bit each */
};
_Static_assert(sizeof(struct hv_ipi_input) == 16, "TLFS, HvCallSendSyntheticClusterIpi");
_Static_assert(offsetof(struct hv_ipi_input, vps) == 8, "TLFS, ProcessorMask");

/* TLFS, HvCallSendSyntheticClusterIpiEx with HV_VP_SET; the banks follow as variable header. */
#define HV_VP_SET_BANKS  64U
#define HV_VP_SET_SPARSE 0U
struct hv_ipi_ex_input {
	uint32_t vector;
	uint8_t target_vtl;
	uint8_t padding[3];
	uint64_t format;
	uint64_t valid_banks;
};
_Static_assert(sizeof(struct hv_ipi_ex_input) == 24, "TLFS, HvCallSendSyntheticClusterIpiEx");
_Static_assert(offsetof(struct hv_ipi_ex_input, format) == 8, "TLFS, ProcessorSet");
_Static_assert(offsetof(struct hv_ipi_ex_input, valid_banks) == 16, "TLFS, ValidBankMask");

/* TLFS, HV_X64_SEGMENT_REGISTER: `attributes` is the descriptor's access byte and flag nibble. */
struct hv_segment {
	uint64_t base;
	uint32_t limit; /* in bytes, whatever the granularity bit says */
	uint16_t selector;
	uint16_t attributes;
};
_Static_assert(sizeof(struct hv_segment) == 16, "TLFS, HV_X64_SEGMENT_REGISTER");
_Static_assert(offsetof(struct hv_segment, limit) == 8, "TLFS, Limit");
_Static_assert(offsetof(struct hv_segment, selector) == 12, "TLFS, Selector");
_Static_assert(offsetof(struct hv_segment, attributes) == 14, "TLFS, Attributes");

#define HV_SEGMENT_TYPE       0x000FU
#define HV_SEGMENT_TYPE_CODE  0x0008U
#define HV_SEGMENT_TYPE_WRITE 0x0002U
#define HV_SEGMENT_CODE_DATA  0x0010U /* clear: a system segment */
#define HV_SEGMENT_DPL        0x0060U
#define HV_SEGMENT_PRESENT    0x0080U
#define HV_SEGMENT_RESERVED   0x0F00U
#define HV_SEGMENT_LONG       0x2000U
#define HV_SEGMENT_DEFAULT    0x4000U
#define HV_SEGMENT_GRANULAR   0x8000U

/* TLFS, HV_X64_TABLE_REGISTER. */
struct hv_table {
	uint16_t padding[3];
	uint16_t limit;
	uint64_t base;
};
_Static_assert(sizeof(struct hv_table) == 16, "TLFS, HV_X64_TABLE_REGISTER");
_Static_assert(offsetof(struct hv_table, limit) == 6, "TLFS, Limit");
_Static_assert(offsetof(struct hv_table, base) == 8, "TLFS, Base");

/* TLFS, HV_INITIAL_VP_CONTEXT for x64. */
struct hv_vp_context {
	uint64_t rip;
	uint64_t rsp;
	uint64_t rflags;
	struct hv_segment cs;
	struct hv_segment ds;
	struct hv_segment es;
	struct hv_segment fs;
	struct hv_segment gs;
	struct hv_segment ss;
	struct hv_segment tr;
	struct hv_segment ldtr;
	struct hv_table idtr;
	struct hv_table gdtr;
	uint64_t efer;
	uint64_t cr0;
	uint64_t cr3;
	uint64_t cr4;
	uint64_t pat;
};
_Static_assert(sizeof(struct hv_vp_context) == 224, "TLFS, HV_INITIAL_VP_CONTEXT");

/* TLFS, HvCallStartVirtualProcessor; HvCallEnableVpVtl has the same. */
struct hv_start_input {
	uint64_t partition_id;
	uint32_t vp_index;
	uint8_t target_vtl; /* a plain number */
	uint8_t padding[3];
	struct hv_vp_context context;
};
#define HV_START_FIELD(field, offset) \
	_Static_assert(offsetof(struct hv_start_input, field) == (offset), "TLFS, " #field)
_Static_assert(sizeof(struct hv_start_input) == 240, "TLFS, HvCallStartVirtualProcessor");
HV_START_FIELD(partition_id, 0);
HV_START_FIELD(vp_index, 8);
HV_START_FIELD(target_vtl, 12);
HV_START_FIELD(context.rip, 16);
HV_START_FIELD(context.rsp, 24);
HV_START_FIELD(context.rflags, 32);
HV_START_FIELD(context.cs, 40);
HV_START_FIELD(context.ds, 56);
HV_START_FIELD(context.es, 72);
HV_START_FIELD(context.fs, 88);
HV_START_FIELD(context.gs, 104);
HV_START_FIELD(context.ss, 120);
HV_START_FIELD(context.tr, 136);
HV_START_FIELD(context.ldtr, 152);
HV_START_FIELD(context.idtr, 168);
HV_START_FIELD(context.gdtr, 184);
HV_START_FIELD(context.efer, 200);
HV_START_FIELD(context.cr0, 208);
HV_START_FIELD(context.cr3, 216);
HV_START_FIELD(context.cr4, 224);
HV_START_FIELD(context.pat, 232);

/* TLFS, Inter-Partition Communication: the synthetic interrupt controller. */
#define HV_SINTS            16U
#define HV_SCONTROL_ENABLE  (1UL << 0)
#define HV_SINT_VECTOR      0x000000FFUL
#define HV_SINT_MASKED      (1UL << 16)
#define HV_SINT_AUTO_EOI    (1UL << 17)
#define HV_SINT_POLLING     (1UL << 18)
#define HV_SYNIC_VERSION    1U
#define HV_VECTOR_LOWEST    16U
#define HV_MESSAGE_PAYLOAD  240U
#define HV_MESSAGE_PENDING  0x01U
#define HV_MESSAGE_NONE     0U
#define HV_MESSAGE_TIMER    0x80000010U
#define HV_MESSAGE_RESERVED 0x80000000U /* types from here on are the hypervisor's */
#define HV_EVENT_FLAGS      2048U

/* TLFS, HV_MESSAGE: the page of SIMP has one for each SINT. */
struct hv_message {
	uint32_t type;
	uint8_t payload_size;
	uint8_t flags;
	uint16_t reserved;
	uint64_t sender;
	uint8_t payload[HV_MESSAGE_PAYLOAD];
};
_Static_assert(sizeof(struct hv_message) == 256, "TLFS, HV_MESSAGE");
_Static_assert(offsetof(struct hv_message, payload) == 16, "TLFS, HV_MESSAGE_HEADER");

/* TLFS, HV_TIMER_MESSAGE_PAYLOAD. */
struct hv_timer_payload {
	uint32_t timer;
	uint32_t reserved;
	uint64_t expired;
	uint64_t delivered;
};
_Static_assert(sizeof(struct hv_timer_payload) == 24, "TLFS, HV_TIMER_MESSAGE_PAYLOAD");

/* TLFS, HvCallPostMessage. */
struct hv_post_input {
	uint32_t connection;
	uint32_t reserved;
	uint32_t type;
	uint32_t size;
	uint8_t payload[HV_MESSAGE_PAYLOAD];
};
_Static_assert(sizeof(struct hv_post_input) == 256, "TLFS, HvCallPostMessage");

/* TLFS, HvCallSignalEvent. The fast form has these 8 bytes in RDX. */
struct hv_signal_input {
	uint32_t connection;
	uint16_t flag;
	uint16_t reserved;
};
_Static_assert(sizeof(struct hv_signal_input) == 8, "TLFS, HvCallSignalEvent");

/* TLFS, HV_STIMER_CONFIG. */
#define HV_STIMERS             4U
#define HV_STIMER_ENABLE       (1UL << 0)
#define HV_STIMER_PERIODIC     (1UL << 1)
#define HV_STIMER_AUTO_ENABLE  (1UL << 3)
#define HV_STIMER_DIRECT       (1UL << 12)
#define HV_STIMER_VECTOR_SHIFT 4
#define HV_STIMER_SINT_SHIFT   16
#define HV_STIMER_SINT         0xFUL
/* TLFS, HvCallGetVpRegisters: the header; a list of names follows, and a list of values returns. */
struct hv_registers_input {
	uint64_t partition_id;
	uint32_t vp_index;
	uint8_t target_vtl; /* HV_INPUT_VTL */
	uint8_t padding[3];
};
_Static_assert(sizeof(struct hv_registers_input) == 16, "TLFS, HvCallGetVpRegisters");
_Static_assert(offsetof(struct hv_registers_input, vp_index) == 8, "TLFS, VpIndex");
_Static_assert(offsetof(struct hv_registers_input, target_vtl) == 12, "TLFS, InputVtl");

/* TLFS, HV_REGISTER_VALUE. */
struct hv_register_value {
	uint64_t low;
	uint64_t high;
};
_Static_assert(sizeof(struct hv_register_value) == 16, "TLFS, HV_REGISTER_VALUE");

/* TLFS, HV_REGISTER_ASSOC: an element of HvCallSetVpRegisters. */
struct hv_register_assoc {
	uint32_t name;
	uint32_t padding[3];
	struct hv_register_value value;
};
_Static_assert(sizeof(struct hv_register_assoc) == 32, "TLFS, HV_REGISTER_ASSOC");
_Static_assert(offsetof(struct hv_register_assoc, value) == 16, "TLFS, Value");

/* TLFS, HV_REGISTER_NAME, and the registers' fields: sets of VTLs have a bit each. */
#define HV_REGISTER_VP_ASSIST_PAGE            0x00090013U /* as the MSR */
#define HV_REGISTER_VSM_CODE_PAGE_OFFSETS     0x000D0002U /* 11:0: VtlCall, 23:12: VtlReturn */
#define HV_VSM_CODE_PAGE_RETURN_SHIFT         12
#define HV_REGISTER_VSM_VP_STATUS             0x000D0003U
#define HV_VSM_VP_STATUS_ENABLED_SHIFT        16 /* 3:0: the active one */
#define HV_REGISTER_VSM_PARTITION_STATUS      0x000D0004U
#define HV_VSM_PARTITION_STATUS_MAXIMUM_SHIFT 16          /* 15:0: the enabled ones */
#define HV_REGISTER_VSM_CAPABILITIES          0x000D0006U /* headers of others count from bit 0 */
#define HV_VSM_CAPABILITIES_DR6_SHARED        (1UL << 63)
#define HV_VSM_CAPABILITIES_DENY_STARTUP      (1UL << 46)
#define HV_REGISTER_VSM_PARTITION_CONFIG      0x000D0007U
#define HV_VSM_CONFIG_PROTECTION              (1UL << 0)
#define HV_VSM_CONFIG_DEFAULT_MASK            0x1EUL /* read, write, kernel and user execute */
#define HV_VSM_CONFIG_TEST_MASK               0x16UL /* without kernel execute */
#define HV_VSM_CONFIG_DENY_STARTUP            (1UL << 6)
#define HV_VSM_CONFIG_KNOWN                   0x7FUL
#define HV_REGISTER_VSM_SECURE_CONFIG_VTL0    0x000D0010U
#define HV_VSM_SECURE_CONFIG_TLB_LOCKED       (1UL << 1)
#define HV_REGISTER_RIP                       0x00020010U

/* TLFS, HV_X64_PENDING_EXCEPTION_EVENT, its first half; the error code is 63:32. */
#define HV_REGISTER_PENDING_EVENT0    0x00010004U
#define HV_PENDING_EVENT              (1UL << 0)
#define HV_PENDING_EVENT_TYPE         (7UL << 1) /* 0: an exception */
#define HV_PENDING_EVENT_ERROR        (1UL << 8)
#define HV_PENDING_EVENT_RESERVED     0xFEF0UL
#define HV_PENDING_EVENT_VECTOR       0xFFFF0000UL
#define HV_PENDING_EVENT_VECTOR_SHIFT 16
#define HV_PENDING_EVENT_ERROR_SHIFT  32
#define HV_EXCEPTIONS                 32U
