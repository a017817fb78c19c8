/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own page tables: memory identity-mapped, writable or executable but never both, with
 * the largest pages that fit. Four levels, or five where the firmware left five. Only the boot
 * processor changes them, and only while no AP runs. Source: SDM volume 3, 4.5.
 */
#include "arch/x86_64/cpu.h"
#include "arch/mapped.h"
#include "lib/string.h"

#define ENTRY_PRESENT (1UL << 0)
#define ENTRY_WRITE   (1UL << 1)
#define ENTRY_PWT     (1UL << 3)
#define ENTRY_PCD     (1UL << 4)
#define ENTRY_LARGE   (1UL << 7)
#define ENTRY_NX      (1UL << 63)
#define ENTRY_ADDRESS 0x000FFFFFFFFFF000UL

#define ENTRIES       512
#define FOUR_GIB      (1UL << 32)
#define LEVEL_4K      1U
#define LEVEL_1G      3U

/*
 * SDM 11.12.4: PWT and PCD choose one of the first four entries. As after reset, but entry 1 (PWT
 * alone) combines writes instead of writing through; entry 3 (both) is uncached either way.
 */
#define PAT_OURS     0x0007040600070106UL
#define PAT_UNCACHED 0U
#define PAT_COMBINE  1U

static struct pages *memory;
static uint64_t *root;
static uint64_t firmware_root;
static unsigned int levels;
static unsigned int largest; /* level of the largest page the processor has */
static bool enabled;
static bool can_combine;
static bool has_nx; /* else bit 63 of an entry is reserved */

static unsigned int shift_of(unsigned int level)
{
	return 12 + 9 * (level - 1);
}

static uint64_t size_of(unsigned int level)
{
	return 1UL << shift_of(level);
}

static uint64_t *entry_in(uint64_t *table, uint64_t va, unsigned int level)
{
	return &table[va >> shift_of(level) & (ENTRIES - 1)];
}

static uint64_t *table_of(uint64_t entry)
{
	return (uint64_t *)(entry & ENTRY_ADDRESS);
}

/* Replace a large page, or nothing, by a table of the next smaller pages with the same meaning. */
static enum err split(uint64_t *entry, unsigned int level)
{
	uint64_t *table = pages_alloc(memory, 1, 0);
	uint64_t step = size_of(level - 1);

	if (!table)
		return ERR_NO_MEMORY;
	if (*entry & ENTRY_PRESENT) {
		uint64_t template = level - 1 == LEVEL_4K ? *entry & ~ENTRY_LARGE : *entry;

		for (uint64_t i = 0; i < ENTRIES; i++)
			table[i] = template + i * step;
	}
	*entry = (uint64_t)table | ENTRY_PRESENT | ENTRY_WRITE;
	return OK;
}

static enum err set_page(uint64_t va, uint64_t value, unsigned int at_level)
{
	uint64_t *table = root;

	for (unsigned int level = levels; level > at_level; level--) {
		uint64_t *entry = entry_in(table, va, level);

		if (!(*entry & ENTRY_PRESENT) || *entry & ENTRY_LARGE) {
			enum err e = split(entry, level);

			if (e)
				return e;
		}
		table = table_of(*entry);
	}
	*entry_in(table, va, at_level) = value;
	if (enabled)
		invlpg(va);
	return OK;
}

bool arch_can_combine(void)
{
	return can_combine;
}

static uint64_t page_bits(unsigned int flags)
{
	uint64_t bits = ENTRY_PRESENT;

	if (flags & ARCH_MAP_WRITE)
		bits |= ENTRY_WRITE;
	if (!(flags & ARCH_MAP_EXEC) && has_nx)
		bits |= ENTRY_NX;
	if (flags & ARCH_MAP_COMBINE && can_combine)
		bits |= ENTRY_PWT;
	else if (flags & (ARCH_MAP_DEVICE | ARCH_MAP_COMBINE))
		bits |= ENTRY_PCD | ENTRY_PWT;
	return bits;
}

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	uint64_t end = va + size;

	if ((flags & ARCH_MAP_WRITE && flags & ARCH_MAP_EXEC) || (va | pa | size) % PAGE_SIZE ||
	    !arch_is_physical(pa, size))
		return ERR_INVALID;
	while (va < end) {
		unsigned int level = largest;
		uint64_t bits = page_bits(flags);
		enum err e;

		while (level > LEVEL_4K &&
		       ((va | pa) & (size_of(level) - 1) || end - va < size_of(level)))
			level--;
		if (level > LEVEL_4K)
			bits |= ENTRY_LARGE;
		e = set_page(va, pa | bits, level);
		if (e)
			return e;
		va += size_of(level);
		pa += size_of(level);
	}
	return OK;
}

enum err paging_map_stack(uint64_t va, uint64_t pa, size_t pages)
{
	return arch_map(va, pa, (uint64_t)pages * PAGE_SIZE, ARCH_MAP_WRITE);
}

/* The tables' indexes leave out the bits above; those must repeat the highest one. */
static bool is_canonical(uint64_t va)
{
	unsigned int above = 64 - shift_of(levels + 1);

	return (uint64_t)((int64_t)(va << above) >> above) == va;
}

