/* SPDX-License-Identifier: MIT */
/*
 * Prepares the page below 1 MiB through which processors come by INIT-SIPI (sipi.asm), and the
 * table by which each finds its block. Whatever the page does not need is INT3, so that a stray
 * processor traps at once.
 */
#include "arch/x86_64/apic.h"
#include "lib/string.h"

#define INT3       0xCC
#define LOW_MEMORY 0x100000UL

/* Read by sipi.asm; offsets in offsets.h. */
struct sipi_parameters {
	uint64_t cr0, cr3, cr4, efer, pat;
	uint64_t table;
	uint64_t mask;
	uint64_t registers;
	uint64_t entry;
	struct table_register idtr;
	uint16_t pad;
	uint32_t apic_mode;
	uint32_t pat_msr;
	uint32_t unused;
};
#define ASSERT_OFFSET(field, offset) \
	_Static_assert(offsetof(struct sipi_parameters, field) == (offset), #field " moved")
ASSERT_OFFSET(cr0, SIPI_CR0);
ASSERT_OFFSET(cr3, SIPI_CR3);
ASSERT_OFFSET(cr4, SIPI_CR4);
ASSERT_OFFSET(efer, SIPI_EFER);
ASSERT_OFFSET(pat, SIPI_PAT);
ASSERT_OFFSET(table, SIPI_TABLE);
ASSERT_OFFSET(mask, SIPI_MASK);
ASSERT_OFFSET(registers, SIPI_REGISTERS);
ASSERT_OFFSET(entry, SIPI_ENTRY);
ASSERT_OFFSET(idtr, SIPI_IDTR);
ASSERT_OFFSET(apic_mode, SIPI_APIC_MODE);
ASSERT_OFFSET(pat_msr, SIPI_PAT_MSR);
_Static_assert(sizeof(struct sipi_parameters) == 96, "sipi.asm reserves 96 bytes");

struct place {
	struct arch_cpu *cpu;
	uint32_t apic_id;
	uint32_t pad;
};
_Static_assert(sizeof(struct place) == 16, "sipi.asm shifts by 4");

extern const uint8_t sipi_begin[], sipi_end[], sipi_parameters[];
extern const uint8_t sipi_gdt[], sipi_gdt_base[], sipi_far_pointer[], sipi_long_mode[];
void ap_entry_common(void);

static struct place *table_build(struct pages *pages, const struct arch_sipi_target *targets,
				 size_t count, uint64_t *mask)
{
	size_t places = PAGE_SIZE / sizeof(struct place);
	struct place *table;

	/* At most half full, so that a search always ends. */
	while (places < 2 * count)
		places *= 2;
	table = pages_alloc(pages, places * sizeof(struct place) / PAGE_SIZE, 0);
	if (!table)
		return NULL;
	*mask = places - 1;
	for (size_t i = 0; i < count; i++) {
		size_t at = targets[i].apic_id & *mask;

		while (table[at].cpu)
			at = (at + 1) & *mask;
		table[at] = (struct place){targets[i].cpu, targets[i].apic_id, 0};
	}
	return table;
}

static void put32(uint8_t *page, const uint8_t *where, uint64_t value)
{
	uint32_t low = (uint32_t)value;

	memcpy(page + (where - sipi_begin), &low, sizeof(low));
}

enum err arch_sipi_prepare(uint64_t low_page, struct pages *pages,
			   const struct arch_sipi_target *targets, size_t count)
{
	uint8_t *page = (uint8_t *)low_page;
	struct sipi_parameters p = {0};
	const struct arch_state *state = arch_cpu_wanted(targets[0].cpu);
	struct place *table;
	enum err e;

	if (!low_page || low_page >= LOW_MEMORY || low_page % PAGE_SIZE || !count)
		return ERR_INVALID;
	table = table_build(pages, targets, count, &p.mask);
	if (!table)
		return ERR_NO_MEMORY;
	p.cr0 = state->cr0;
	p.cr3 = state->cr3;
	p.cr4 = state->cr4;
	p.efer = state->efer & ~EFER_LMA; /* becomes 1 by itself with paging */
	p.pat = state->pat;
	p.table = (uint64_t)table;
	/* Without a PAT: to a register that is written right behind it. */
	p.pat_msr = feature_pat() ? MSR_PAT : MSR_GS_BASE;
	p.apic_mode = arch_apic_is_x2apic() ? APIC_BASE_X2APIC : 0;
	p.registers = xapic_registers();
	p.entry = (uint64_t)ap_entry_common;
	p.idtr = idt_register();

	e = arch_map(low_page, low_page, PAGE_SIZE, ARCH_MAP_WRITE);
	if (e)
		return e;
	memset(page, INT3, PAGE_SIZE);
	memcpy(page, sipi_begin, (size_t)(sipi_end - sipi_begin));
	memcpy(page + (sipi_parameters - sipi_begin), &p, sizeof(p));
	put32(page, sipi_gdt_base, low_page + (uint64_t)(sipi_gdt - sipi_begin));
	put32(page, sipi_far_pointer, low_page + (uint64_t)(sipi_long_mode - sipi_begin));
	return arch_map(low_page, low_page, PAGE_SIZE, ARCH_MAP_EXEC);
}
