/* SPDX-License-Identifier: MIT */
/*
 * The Hyper-V ABI that is the same on every architecture, from the Hypervisor Top-Level Functional
 * Specification (TLFS). Every structure the hypervisor reads is asserted field by field. With
 * x86_64/tlfs.h the room's second face, for code that breaks the rules on purpose (conform/) and
 * for the host tests that hold it against byte vectors; everything else needs hv.h only.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* HV_PARTITION_PRIVILEGE_MASK */
#define HVSMP_PRIVILEGE_REFERENCE_COUNTER (1UL << 1)
#define HVSMP_PRIVILEGE_SYNIC             (1UL << 2)
#define HVSMP_PRIVILEGE_APIC_MSRS         (1UL << 4) /* and VP_ASSIST_PAGE */
#define HVSMP_PRIVILEGE_HYPERCALL_MSRS    (1UL << 5)
#define HVSMP_PRIVILEGE_VP_INDEX          (1UL << 6)
#define HVSMP_PRIVILEGE_FREQUENCY_MSRS    (1UL << 11)
#define HVSMP_PRIVILEGE_VSM               (1UL << 48)
#define HVSMP_PRIVILEGE_VP_REGISTERS      (1UL << 49)
#define HVSMP_PRIVILEGE_START_VP          (1UL << 53)
#define HVSMP_PRIVILEGE_ISOLATION         (1UL << 54)

/* Control of the crash registers: what the host is told, and by reading it, what it wants. */
#define HVSMP_CRASH_NOTIFY  (1UL << 63)
#define HVSMP_CRASH_MESSAGE (1UL << 62) /* P3: address of a text, P4: its length */
#define HVSMP_CRASH_NO_DUMP (1UL << 61) /* the guest writes no dump: do not wait for one */

/* --- hypercalls (TLFS, hypercall interface) --------------------------------------------------- */
#define HVSMP_CALL_SEND_IPI             0x000BU
#define HVSMP_CALL_PROTECT              0x000CU
#define HVSMP_CALL_ENABLE_PARTITION_VTL 0x000DU
#define HVSMP_CALL_ENABLE_VP_VTL        0x000FU /* with the input of 0x99 */
#define HVSMP_CALL_VTL_CALL             0x0011U /* by the code in the page; no status */
#define HVSMP_CALL_VTL_RETURN           0x0012U
#define HVSMP_CALL_SEND_IPI_EX          0x0015U
#define HVSMP_CALL_GET_VP_REGISTERS     0x0050U
#define HVSMP_CALL_SET_VP_REGISTERS     0x0051U
#define HVSMP_CALL_START_VP             0x0099U
#define HVSMP_CALL_GET_VP_INDEX         0x009AU
/* No such call. From 0x8000 up they are extended calls, which others than the hypervisor answer. */
#define HVSMP_CALL_UNASSIGNED         0x7FFFU

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
#define HVSMP_LIMIT_NONE              0xFFFFFFFFU /* of VP indexes; 0: not reported */

