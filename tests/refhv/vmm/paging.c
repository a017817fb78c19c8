/* SPDX-License-Identifier: MIT */
/*
 * Identity maps: the host's own page tables, and nested ones for each VTL of the guest. All start
 * with 1 GiB entries over the whole physical address space (RAM and MMIO alike; QEMU TCG honours
 * them whatever CPUID says) and are split where a single page needs to differ. A change reaches
 * another VP at its next exit, for every VMRUN flushes the TLB.
 */
#include "tests/refhv/vmm/paging.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/tlfs_vsm.h"
#include "tests/refhv/x86.h"

#define LEVEL_1G   3
#define SPACE_BITS 40 /* 1 TiB: two tables of 1 GiB entries */

#define MMIO_START 0x80000000UL /* q35 has devices from here up to 4 GiB */
#define MMIO_END   0x100000000UL

/* For pages that are protected or laid over, wherever they lie; and both ends of the arena. */
#define POOL_BASE 64U
/* And for those that VTL 1 protects: a table for each 2 MiB where there is one. */
#define POOL_PROTECTED 256U
/* What protected pages leave for overlays and holes. */
#define POOL_RESERVE        16U

#define CPUID_ADDRESS_SIZES 0x80000008U

static uint8_t *pool;
static uint64_t pool_left;
static uint64_t pool_size;
static struct {
	uint64_t gpa;
	uint64_t under; /* the page's own entry */
	bool is_there;
} overlays[VTLS];

uint64_t *paging_take_table(void)
{
	if (!pool_left)
		log_fatal("page_table_pool_is_empty");
	uint64_t *table = (uint64_t *)pool;

	pool += PAGE_SIZE;
	pool_left--;
	cpu_fill(table, 0, PAGE_SIZE);
	return table;
}

uint64_t *paging_entry(const struct page_tables *tables, uint64_t address)
{
	uint64_t *table = tables->root;

	for (int level = PAGING_TOP;; level--) {
		uint64_t *entry = &table[address / paging_level_size(level) % PAGING_ENTRIES];

		if (level == 1)
			return entry;
		if (!(*entry & PAGING_PRESENT))
			log_fatal("address_beyond_the_identity_map");
		if (*entry & PAGING_LARGE) {
			uint64_t *split = paging_take_table();
			uint64_t size = paging_level_size(level - 1);

			for (uint64_t i = 0; i < PAGING_ENTRIES; i++)
				split[i] = ((*entry & PAGING_ADDRESS) + i * size) | PAGING_FLAGS |
					   (level > 2 ? PAGING_LARGE : 0);
			/* Other processors may be walking: the new table must be complete. */
			__atomic_store_n(entry, (uint64_t)split | PAGING_FLAGS, __ATOMIC_RELEASE);
		}
		table = (uint64_t *)(*entry & PAGING_ADDRESS);
	}
}

uint64_t paging_look(const struct page_tables *tables, uint64_t address)
{
	uint64_t *table = tables->root;

	for (int level = PAGING_TOP;; level--) {
		uint64_t entry =
			__atomic_load_n(paging_at(table, level, address), __ATOMIC_ACQUIRE);

		if (level == 1 || !(entry & PAGING_PRESENT) || entry & PAGING_LARGE)
			return entry;
		table = paging_next(entry);
	}
}

static void identity_map(struct page_tables *tables)
{
	uint32_t bits = cpu_cpuid(CPUID_ADDRESS_SIZES, 0).eax & 0xFF;
	uint64_t gigabytes = 1UL << ((bits < SPACE_BITS ? bits : SPACE_BITS) - 30);

	tables->root = paging_take_table();
	for (uint64_t top = 0; top * PAGING_ENTRIES < gigabytes; top++) {
		uint64_t *table = paging_take_table();

		for (uint64_t i = 0; i < PAGING_ENTRIES && top * PAGING_ENTRIES + i < gigabytes;
		     i++)
			table[i] = (top * PAGING_ENTRIES + i) * paging_level_size(LEVEL_1G) |
				   PAGING_FLAGS | PAGING_LARGE;
		tables->root[top] = (uint64_t)table | PAGING_FLAGS;
	}
}

