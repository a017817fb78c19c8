/* SPDX-License-Identifier: MIT */
/*
 * Everything that this room changes about the boot processor, kept and put back: for a kernel that
 * is a guest in the middle of somebody else's call.
 */
#include "arch/x86_64/cpu.h"

enum { CS, DS, ES, SS, FS, GS, SELECTORS };

#define RFLAGS_IF      (1UL << 9)
#define TSS_BUSY       (1UL << 41)
#define SELECTOR_INDEX 0xFFF8U

/* way_back.asm */
uint64_t way_back_call(uint64_t *rsp, void (*fn)(void *), void *arg);
_Noreturn void way_back_jump(uint64_t rsp, uint64_t cr3);
void way_back_segments(const uint16_t *selectors);

static struct {
	uint64_t rsp;
	uint64_t cr0, cr3, cr4, cr8, dr7, efer, pat;
	uint64_t fs_base, gs_base, kernel_gs;
	struct table_register gdtr, idtr;
	uint16_t selectors[SELECTORS];
	uint16_t tr, ldtr;
} kept;

#define READ_SELECTOR(name, out) __asm__ volatile("mov %%" #name ", %0" : "=r"(out))

static uint64_t read_cr8(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr8, %0" : "=r"(value));
	return value;
}

static void keep(void)
{
	kept.cr0 = read_cr0();
	kept.cr3 = read_cr3();
	kept.cr4 = read_cr4();
	kept.cr8 = read_cr8();
	kept.dr7 = read_dr7();
	kept.efer = rdmsr(MSR_EFER);
	if (feature_pat())
		kept.pat = rdmsr(MSR_PAT);
	kept.fs_base = rdmsr(MSR_FS_BASE);
	kept.gs_base = rdmsr(MSR_GS_BASE);
	kept.kernel_gs = rdmsr(MSR_KERNEL_GS);
	__asm__ volatile("sgdt %0" : "=m"(kept.gdtr));
	__asm__ volatile("sidt %0" : "=m"(kept.idtr));
	__asm__ volatile("str %0" : "=r"(kept.tr));
	__asm__ volatile("sldt %0" : "=r"(kept.ldtr));
	READ_SELECTOR(cs, kept.selectors[CS]);
	READ_SELECTOR(ds, kept.selectors[DS]);
	READ_SELECTOR(es, kept.selectors[ES]);
	READ_SELECTOR(ss, kept.selectors[SS]);
	READ_SELECTOR(fs, kept.selectors[FS]);
	READ_SELECTOR(gs, kept.selectors[GS]);
}

/* LTR faults on one that is busy, as LTR has marked it. None at all cannot be loaded again. */
static void put_back_task(void)
{
	uint64_t *gdt = (uint64_t *)kept.gdtr.base;

	if (!(kept.tr & SELECTOR_INDEX))
		return;
	gdt[kept.tr / 8] &= ~TSS_BUSY;
	__asm__ volatile("ltr %0" : : "r"(kept.tr));
}

/* On the old tables, whose entries have no bit that EFER does not allow. */
static void put_back(void)
{
	write_cr4(kept.cr4);
	write_cr0(kept.cr0);
	wrmsr(MSR_EFER, kept.efer);
	if (feature_has_pat())
		wrmsr(MSR_PAT, kept.pat);
	__asm__ volatile("lgdt %0" : : "m"(kept.gdtr));
	way_back_segments(kept.selectors);
	__asm__ volatile("lldt %0" : : "r"(kept.ldtr));
	put_back_task();
	__asm__ volatile("lidt %0" : : "m"(kept.idtr));
	wrmsr(MSR_FS_BASE, kept.fs_base);
	wrmsr(MSR_GS_BASE, kept.gs_base);
	wrmsr(MSR_KERNEL_GS, kept.kernel_gs);
	write_cr8(kept.cr8);
	write_dr7(kept.dr7);
}

/* The canary is another one afterwards: no guard. */
__attribute__((no_stack_protector)) void arch_with_way_back(void (*fn)(void *arg), void *arg)
{
	uint64_t rflags;

	keep();
	rflags = way_back_call(&kept.rsp, fn, arg);
	put_back();
	if (rflags & RFLAGS_IF)
		__asm__ volatile("sti" : : : "memory");
}

_Noreturn void arch_way_back(void)
{
	apic_put_back();
	way_back_jump(kept.rsp, kept.cr3);
}
