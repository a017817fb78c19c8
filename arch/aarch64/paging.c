/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own translation tables: memory identity-mapped in the lower half, stacks in the
 * upper; writable or executable but never both, with the largest blocks that fit. 4 KiB granule,
 * 48 bits, four levels. Only the boot processor changes them, and only while no AP runs. Source:
 * DDI 0487, D8.
 */
#include "arch/aarch64/cpu.h"
#include "arch/mapped.h"
#include "lib/assert.h"
#include "lib/string.h"

#define ENTRY_VALID     (1UL << 0)
#define ENTRY_TABLE     (1UL << 1) /* above the last level; in it, of every valid entry */
#define ENTRY_ATTR(i)   ((uint64_t)(i) << 2)
#define ENTRY_READ_ONLY (1UL << 7)
#define ENTRY_INNER     (3UL << 8) /* inner shareable */
#define ENTRY_ACCESSED  (1UL << 10)
#define ENTRY_PXN       (1UL << 53)
#define ENTRY_UXN       (1UL << 54)
#define ENTRY_ADDRESS   0x0000FFFFFFFFF000UL

#define ENTRIES         512
#define LEVELS          4
#define LEVEL_4K        1U
#define LEVEL_1G        3U /* of the largest block */
#define ADDRESS_BITS    48

/* MAIR_EL1, a byte an index: write-back; device, nGnRE; normal, non-cacheable. */
enum { ATTR_NORMAL, ATTR_DEVICE, ATTR_COMBINE };
#define MAIR_OURS \
	(0xFFUL << 8 * ATTR_NORMAL | 0x04UL << 8 * ATTR_DEVICE | 0x44UL << 8 * ATTR_COMBINE)

/* TCR_EL1 but for the physical width: both halves of 48 bits, walks cacheable, inner shareable. */
#define TCR_SIZE (64UL - ADDRESS_BITS)
#define TCR_OURS                                                                                \
	(TCR_SIZE | 1UL << 8 | 1UL << 10 | 3UL << 12 | TCR_SIZE << 16 | 1UL << 24 | 1UL << 26 | \
	 3UL << 28 | 2UL << 30)
#define TCR_WIDTH_SHIFT 32

#define SCTLR_OURS \
	(SCTLR_ONES | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_ITD | SCTLR_SED | SCTLR_I | SCTLR_WXN)

extern char _text[], _etext[]; /* linker.ld */

static struct pages *memory;
static uint64_t *root[2]; /* lower half, upper half */
static bool enabled;
static struct {
	uint64_t sctlr, mair, tcr, ttbr0, ttbr1;
} firmware;

/* ID_AA64MMFR0_EL1.PARange; 52 bits want other tables, of which these reach 48. */
static uint64_t width(void)
{
	uint64_t range = READ_SYSREG(id_aa64mmfr0_el1) & 0xF;

	return range < 5 ? range : 5;
}

static unsigned int address_bits(void)
{
	static const uint8_t bits[] = {32, 36, 40, 42, 44, 48};

	return bits[width()];
}

bool arch_is_physical(uint64_t pa, uint64_t size)
{
	uint64_t limit = 1UL << address_bits();

	return size <= limit && pa <= limit - size;
}

/* No address is a device's on every machine; the serial port's is known. */
bool arch_is_device(uint64_t pa, uint64_t size)
{
	uint64_t port = serial_registers();

	return port && pa < port + PAGE_SIZE && port < pa + size;
}

static unsigned int shift_of(unsigned int level)
{
	return 12 + 9 * (level - 1);
}

static uint64_t size_of(unsigned int level)
{
	return 1UL << shift_of(level);
}

static bool is_upper(uint64_t va)
{
	return va >> 63;
}

static bool is_leaf(uint64_t entry, unsigned int level)
{
	return level == LEVEL_4K || !(entry & ENTRY_TABLE);
}

static uint64_t *table_of(uint64_t entry)
{
	return (uint64_t *)(entry & ENTRY_ADDRESS);
}

static uint64_t *entry_in(uint64_t *table, uint64_t va, unsigned int level)
{
	return &table[va >> shift_of(level) & (ENTRIES - 1)];
}

