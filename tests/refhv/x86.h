/* SPDX-License-Identifier: MIT */
/* Architectural constants (AMD64 Architecture Programmer's Manual, volumes 2 and 3). */
#ifndef REFHV_X86_H
#define REFHV_X86_H

#define CR0_PE           0x00000001ul
#define CR0_ET           0x00000010ul
#define CR0_NE           0x00000020ul
#define CR0_WP           0x00010000ul
#define CR0_NW           0x20000000ul
#define CR0_CD           0x40000000ul
#define CR0_PG           0x80000000ul

#define CR4_VME          (1ul << 0)
#define CR4_PVI          (1ul << 1)
#define CR4_TSD          (1ul << 2)
#define CR4_DE           (1ul << 3)
#define CR4_PSE          (1ul << 4)
#define CR4_PAE          (1ul << 5)
#define CR4_MCE          (1ul << 6)
#define CR4_PGE          (1ul << 7)
#define CR4_PCE          (1ul << 8)
#define CR4_OSFXSR       (1ul << 9)
#define CR4_OSXMMEXCPT   (1ul << 10)
#define CR4_UMIP         (1ul << 11)
#define CR4_LA57         (1ul << 12)
#define CR4_FSGSBASE     (1ul << 16)
#define CR4_PCIDE        (1ul << 17)
#define CR4_OSXSAVE      (1ul << 18)
#define CR4_SMEP         (1ul << 20)
#define CR4_SMAP         (1ul << 21)
#define CR4_PKE          (1ul << 22)

#define RFLAGS_ONE       0x00000002ul
#define RFLAGS_TF        0x00000100ul
#define RFLAGS_VM        0x00020000ul

#define EFER_SCE         (1ul << 0)
#define EFER_LME         (1ul << 8)
#define EFER_LMA         (1ul << 10)
#define EFER_NXE         (1ul << 11)
#define EFER_SVME        (1ul << 12)
#define EFER_FFXSR       (1ul << 14)

#define MSR_APIC_BASE    0x0000001Bu
#define MSR_PAT          0x00000277u
#define MSR_X2APIC_ID    0x00000802u
#define MSR_X2APIC_ICR   0x00000830u
#define MSR_EFER         0xC0000080u
#define MSR_VM_CR        0xC0010114u
#define MSR_VM_HSAVE_PA  0xC0010117u
#define VM_CR_SVMDIS     (1ul << 4)
#define APIC_BASE_X2APIC (1ul << 10)
#define APIC_BASE_ENABLE (1ul << 11)

#define DR6_RESET        0xFFFF0FF0ul
#define DR6_BS           (1ul << 14)
#define DR7_RESET        0x400ul

#define EXCEPTION_DB     1
#define EXCEPTION_UD     6
#define EXCEPTION_GP     13

#define PAGE_SIZE        4096ul

#endif