bool paging_find(uint64_t va, struct mapping *out)
{
	const uint64_t *table = root;

	if (!is_canonical(va))
		return false;
	for (unsigned int level = levels; table; level--) {
		uint64_t entry = table[va >> shift_of(level) & (ENTRIES - 1)];

		if (!(entry & ENTRY_PRESENT))
			return false;
		if (level == LEVEL_4K || entry & ENTRY_LARGE) {
			out->pa = entry & ENTRY_ADDRESS & ~(size_of(level) - 1);
			out->size = size_of(level);
			return true;
		}
		table = table_of(entry);
	}
	return false;
}

/* By the PAT as it is, not as it should be. Our entries leave the third bit of its index alone. */
static unsigned int flags_of(uint64_t entry, uint64_t pat)
{
	unsigned int index = (entry & ENTRY_PWT ? 1U : 0U) | (entry & ENTRY_PCD ? 2U : 0U);
	unsigned int type = pat >> 8 * index & 7U;

	return (entry & ENTRY_WRITE ? ARCH_MAP_WRITE : 0U) |
	       (entry & ENTRY_NX ? 0U : ARCH_MAP_EXEC) |
	       (type == PAT_UNCACHED ? ARCH_MAP_DEVICE : 0U) |
	       (type == PAT_COMBINE ? ARCH_MAP_COMBINE : 0U);
}

/* Upper tables are writable and executable throughout, so that the leaf alone decides. */
static void walk(const uint64_t *table, unsigned int level, uint64_t va, uint64_t pat,
		 arch_page_fn fn, void *ctx)
{
	for (uint64_t i = 0; i < ENTRIES; i++) {
		uint64_t entry = table[i];
		uint64_t at = va | i << shift_of(level);

		if (level == levels && i >= ENTRIES / 2) /* canonical: the upper half */
			at |= ~0UL << shift_of(level + 1);
		if (!(entry & ENTRY_PRESENT))
			continue;
		if (level == LEVEL_4K || entry & ENTRY_LARGE)
			fn(ctx, at, size_of(level), flags_of(entry, pat));
		else
			walk(table_of(entry), level - 1, at, pat, fn, ctx);
	}
}

void arch_walk_pages(arch_page_fn fn, void *ctx)
{
	walk(table_of(read_cr3()), levels, 0, feature_pat_now(), fn, ctx);
}

enum err arch_paging_init(struct pages *pages)
{
	memory = pages;
	enabled = false;
	firmware_root = cr3_root(read_cr3());
	can_combine = feature_pat();
	has_nx = arch_can_forbid_execution();
	levels = read_cr4() & CR4_LA57 ? 5 : 4;
	largest = feature_1g_pages() ? LEVEL_1G : LEVEL_1G - 1;
	root = pages_alloc(memory, 1, FOUR_GIB);
	return root ? OK : ERR_NO_MEMORY;
}

uint64_t paging_root(void)
{
	return (uint64_t)root;
}

struct pages *paging_use(uint64_t other, struct pages *from)
{
	struct pages *before = memory;

	root = (uint64_t *)other;
	memory = from;
	return before;
}

/* The root's copy may lie anywhere: nobody loads it without 64 bits. */
static uint64_t *copy_table(const uint64_t *table, unsigned int level, struct pages *to)
{
	uint64_t *copy = pages_alloc(to, 1, 0);

	for (unsigned int i = 0; copy && i < ENTRIES; i++) {
		uint64_t entry = table[i];

		if (level > LEVEL_4K && entry & ENTRY_PRESENT && !(entry & ENTRY_LARGE)) {
			uint64_t *below = copy_table(table_of(entry), level - 1, to);

			if (!below)
				return NULL;
			entry = (entry & ~ENTRY_ADDRESS) | (uint64_t)below;
		}
		copy[i] = entry;
	}
	return copy;
}

uint64_t paging_copy(struct pages *to)
{
	return (uint64_t)copy_table(root, levels, to);
}

static size_t count_tables(const uint64_t *table, unsigned int level)
{
	size_t count = 1;

	for (unsigned int i = 0; level > LEVEL_4K && i < ENTRIES; i++) {
		if (table[i] & ENTRY_PRESENT && !(table[i] & ENTRY_LARGE))
			count += count_tables(table_of(table[i]), level - 1);
	}
	return count;
}

size_t paging_size(void)
{
	return count_tables(root, levels);
}

void arch_paging_enable(void)
{
	if (has_nx)
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
	if (can_combine)
		wrmsr(MSR_PAT, PAT_OURS); /* nothing is mapped write-through yet */
	write_cr3((uint64_t)root);
	write_cr0(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG);
	write_cr4((read_cr4() & CR4_LA57) | CR4_PAE | feature_cr4_bits());
	enabled = true;
}

/* exit.asm: fn(arg) on other page tables and a stack that they map; 1 if it faulted. */
int call_on_tables(uint64_t cr3, uint64_t stack, void (*fn)(void *), void *arg);

/* The stack's window is ours alone; its pages are identity-mapped by the firmware too. */
static uint64_t stack_for_firmware(void)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);
	uint64_t below = 256;

	return ((enabled ? arch_physical(here) : here) - below) & ~15UL;
}

enum err arch_call_on_firmware_tables(void (*fn)(void *), void *arg)
{
	uint64_t cr4 = read_cr4();
	int faulted;

	/* Its pages may be a user's, by its own tables. */
	write_cr4(cr4 & ~(CR4_SMEP | CR4_SMAP));
	faulted =
		call_on_tables(enabled ? firmware_root : read_cr3(), stack_for_firmware(), fn, arg);
	write_cr4(cr4);
	return faulted ? ERR_FAULT : OK;
}