/* Make an entry seen by translation; what was valid there is not any more. */
static void publish(uint64_t va)
{
	if (!enabled)
		return;
	__asm__ volatile("dsb ishst; tlbi vaae1is, %0; dsb ish; isb"
			 :
			 : "r"(va >> 12 & ((1UL << 44) - 1))
			 : "memory");
}

/*
 * Replace a block, or nothing, by a table of the next smaller ones with the same meaning. A block
 * that is in use would have to go first, and our own code may lie in it.
 */
static enum err split(uint64_t *entry, unsigned int level)
{
	uint64_t *table;
	uint64_t step = size_of(level - 1);

	if (*entry & ENTRY_VALID && enabled)
		return ERR_INVALID;
	table = pages_alloc(memory, 1, 0);
	if (!table)
		return ERR_NO_MEMORY;
	if (*entry & ENTRY_VALID) {
		uint64_t template = level - 1 == LEVEL_4K ? *entry | ENTRY_TABLE : *entry;

		for (uint64_t i = 0; i < ENTRIES; i++)
			table[i] = template + i * step;
	}
	__asm__ volatile("dsb ishst" : : : "memory"); /* the table before what points to it */
	*entry = (uint64_t)table | ENTRY_VALID | ENTRY_TABLE;
	return OK;
}

static enum err set_page(uint64_t va, uint64_t value, unsigned int at_level)
{
	uint64_t *table = root[is_upper(va)];
	uint64_t *entry;

	for (unsigned int level = LEVELS; level > at_level; level--) {
		entry = entry_in(table, va, level);
		if (!(*entry & ENTRY_VALID) || is_leaf(*entry, level)) {
			enum err e = split(entry, level);

			if (e)
				return e;
		}
		table = table_of(*entry);
	}
	entry = entry_in(table, va, at_level);
	if (*entry & ENTRY_VALID) { /* break before make: D8.16.1 */
		*entry = 0;
		publish(va);
	}
	*entry = value;
	publish(va);
	return OK;
}

static uint64_t page_bits(unsigned int flags)
{
	uint64_t bits = ENTRY_VALID | ENTRY_ACCESSED | ENTRY_UXN;

	if (!(flags & ARCH_MAP_WRITE))
		bits |= ENTRY_READ_ONLY;
	if (!(flags & ARCH_MAP_EXEC))
		bits |= ENTRY_PXN;
	if (flags & ARCH_MAP_COMBINE)
		return bits | ENTRY_ATTR(ATTR_COMBINE) | ENTRY_INNER;
	if (flags & ARCH_MAP_DEVICE)
		return bits | ENTRY_ATTR(ATTR_DEVICE);
	return bits | ENTRY_ATTR(ATTR_NORMAL) | ENTRY_INNER;
}