#define HVSMP_ASSERT_FIELD(type, field, offset, size)                       \
	_Static_assert(offsetof(struct type, field) == (offset) &&          \
			       sizeof(((struct type *)0)->field) == (size), \
		       #type "." #field)

/*
 * Header of HvCallGetVpIndexFromApicId; the input list follows it, the output list has no header.
 * The specification draws 8-byte elements, every implementation we know of uses packed 4-byte ones.
 */
struct hvsmp_get_vp_index_input {
	uint64_t partition_id;
	uint8_t target_vtl;
	uint8_t pad[7];
	uint32_t list[]; /* APIC ids; MPIDRs, of two words each */
};
_Static_assert(sizeof(struct hvsmp_get_vp_index_input) == 16,
	       "GetVpIndexFromApicId header is 16 bytes");
HVSMP_ASSERT_FIELD(hvsmp_get_vp_index_input, partition_id, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_get_vp_index_input, target_vtl, 8, 1);
_Static_assert(offsetof(struct hvsmp_get_vp_index_input, list) == 16, "input list follows at 16");

/* Input of HvCallEnablePartitionVtl. target_vtl is a plain VTL number; no flag is asked for. */
struct hvsmp_enable_partition_vtl_input {
	uint64_t partition_id;
	uint8_t target_vtl;
	uint8_t flags;
	uint8_t pad[6];
};
_Static_assert(sizeof(struct hvsmp_enable_partition_vtl_input) == 16,
	       "EnablePartitionVtl input is 16 bytes");
HVSMP_ASSERT_FIELD(hvsmp_enable_partition_vtl_input, partition_id, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_enable_partition_vtl_input, target_vtl, 8, 1);
HVSMP_ASSERT_FIELD(hvsmp_enable_partition_vtl_input, flags, 9, 1);

/*
 * Header of HvCallGetVpRegisters; names follow it. target_vtl is an HV_INPUT_VTL, whose 0 is the
 * caller's own VTL. The output is a list of values, each 16 bytes.
 */
struct hvsmp_get_vp_registers_input {
	uint64_t partition_id;
	uint32_t vp_index;
	uint8_t target_vtl;
	uint8_t pad[3];
	uint32_t names[];
};
_Static_assert(sizeof(struct hvsmp_get_vp_registers_input) == 16,
	       "GetVpRegisters header is 16 bytes");
HVSMP_ASSERT_FIELD(hvsmp_get_vp_registers_input, partition_id, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_get_vp_registers_input, vp_index, 8, 4);
HVSMP_ASSERT_FIELD(hvsmp_get_vp_registers_input, target_vtl, 12, 1);
_Static_assert(offsetof(struct hvsmp_get_vp_registers_input, names) == 16, "names follow at 16");

struct hvsmp_register_value {
	uint64_t low, high;
};
_Static_assert(sizeof(struct hvsmp_register_value) == 16, "HV_REGISTER_VALUE is 16 bytes");
HVSMP_ASSERT_FIELD(hvsmp_register_value, low, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_register_value, high, 8, 8);

/* HV_REGISTER_ASSOC: HvCallSetVpRegisters has the same header, and a list of these. */
struct hvsmp_register_assoc {
	uint32_t name;
	uint32_t pad[3];
	struct hvsmp_register_value value;
};
_Static_assert(sizeof(struct hvsmp_register_assoc) == 32, "HV_REGISTER_ASSOC is 32 bytes");
HVSMP_ASSERT_FIELD(hvsmp_register_assoc, name, 0, 4);
HVSMP_ASSERT_FIELD(hvsmp_register_assoc, value, 16, 16);

/* HV_INPUT_VTL: 0 is the caller's own. */
#define HVSMP_INPUT_VTL 0x10U /* bits 3:0 name one */

/*
 * Header of HvCallModifyVtlProtectionMask; numbers of pages follow. target_vtl is an HV_INPUT_VTL:
 * the VTL whose protection it is, from all below.
 */
struct hvsmp_protect_input {
	uint64_t partition_id;
	uint32_t flags; /* HVSMP_MAY_... of hv.h */
	uint8_t target_vtl;
	uint8_t pad[3];
	uint64_t pages[];
};
_Static_assert(sizeof(struct hvsmp_protect_input) == 16,
	       "ModifyVtlProtectionMask header is 16 bytes");
HVSMP_ASSERT_FIELD(hvsmp_protect_input, partition_id, 0, 8);
HVSMP_ASSERT_FIELD(hvsmp_protect_input, flags, 8, 4);
HVSMP_ASSERT_FIELD(hvsmp_protect_input, target_vtl, 12, 1);
_Static_assert(offsetof(struct hvsmp_protect_input, pages) == 16, "page numbers follow at 16");
#define HVSMP_PROTECT_PAGES ((HVSMP_PAGE_SIZE - 16) / 8) /* a call, of a whole page */

/* Registers of Virtual Secure Mode, HV_REGISTER_NAME, and their fields. */
#define HVSMP_REGISTER_VSM_CODE_PAGE_OFFSETS 0x000D0002U
#define HVSMP_REGISTER_VSM_VP_STATUS         0x000D0003U
#define HVSMP_REGISTER_VSM_PARTITION_STATUS  0x000D0004U
#define HVSMP_REGISTER_VSM_PARTITION_CONFIG  0x000D0007U

#define HVSMP_VSM_OFFSET_MASK                0xFFFU /* VtlCall 11:0, VtlReturn 23:12 */
#define HVSMP_VSM_OFFSET_RETURN_SHIFT        12
#define HVSMP_VSM_VTL_MASK                   0xFU /* of VP status: the active one */
#define HVSMP_VSM_VP_ENABLED_SHIFT           16   /* a bit each, 31:16 */
#define HVSMP_VSM_PARTITION_MAXIMUM_SHIFT    16   /* 19:16; enabled ones 15:0 */

/* Of partition config. The mask, of pages that no call has named, is fixed with the first bit. */
#define HVSMP_VSM_CONFIG_PROTECTION         (1UL << 0)
#define HVSMP_VSM_CONFIG_DEFAULT_MASK_SHIFT 1
#define HVSMP_VSM_CONFIG_DENY_STARTUP       (1UL << 6)

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