static bool is_used(struct range range)
{
	for (uint32_t i = 0; i < hv.ram_count; i++)
		if (hv.ram[i].start < range.end && range.start < hv.ram[i].end)
			return true;
	for (uint32_t i = 0; i < hv.window_count; i++)
		if (hv.windows[i].start < range.end && range.start < hv.windows[i].end)
			return true;
	return false;
}

static void drop_holes(const uint64_t *root)
{
	for (uint64_t gpa = 0; root[gpa / paging_level_size(PAGING_TOP)] & PAGING_PRESENT;
	     gpa += paging_level_size(LEVEL_1G)) {
		uint64_t *table = paging_next(root[gpa / paging_level_size(PAGING_TOP)]);
		uint64_t *entry = paging_at(table, LEVEL_1G, gpa);
		bool is_mmio = gpa >= MMIO_START && gpa < MMIO_END;

		if (*entry & PAGING_LARGE && !is_mmio &&
		    !is_used((struct range){gpa, gpa + paging_level_size(LEVEL_1G)}))
			*entry = 0;
	}
}

void paging_drop_holes(void)
{
	for (uint32_t vtl = 0; vtl < VTLS; vtl++)
		if (hv.nested[vtl].root)
			drop_holes(hv.nested[vtl].root);
}

/* What is hidden from the guest takes a table for every 2 MiB. */
uint64_t paging_pool(uint64_t arena_pages)
{
	uint64_t pages = 0;

	for (uint32_t vtl = 0; vtl < VTLS; vtl++)
		if (hv_has_vtl(vtl))
			pages += POOL_BASE + arena_pages / PAGING_ENTRIES;
	return pages + (partition_maximum_vtl(&hv.partition) == 1 ? POOL_PROTECTED : 0);
}

uint64_t paging_tables(void)
{
	return pool_size - pool_left;
}

void paging_init(uint64_t pool_pages)
{
	pool = memory_take(pool_pages);
	pool_left = pool_size = pool_pages;
	identity_map(&hv.host);
	for (uint32_t vtl = 0; vtl < VTLS; vtl++)
		if (hv_has_vtl(vtl))
			identity_map(&hv.nested[vtl]);
}

void paging_replace(uint64_t gpa, uint64_t entry)
{
	for (uint32_t vtl = 0; vtl < VTLS; vtl++)
		if (hv.nested[vtl].root)
			*paging_entry(&hv.nested[vtl], gpa) = entry;
}

void paging_hide(struct range range)
{
	for (uint64_t gpa = range.start; gpa < range.end; gpa += PAGE_SIZE)
		paging_replace(gpa, 0);
}

void paging_protect(uint64_t gpa)
{
	paging_replace(gpa, gpa | PAGING_READ_ONLY);
}

void paging_overlay(uint32_t vtl, uint64_t gpa, const void *page)
{
	const struct page_tables *tables = &hv.nested[vtl];

	if (overlays[vtl].is_there)
		*paging_entry(tables, overlays[vtl].gpa) = overlays[vtl].under;
	overlays[vtl].is_there = page;
	overlays[vtl].gpa = gpa;
	if (!page)
		return;
	overlays[vtl].under = *paging_entry(tables, gpa);
	*paging_entry(tables, gpa) = (uint64_t)page | PAGING_READ_ONLY;
}

/* To read a page and not to execute it takes a bit that is set. */
static uint64_t narrow_entry(uint64_t gpa, uint32_t flags)
{
	uint64_t entry = gpa;

	if (flags & HV_MAP_READ)
		entry |= PAGING_READ_ONLY;
	if (flags & HV_MAP_WRITE)
		entry |= PAGING_WRITABLE;
	if (!(flags & HV_MAP_EXECUTE))
		entry |= PAGING_NO_EXEC;
	return flags == HV_MAP_ALL ? entry : entry | PAGING_NARROWED;
}

bool paging_narrow(uint64_t gpa, uint32_t flags)
{
	const struct page_tables *tables = &hv.nested[0];
	uint64_t entry = narrow_entry(gpa, flags);

	if (!tables->root)
		return true; /* nobody is ever there */
	if (pool_left < POOL_RESERVE && paging_look(tables, gpa) & PAGING_LARGE)
		return false;
	if (overlays[0].is_there && overlays[0].gpa == gpa)
		overlays[0].under = entry;
	else
		__atomic_store_n(paging_entry(tables, gpa), entry, __ATOMIC_RELEASE);
	return true;
}
