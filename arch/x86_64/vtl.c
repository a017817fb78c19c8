/* SPDX-License-Identifier: MIT */
/*
 * A higher trust level on this processor: tables that the lower one does not use, the way there and
 * back, and the registers that each of the two has for itself. Source: TLFS, Virtual Secure Mode.
 */
#include "arch/x86_64/cpu.h"

enum private_register {
	PRIVATE_CR0,
	PRIVATE_CR3,
	PRIVATE_CR4,
	PRIVATE_EFER,
	PRIVATE_PAT,
	PRIVATE_DR7,
	PRIVATE_TR,
	PRIVATE_FS_BASE,
	PRIVATE_GS_BASE,
	PRIVATE_KERNEL_GS,
	PRIVATE_GDTR,
	PRIVATE_IDTR,
	PRIVATES,
};
_Static_assert((int)PRIVATES == (int)ARCH_PRIVATE, "as x86.h says");

static const char names[PRIVATES][16] = {
	"cr0", "cr3",     "cr4",     "efer",           "pat",       "dr7",
	"tr",  "fs_base", "gs_base", "kernel_gs_base", "gdtr_base", "idtr_base"};

/*
 * Harmless: a system call's enable bit where nobody makes one, an entry of the PAT that no page
 * has, exact breakpoints where none is set.
 */
#define EFER_SCE       (1UL << 0)
#define DR7_LE         (1UL << 8)
#define PAT_ENTRY_7    (0xFFUL << 56)
#define PAT_WRITE_BACK 6UL

void arch_tables_use(const struct arch_tables *tables, struct arch_tables *before)
{
	struct arch_tables old = {paging_root(), idt_register().base, NULL};

	old.pages = paging_use(tables->root, tables->pages);
	idt_use(tables->vectors);
	if (before)
		*before = old;
}

enum err arch_tables_copy(struct arch_tables *copy, struct pages *pages)
{
	*copy = (struct arch_tables){paging_copy(pages), idt_copy(pages), pages};
	return copy->root && copy->vectors ? OK : ERR_NO_MEMORY;
}

size_t arch_tables_size(void)
{
	return paging_size() + 1; /* the vectors are one */
}

const char *arch_private_name(unsigned int reg)
{
	return reg < PRIVATES ? names[reg] : "?";
}

void arch_private_read(struct arch_private *out)
{
	struct table_register gdt;
	struct table_register idt;
	uint16_t tr;

	__asm__ volatile("sgdt %0" : "=m"(gdt));
	__asm__ volatile("sidt %0" : "=m"(idt));
	__asm__ volatile("str %0" : "=r"(tr));
	out->value[PRIVATE_CR0] = read_cr0();
	out->value[PRIVATE_CR3] = read_cr3();
	out->value[PRIVATE_CR4] = read_cr4();
	out->value[PRIVATE_EFER] = rdmsr(MSR_EFER);
	out->value[PRIVATE_PAT] = feature_pat_now();
	out->value[PRIVATE_DR7] = read_dr7();
	out->value[PRIVATE_TR] = tr;
	out->value[PRIVATE_FS_BASE] = rdmsr(MSR_FS_BASE);
	out->value[PRIVATE_GS_BASE] = rdmsr(MSR_GS_BASE);
	out->value[PRIVATE_KERNEL_GS] = rdmsr(MSR_KERNEL_GS);
	out->value[PRIVATE_GDTR] = gdt.base;
	out->value[PRIVATE_IDTR] = idt.base;
}

void arch_private_change(void)
{
	uint64_t block = rdmsr(MSR_GS_BASE);
	uint64_t pat = feature_pat_now();

	if (feature_has_pat())
		wrmsr(MSR_PAT, (pat & ~PAT_ENTRY_7) | PAT_WRITE_BACK << 56);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
	wrmsr(MSR_FS_BASE, block);
	wrmsr(MSR_KERNEL_GS, block);
	write_dr7(read_dr7() | DR7_LE);
}

/* vtl.asm: 0, or 1 after a fault. gs_base: as the call left it. */
int vtl_call_safe(uint64_t code, uint64_t *gs_base);
int vtl_return_safe(uint64_t code);

enum err arch_vtl_call(uint64_t code, struct arch_private *found)
{
	uint64_t gs_base = rdmsr(MSR_GS_BASE);
	int faulted = vtl_call_safe(code, &gs_base);

	if (found) {
		arch_private_read(found);
		found->value[PRIVATE_GS_BASE] = gs_base;
	}
	return faulted ? ERR_FAULT : OK;
}

enum err arch_vtl_return(uint64_t code)
{
	return vtl_return_safe(code) ? ERR_FAULT : OK;
}