/* The tables' indexes leave out the bits above; those must be all alike. */
static bool is_canonical(uint64_t va)
{
	uint64_t above = va >> ADDRESS_BITS;

	return above == 0 || above == ~0UL >> ADDRESS_BITS;
}

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	uint64_t end = va + size;

	if ((flags & ARCH_MAP_WRITE && flags & ARCH_MAP_EXEC) || (va | pa | size) % PAGE_SIZE ||
	    !is_canonical(va) || !arch_is_physical(pa, size))
		return ERR_INVALID;
	while (va < end) {
		unsigned int level = LEVEL_1G;
		uint64_t bits = page_bits(flags);
		enum err e;

		while (level > LEVEL_4K &&
		       ((va | pa) & (size_of(level) - 1) || end - va < size_of(level)))
			level--;
		if (level == LEVEL_4K)
			bits |= ENTRY_TABLE;
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

bool paging_find(uint64_t va, struct mapping *out)
{
	const uint64_t *table = root[is_upper(va)];

	if (!is_canonical(va))
		return false;
	for (unsigned int level = LEVELS; table; level--) {
		uint64_t entry = table[va >> shift_of(level) & (ENTRIES - 1)];

		if (!(entry & ENTRY_VALID))
			return false;
		if (is_leaf(entry, level)) {
			out->pa = entry & ENTRY_ADDRESS & ~(size_of(level) - 1);
			out->size = size_of(level);
			return true;
		}
		table = table_of(entry);
	}
	return false;
}

/* By MAIR_EL1 as it is, not as it should be. */
static unsigned int flags_of(uint64_t entry, uint64_t mair)
{
	uint64_t type = mair >> 8 * (entry >> 2 & 7) & 0xFF;

	return (entry & ENTRY_READ_ONLY ? 0U : ARCH_MAP_WRITE) |
	       (entry & ENTRY_PXN ? 0U : ARCH_MAP_EXEC) | (type >> 4 ? 0U : ARCH_MAP_DEVICE) |
	       (type == 0x44 ? ARCH_MAP_COMBINE : 0U);
}

/* Upper tables forbid nothing, so that the leaf alone decides. */
static void walk(const uint64_t *table, unsigned int level, uint64_t va, uint64_t mair,
		 arch_page_fn fn, void *ctx)
{
	for (uint64_t i = 0; i < ENTRIES; i++) {
		uint64_t entry = table[i];
		uint64_t at = va | i << shift_of(level);

		if (!(entry & ENTRY_VALID))
			continue;
		if (is_leaf(entry, level))
			fn(ctx, at, size_of(level), flags_of(entry, mair));
		else
			walk(table_of(entry), level - 1, at, mair, fn, ctx);
	}
}

void arch_walk_pages(arch_page_fn fn, void *ctx)
{
	uint64_t mair = READ_SYSREG(mair_el1);

	walk(table_of(READ_SYSREG(ttbr0_el1)), LEVELS, 0, mair, fn, ctx);
	walk(table_of(READ_SYSREG(ttbr1_el1)), LEVELS, ~0UL << ADDRESS_BITS, mair, fn, ctx);
}

enum err arch_paging_init(struct pages *pages)
{
	uint64_t port = serial_registers();

	if (exception_level() != 1)
		panic("the firmware handed over at EL%u: this kernel runs at EL1 only",
		      exception_level());
	memory = pages;
	enabled = false;
	firmware.sctlr = READ_SYSREG(sctlr_el1);
	firmware.mair = READ_SYSREG(mair_el1);
	firmware.tcr = READ_SYSREG(tcr_el1);
	firmware.ttbr0 = READ_SYSREG(ttbr0_el1);
	firmware.ttbr1 = READ_SYSREG(ttbr1_el1);
	root[0] = pages_alloc(memory, 1, 0);
	root[1] = pages_alloc(memory, 1, 0);
	if (!root[0] || !root[1])
		return ERR_NO_MEMORY;
	return port ? arch_map(port, port, PAGE_SIZE, ARCH_MAP_WRITE | ARCH_MAP_DEVICE) : OK;
}

void paging_state(struct arch_state *out)
{
	*out = (struct arch_state){
		.sctlr = SCTLR_OURS,
		.mair = MAIR_OURS,
		.tcr = TCR_OURS | width() << TCR_WIDTH_SHIFT,
		.ttbr0 = (uint64_t)root[0],
		.ttbr1 = (uint64_t)root[1],
	};
}

/* paging.S: no access to memory between the old translation and the new one. */
void paging_switch(uint64_t mair, uint64_t tcr, uint64_t ttbr0, uint64_t ttbr1, uint64_t sctlr);

void arch_paging_enable(void)
{
	struct arch_state s;

	paging_state(&s);
	/* With translation off even instructions may be fetched past the caches. */
	caches_clean(_text, (size_t)(_etext - _text));
	paging_switch(s.mair, s.tcr, s.ttbr0, s.ttbr1, s.sctlr);
	enabled = true;
}

/* paging.S: fn(arg) on other tables, and on stacks that they map; 1 if it faulted. */
int call_on_tables(const void *registers, uint64_t stack, void (*fn)(void *), void *arg);

/* The stacks' window is ours alone; its pages are identity-mapped by the firmware too. */
static uint64_t stack_for_firmware(void)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);
	uint64_t below = 512;

	return ((enabled ? arch_physical(here) : here) - below) & ~15UL;
}

enum err arch_call_on_firmware_tables(void (*fn)(void *), void *arg)
{
	if (!enabled)
		return ERR_UNSUPPORTED;
	return call_on_tables(&firmware, stack_for_firmware(), fn, arg) ? ERR_FAULT : OK;
}
