/* SPDX-License-Identifier: MIT */
/* Architectural constants (AMD64 Architecture Programmer's Manual, volumes 2 and 3). */
#pragma once

#define CR0_PE           0x00000001UL
#define CR0_ET           0x00000010UL
#define CR0_NE           0x00000020UL
#define CR0_WP           0x00010000UL
#define CR0_AM           0x00040000UL
#define CR0_NW           0x20000000UL
#define CR0_CD           0x40000000UL
#define CR0_PG           0x80000000UL

#define CR4_VME          (1UL << 0)
#define CR4_PVI          (1UL << 1)
#define CR4_TSD          (1UL << 2)
#define CR4_DE           (1UL << 3)
#define CR4_PSE          (1UL << 4)
#define CR4_PAE          (1UL << 5)
#define CR4_MCE          (1UL << 6)
#define CR4_PGE          (1UL << 7)
#define CR4_PCE          (1UL << 8)
#define CR4_OSFXSR       (1UL << 9)
#define CR4_OSXMMEXCPT   (1UL << 10)
#define CR4_UMIP         (1UL << 11)
#define CR4_LA57         (1UL << 12)
#define CR4_FSGSBASE     (1UL << 16)
#define CR4_PCIDE        (1UL << 17)
#define CR4_OSXSAVE      (1UL << 18)
#define CR4_SMEP         (1UL << 20)
#define CR4_SMAP         (1UL << 21)
#define CR4_PKE          (1UL << 22)

#define RFLAGS_ONE       0x00000002UL
#define RFLAGS_TF        0x00000100UL
#define RFLAGS_IF        0x00000200UL
#define RFLAGS_VM        0x00020000UL

#define EFER_SCE         (1UL << 0)
#define EFER_LME         (1UL << 8)
#define EFER_LMA         (1UL << 10)
#define EFER_NXE         (1UL << 11)
#define EFER_SVME        (1UL << 12)
#define EFER_FFXSR       (1UL << 14)

#define MSR_APIC_BASE    0x0000001BU
#define MSR_PAT          0x00000277U
#define MSR_X2APIC_ID    0x00000802U
#define MSR_X2APIC_ICR   0x00000830U
#define MSR_EFER         0xC0000080U
#define MSR_TSC_AUX      0xC0000103U
#define MSR_VM_CR        0xC0010114U
#define MSR_VM_HSAVE_PA  0xC0010117U
#define VM_CR_SVMDIS     (1UL << 4)
#define APIC_BASE_BSP    (1UL << 8)
#define APIC_BASE_X2APIC (1UL << 10)
#define APIC_BASE_ENABLE (1UL << 11)
#define APIC_BASE_PAGE   0xFFFFFFFFFFFFF000UL

#define DR6_RESET        0xFFFF0FF0UL
#define DR6_BS           (1UL << 14)
#define DR7_RESET        0x400UL

#define EXCEPTION_DB     1
#define EXCEPTION_UD     6
#define EXCEPTION_GP     13

#define PAGE_SIZE        4096UL
