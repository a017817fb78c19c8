/* SPDX-License-Identifier: MIT */
/*
 * Bits of x64 registers that rows set or clear (Intel SDM volume 3, 2.3 to 2.5 and 26.3.1; AMD APM
 * volume 2, 3.1). The registers of an ordinary start come from arch/; these are for the others.
 */
#pragma once

#define RFLAGS_ONE        (1UL << 1)
#define RFLAGS_DF         (1UL << 10)
#define RFLAGS_VM         (1UL << 17)
#define RFLAGS_ID         (1UL << 21)
#define RFLAGS_ARITHMETIC 0x8D5UL /* CF, PF, AF, ZF, SF, OF */

#define CR0_PE            (1UL << 0)
#define CR0_TS            (1UL << 3)
#define CR0_AM            (1UL << 18)
#define CR0_NW            (1UL << 29)
#define CR0_CD            (1UL << 30)

#define CR4_PAE           (1UL << 5)
#define CR4_OSFXSR        (1UL << 9)
#define CR4_VMXE          (1UL << 13)

#define EFER_SCE          (1UL << 0)
#define EFER_LME          (1UL << 8)
#define EFER_LMA          (1UL << 10)

/* Segment attributes: access byte 7:0, reserved 11:8, flags 15:12. */
#define SEG_TYPE       0x000FUL
#define SEG_NOT_SYSTEM 0x0010UL
#define SEG_DPL        0x0060UL
#define SEG_PRESENT    0x0080UL
#define SEG_RESERVED   0x0F00UL
#define SEG_DEFAULT    0x4000UL
#define SEG_GRANULAR   0x8000UL
#define TYPE_DATA_RW   3UL /* accessed */
#define TYPE_DATA_R    1UL
#define TYPE_CODE_X    9UL /* accessed, not readable */
#define TYPE_TSS       9UL /* available, not busy */
#define TYPE_CALL_GATE 12UL

/* Not an address with 48 bits, nor with 57. */
#define NOT_CANONICAL   0x8000000000000000UL
#define BEYOND_PHYSICAL (1UL << 52)
#define PAT_BYTE_0      0xFFUL
