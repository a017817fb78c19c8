/* SPDX-License-Identifier: MIT */
/*
 * Offsets and selectors that C and assembly share. The Makefile turns each #define into an equ for
 * NASM; descriptor.c asserts every one of them against the C structures.
 */
#pragma once

#define CPU_SELF         0 /* struct arch_cpu, reached through GS */
#define CPU_RECOVER_RIP  8
#define CPU_RECOVER_RSP  16
#define CPU_FIRST_TSC    24
#define CPU_FOUND_RSP    32
#define CPU_FOUND_RFLAGS 40
#define CPU_FOUND_GS     48
#define CPU_FOUND_FS     56
#define CPU_ENTRY        64
#define CPU_OWNER        72
#define CPU_START_RSP    80
#define CPU_GDTR         88
#define CPU_ENTERED      104
#define CPU_STRAYS       108

/* struct arch_shared of x86.h */
#define SHARED_RAX       0
#define SHARED_RCX       8
#define SHARED_RDX       16
#define SHARED_RBX       24
#define SHARED_RBP       32
#define SHARED_RSI       40
#define SHARED_RDI       48
#define SHARED_R8        56
#define SHARED_R9        64
#define SHARED_R10       72
#define SHARED_R11       80
#define SHARED_R12       88
#define SHARED_R13       96
#define SHARED_R14       104
#define SHARED_R15       112

#define CR0_WP_BIT       0x10000

#define SEL_CODE         0x08
#define SEL_DATA         0x10
#define SEL_TSS          0x18

#define MSR_EFER         0xC0000080
#define MSR_FS_BASE      0xC0000100
#define MSR_GS_BASE      0xC0000101
#define MSR_KERNEL_GS    0xC0000102
#define MSR_PAT          0x277
#define MSR_APIC_BASE    0x1B
#define MSR_X2APIC_ID    0x802

#define APIC_BASE_X2APIC 0xC00 /* enabled, x2APIC mode */
#define APIC_BASE_EXTD   0x400 /* the second of them */
#define XAPIC_ID         0x20  /* register: id in bits 31:24 */

/* struct parking_values of parking.c, and where it lies in the page of the code */
#define PARKING_VALUES    1024
#define PARKING_CR3       0
#define PARKING_MAILBOX   8
#define PARKING_GDTR      40
#define PARKING_IDTR      50
#define PARKING_FAR       60
#define PARKING_HAS_MWAIT 66

/* struct sipi_parameters of sipi.c */
#define SIPI_CR0       0
#define SIPI_CR3       8
#define SIPI_CR4       16
#define SIPI_EFER      24
#define SIPI_PAT       32
#define SIPI_TABLE     40
#define SIPI_MASK      48
#define SIPI_REGISTERS 56 /* of the local APIC */
#define SIPI_ENTRY     64
#define SIPI_IDTR      72
#define SIPI_APIC_MODE 84 /* what is set in the APIC's base register */
#define SIPI_PAT_MSR   88 /* where the PAT goes */
