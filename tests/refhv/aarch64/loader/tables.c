/* SPDX-License-Identifier: MIT */
/*
 * The hypervisor's memory, and the two sets of tables. EL2's own have RAM alone, 39 bits in blocks
 * of 1 GiB. Stage 2 is the identity over 40 bits in blocks of 1 GiB, and around the arena of 2 MiB:
 * what is the arena's is not there. It says that all is write-back; devices are what stage 1 makes
 * of them.
 */
#include "tests/refhv/aarch64/loader/load.h"

#include "tests/refhv/log.h"

#define ENTRIES        512U
#define HOST_BITS      39U
#define GUEST_BITS     40U
#define STAGE2_ROOT    (2 * PAGE_SIZE) /* two tables of level 1, side by side */
#define STAGE2_ENTRIES (2 * ENTRIES)
#define STAGE2_BLOCK   (STAGE2_NORMAL | STAGE2_RW | DESC_INNER | DESC_AF | DESC_BLOCK)

/* Whole blocks, aligned to their size: what else the firmware gives lies unused around them. */
void arena_allocate(uint64_t bytes)
{
	uint64_t size = (bytes + BLOCK_SIZE - 1) & ~(BLOCK_SIZE - 1);
	EFI_PHYSICAL_ADDRESS at = 0;

	if (EFI_ERROR(boot_services->AllocatePages(AllocateAnyPages, EfiReservedMemoryType,
						   (size + BLOCK_SIZE) / PAGE_SIZE, &at)))
		log_fatal("no_memory_for_hypervisor");
	hv.arena.start = (at + BLOCK_SIZE - 1) & ~(BLOCK_SIZE - 1);
	hv.arena.end = hv.arena.start + size;
	hv.arena.free = hv.arena.start;
}

void *arena_take(uint64_t bytes)
{
	uint8_t *memory = (uint8_t *)hv.arena.free;
	uint64_t size = (bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

	if (size > hv.arena.end - hv.arena.free)
		log_fatal("arena_is_too_small");
	hv.arena.free += size;
	for (uint64_t i = 0; i < size; i++)
		memory[i] = 0;
	return memory;
}

static bool is_ram(uint32_t type)
{
	return type == EfiLoaderCode || type == EfiLoaderData || type == EfiBootServicesCode ||
	       type == EfiBootServicesData || type == EfiConventionalMemory ||
	       type == EfiReservedMemoryType;
}

static void map_ram(void *ctx, const EFI_MEMORY_DESCRIPTOR *d)
{
	uint64_t *table = ctx;
	uint64_t end = d->PhysicalStart + d->NumberOfPages * PAGE_SIZE;

	if (!is_ram(d->Type) || !d->NumberOfPages)
		return;
	if (end > 1UL << HOST_BITS)
		log_fatal("memory_lies_too_high");
	if (!hv.ram_end || d->PhysicalStart < hv.ram_start)
		hv.ram_start = d->PhysicalStart;
	if (end > hv.ram_end)
		hv.ram_end = end;
	for (uint64_t at = d->PhysicalStart & ~(GIB - 1); at < end; at += GIB)
		table[at / GIB] = at | DESC_INNER | DESC_AF | DESC_BLOCK;
}

uint64_t host_table(void)
{
	uint64_t *table = arena_take(PAGE_SIZE);

	boot_each_memory(map_ram, table);
	return (uint64_t)table;
}

/* 2 MiB blocks for one GiB, but for the arena's. */
static uint64_t finer_table(uint64_t start)
{
	uint64_t *table = arena_take(PAGE_SIZE);

	for (uint32_t i = 0; i < ENTRIES; i++) {
		uint64_t at = start + i * BLOCK_SIZE;

		if (at < hv.arena.start || at >= hv.arena.end)
			table[i] = at | STAGE2_BLOCK;
	}
	return (uint64_t)table;
}

void stage2_create(void)
{
	uint64_t *root;

	static const uint8_t widths[] = MMFR0_WIDTHS;
	uint64_t range = READ_SYSREG(id_aa64mmfr0_el1) & MMFR0_PARANGE;

	if (range < MMFR0_PARANGE_40)
		log_fatal("processor_has_no_40_bits_of_addresses");
	/* What is not known has more than the last. */
	hv.physical_bits = widths[range < sizeof(widths) ? range : sizeof(widths) - 1];
	hv.arena.free = (hv.arena.free + STAGE2_ROOT - 1) & ~(STAGE2_ROOT - 1);
	root = arena_take(STAGE2_ROOT);
	for (uint64_t i = 0; i < STAGE2_ENTRIES; i++) {
		uint64_t start = i * GIB;
		bool is_finer = start < hv.arena.end && start + GIB > hv.arena.start;

		root[i] = is_finer ? finer_table(start) | DESC_TABLE : start | STAGE2_BLOCK;
	}
	hv.vttbr = (uint64_t)root;
	hv.vtcr = VTCR_RES1 | (64 - GUEST_BITS) | VTCR_LEVEL_1 | TCR_WALKS_CACHED |
		  MMFR0_PARANGE_40 << TCR_PS_SHIFT;
}
