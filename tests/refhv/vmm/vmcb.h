/* SPDX-License-Identifier: MIT */
/* AMD's virtual machine control block (APM volume 2, appendix B). */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct vmcb_segment {
	uint16_t selector;
	uint16_t attributes;
	uint32_t limit;
	uint64_t base;
};

struct vmcb {
	/* Control area. */
	uint32_t intercept_cr;
	uint32_t intercept_dr;
	uint32_t intercept_exceptions;
	uint32_t intercept_1;
	uint32_t intercept_2;
	uint8_t reserved_014[0x040 - 0x014];
	uint64_t iopm_pa;
	uint64_t msrpm_pa;
	uint64_t tsc_offset;
	uint32_t asid;
	uint32_t tlb_control;
	uint64_t int_control;
	uint64_t int_state;
	uint64_t exit_code;
	uint64_t exit_info_1;
	uint64_t exit_info_2;
	uint64_t exit_int_info;
	uint64_t nested_control;
	uint8_t reserved_098[0x0A8 - 0x098];
	uint64_t event_inject;
	uint64_t nested_cr3;
	uint8_t reserved_0b8[0x400 - 0x0B8];
	/* State save area. */
	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	uint8_t reserved_4a0[0x4CB - 0x4A0];
	uint8_t cpl;
	uint32_t reserved_4cc;
	uint64_t efer;
	uint8_t reserved_4d8[0x548 - 0x4D8];
	uint64_t cr4;
	uint64_t cr3;
	uint64_t cr0;
	uint64_t dr7;
	uint64_t dr6;
	uint64_t rflags;
	uint64_t rip;
	uint8_t reserved_580[0x5D8 - 0x580];
	uint64_t rsp;
	uint8_t reserved_5e0[0x5F8 - 0x5E0];
	uint64_t rax;
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
	uint64_t cr2;
	uint8_t reserved_648[0x1000 - 0x648];
};
#define VMCB_FIELD(field, offset) \
	_Static_assert(offsetof(struct vmcb, field) == (offset), "APM 2, appendix B: " #field)
_Static_assert(sizeof(struct vmcb) == 4096, "APM 2, appendix B");
VMCB_FIELD(intercept_1, 0x00C);
VMCB_FIELD(iopm_pa, 0x040);
VMCB_FIELD(tsc_offset, 0x050);
VMCB_FIELD(asid, 0x058);
VMCB_FIELD(int_control, 0x060);
VMCB_FIELD(exit_code, 0x070);
VMCB_FIELD(nested_control, 0x090);
VMCB_FIELD(event_inject, 0x0A8);
VMCB_FIELD(nested_cr3, 0x0B0);
VMCB_FIELD(es, 0x400);
VMCB_FIELD(gdtr, 0x460);
VMCB_FIELD(tr, 0x490);
VMCB_FIELD(cpl, 0x4CB);
VMCB_FIELD(efer, 0x4D0);
VMCB_FIELD(cr4, 0x548);
VMCB_FIELD(rip, 0x578);
VMCB_FIELD(rsp, 0x5D8);
VMCB_FIELD(rax, 0x5F8);
VMCB_FIELD(kernel_gs_base, 0x620);
VMCB_FIELD(cr2, 0x640);

/* Segment attributes are bits 7:0 and 15:12 of the descriptor's, put together. */
#define VMCB_ATTRIBUTES(a)       ((uint16_t)((0xFF & (a)) | (0xF00 & (a) >> 4)))
#define DESCRIPTOR_ATTRIBUTES(a) ((uint16_t)((0xFF & (a)) | (0xF00 & (a)) << 4))
#define VMCB_ATTRIBUTE_L         0x200U

#define INTERCEPT_1_NMI          (1U << 1)
#define INTERCEPT_1_VINTR        (1U << 4)
#define INTERCEPT_1_RDTSC        (1U << 14)
#define INTERCEPT_1_CPUID        (1U << 18)
#define INTERCEPT_1_PAUSE        (1U << 23)
#define INTERCEPT_1_HLT          (1U << 24)
#define INTERCEPT_1_INVLPGA      (1U << 26)
#define INTERCEPT_1_IOIO         (1U << 27)
#define INTERCEPT_1_MSR          (1U << 28)
#define INTERCEPT_1_SHUTDOWN     (1U << 31)
/* VMRUN, VMMCALL, VMLOAD, VMSAVE, STGI, CLGI, SKINIT: every SVM instruction. */
#define INTERCEPT_2_SVM  0x7FU

#define NESTED_PAGING    1UL

#define EXIT_DB          0x041U
#define EXIT_NMI         0x061U
#define EXIT_VINTR       0x064U
#define EXIT_RDTSC       0x06EU
#define EXIT_CPUID       0x072U
#define EXIT_PAUSE       0x077U
#define EXIT_HLT         0x078U
#define EXIT_INVLPGA     0x07AU
#define EXIT_IOIO        0x07BU
#define EXIT_MSR         0x07CU
#define EXIT_SHUTDOWN    0x07FU
#define EXIT_VMRUN       0x080U
#define EXIT_VMMCALL     0x081U
#define EXIT_VMLOAD      0x082U
#define EXIT_VMSAVE      0x083U
#define EXIT_STGI        0x084U
#define EXIT_CLGI        0x085U
#define EXIT_SKINIT      0x086U
#define EXIT_NPF         0x400U
#define EXIT_INVALID     0xFFFFFFFFU /* the architecture has -1 in 64 bits, QEMU in 32 */

#define EXIT_MSR_WRITE   1U         /* exit_info_1 of EXIT_MSR */
#define NPF_WRITE        (1UL << 1) /* exit_info_1 of EXIT_NPF */
#define NPF_FETCH        (1UL << 4)
#define INT_STATE_SHADOW 1UL /* int_state: of an interrupt */

/* int_control: a virtual interrupt waits, whatever the task priority. */
#define V_IRQ            (1UL << 8)
#define V_IGNORE_TPR     (1UL << 20)

#define EVENT_NMI        (2UL << 8)
#define EVENT_EXCEPTION  (3UL << 8)
#define EVENT_ERROR_CODE (1UL << 11)
#define EVENT_VALID      (1UL << 31)

/* I/O permission map: one bit a port, and some slack (APM 2, 15.10.1). */
#define IOPM_SIZE 12288U

/* MSR permission map: two bits an MSR, read and write, in three ranges of 8192 (APM 2, 15.11). */
#define MSRPM_SIZE   8192U
#define MSRPM_RANGE  0x2000U
#define MSRPM_BYTES  0x800U
#define MSRPM_READ   1U
#define MSRPM_WRITE  2U
#define MSRPM_LOW    0x00000000U
#define MSRPM_MIDDLE 0xC0000000U
#define MSRPM_HIGH   0xC0010000U
