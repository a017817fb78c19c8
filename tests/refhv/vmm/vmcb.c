/* SPDX-License-Identifier: MIT */
/* The three ways a VP begins: out of the firmware, with a given context, by a start-up IPI. */
#include "tests/refhv/vmm/begin.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vmcb.h"

/* Real-mode descriptors after INIT (APM 2, 14.1.3). */
#define REAL_CODE  0x009B
#define REAL_DATA  0x0093
#define REAL_LDT   0x0082
#define REAL_TSS   0x008B
#define REAL_LIMIT 0xFFFFU
#define INIT_CR0   (CR0_CD | CR0_NW | CR0_ET)

void vmcb_init(struct vmcb *vmcb, uint32_t asid, const struct page_tables *nested)
{
	/* The reserved 3 KiB are 0 already. */
	cpu_fill(vmcb, 0, offsetof(struct vmcb, reserved_0b8));
	cpu_fill(&vmcb->es, 0, offsetof(struct vmcb, reserved_648) - offsetof(struct vmcb, es));
	vmcb->intercept_1 = INTERCEPT_1_CPUID | INTERCEPT_1_INVLPGA | INTERCEPT_1_IOIO |
			    INTERCEPT_1_MSR | INTERCEPT_1_SHUTDOWN;
	vmcb->intercept_2 = INTERCEPT_2_SVM;
	vmcb->iopm_pa = (uint64_t)hv.io_permissions;
	vmcb->msrpm_pa = (uint64_t)hv.msr_permissions;
	vmcb->asid = asid;
	vmcb->nested_control = NESTED_PAGING;
	vmcb->nested_cr3 = (uint64_t)nested->root;
	vmcb->dr6 = DR6_RESET;
	vmcb->dr7 = DR7_RESET;
	vmcb->rflags = RFLAGS_ONE;
}

/* What the firmware's descriptor table says about a selector. */
static struct vmcb_segment firmware_segment(struct descriptor_table gdt, uint16_t selector)
{
	uint64_t d = *(const uint64_t *)(gdt.base + (selector & 0xFFF8U));
	uint16_t attributes = d >> 40 & 0xF0FF;
	uint32_t limit = (uint32_t)(d & 0xFFFF) | (uint32_t)(d >> 32 & 0xF0000);

	if (attributes & HV_SEGMENT_GRANULAR)
		limit = limit << 12 | 0xFFF;
	return (struct vmcb_segment){
		.selector = selector,
		.attributes = VMCB_ATTRIBUTES(attributes),
		.limit = limit,
		.base = (d >> 16 & 0xFFFFFF) | (d >> 32 & 0xFF000000),
	};
}

void vmcb_from_firmware(struct vmcb *vmcb, const struct entry *entry)
{
	struct descriptor_table gdt = cpu_sgdt();
	struct descriptor_table idt = cpu_sidt();

	vmcb->cs = firmware_segment(gdt, cpu_read_cs());
	vmcb->ds = firmware_segment(gdt, cpu_read_ds());
	vmcb->es = firmware_segment(gdt, cpu_read_es());
	vmcb->ss = firmware_segment(gdt, cpu_read_ss());
	vmcb->gdtr.limit = gdt.limit;
	vmcb->gdtr.base = gdt.base;
	vmcb->idtr.limit = idt.limit;
	vmcb->idtr.base = idt.base;
	vmcb->efer = cpu_rdmsr(MSR_EFER) | EFER_SVME;
	vmcb->cr0 = cpu_read_cr0();
	vmcb->cr2 = cpu_read_cr2();
	vmcb->cr3 = entry->cr3;
	vmcb->cr4 = cpu_read_cr4();
	vmcb->rip = entry->rip;
	vmcb->rsp = entry->rsp;
	vmcb->rflags = entry->rflags;
}

static struct vmcb_segment given_segment(const struct hv_segment *s)
{
	return (struct vmcb_segment){
		.selector = s->selector,
		.attributes = VMCB_ATTRIBUTES(s->attributes),
		.limit = s->limit,
		.base = s->base,
	};
}

void vmcb_from_context(struct vmcb *vmcb, const struct hv_vp_context *context)
{
	uint64_t lma = context->efer & EFER_LME && context->cr0 & CR0_PG ? EFER_LMA : 0;

	vmcb->cs = given_segment(&context->cs);
	vmcb->ds = given_segment(&context->ds);
	vmcb->es = given_segment(&context->es);
	vmcb->fs = given_segment(&context->fs);
	vmcb->gs = given_segment(&context->gs);
	vmcb->ss = given_segment(&context->ss);
	vmcb->tr = given_segment(&context->tr);
	vmcb->ldtr = given_segment(&context->ldtr);
	vmcb->gdtr.limit = context->gdtr.limit;
	vmcb->gdtr.base = context->gdtr.base;
	vmcb->idtr.limit = context->idtr.limit;
	vmcb->idtr.base = context->idtr.base;
	vmcb->efer = context->efer | lma | EFER_SVME;
	vmcb->cr0 = context->cr0;
	vmcb->cr3 = context->cr3;
	vmcb->cr4 = context->cr4;
	vmcb->rip = context->rip;
	vmcb->rsp = context->rsp;
	vmcb->rflags = context->rflags;
	cpu_vmload(vmcb);
	/* QEMU ignores the VMCB's g_pat; the guest reads and writes the real register. */
	cpu_wrmsr(MSR_PAT, context->pat);
}

void vmcb_from_sipi(struct vmcb *vmcb, uint8_t vector)
{
	struct vmcb_segment data = {0, REAL_DATA, REAL_LIMIT, 0};
	struct vmcb_segment table = {0, 0, REAL_LIMIT, 0};

	vmcb->cs = (struct vmcb_segment){(uint16_t)(vector << 8), REAL_CODE, REAL_LIMIT,
					 (uint64_t)vector << 12};
	vmcb->ds = data;
	vmcb->es = data;
	vmcb->fs = data;
	vmcb->gs = data;
	vmcb->ss = data;
	vmcb->gdtr = table;
	vmcb->idtr = table;
	vmcb->ldtr = (struct vmcb_segment){0, REAL_LDT, REAL_LIMIT, 0};
	vmcb->tr = (struct vmcb_segment){0, REAL_TSS, REAL_LIMIT, 0};
	vmcb->efer = EFER_SVME;
	vmcb->cr0 = INIT_CR0;
	cpu_vmload(vmcb);
}
