/* SPDX-License-Identifier: MIT */
/*
 * The firmware's memory map, any entries: what is no physical address, or no whole pages, is
 * neither mapped nor given out, and no entry costs more than itself.
 */
#include "kernel/setup.h"

#include "arch/arch.h"
#include "lib/log.h"
#include "tests/host/fuzz/fuzz.h"

/* What stands in for the linker's symbols: an image next to nothing long. */
char _text[1], _etext[1], _erodata[1], _data[1], _image_end[1];

enum { ENTRIES = 24, WIDTH = 46 };

static struct boot_memory map[ENTRIES];
static struct boot_info boot;

bool arch_is_physical(uint64_t pa, uint64_t size)
{
	return size <= 1UL << WIDTH && pa <= (1UL << WIDTH) - size;
}

/* Is it all inside one entry that may be mapped? */
static bool is_listed(uint64_t pa, uint64_t size)
{
	for (size_t i = 0; i < boot.memory_count; i++) {
		if (pa >= map[i].base && size <= map[i].size &&
		    pa - map[i].base <= map[i].size - size)
			return true;
	}
	return false;
}

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	bool is_image = pa >= (uint64_t)_text - 4096 && pa <= (uint64_t)_image_end + 4096;

	if (is_image || flags & ARCH_MAP_EXEC)
		return OK;
	ENSURE(va == pa && !(pa % PAGE_SIZE) && !(size % PAGE_SIZE));
	ENSURE(arch_is_physical(pa, size));
	ENSURE(pa != 0);
	ENSURE(!(flags & ARCH_MAP_WRITE) || is_listed(pa, size)); /* tables are only read */
	return OK;
}

bool arch_mapped(uint64_t pa, uint64_t size)
{
	(void)pa;
	(void)size;
	return false;
}

enum err arch_paging_init(struct pages *pages)
{
	(void)pages;
	return OK;
}

bool arch_is_device(uint64_t pa, uint64_t size)
{
	return pa < 1UL << 32 && pa + size > 0xFEC00000;
}

bool arch_can_forbid_execution(void)
{
	return true;
}

void arch_paging_enable(void)
{
}

static void check_pages(const struct pages *pages)
{
	uint64_t free = 0, given = pages_left(pages);

	for (size_t i = 0; i < boot.memory_count; i++) {
		if (map[i].kind == BOOT_MEMORY_FREE && !((map[i].base | map[i].size) % PAGE_SIZE) &&
		    arch_is_physical(map[i].base, map[i].size))
			free += map[i].size / PAGE_SIZE;
	}
	ENSURE(given <= free);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = {data, size};
	static struct pages pages;
	struct acpi_memory memory;

	log_reset();
	memset(&pages, 0, sizeof(pages));
	boot = (struct boot_info){.memory = map};
	while (boot.memory_count < ENTRIES && r.left) {
		uint64_t shape = fuzz_take(&r, 1);
		uint64_t base = fuzz_take(&r, 8);
		uint64_t bytes = fuzz_take(&r, 8);

		/* Mostly whole pages, somewhere low. */
		map[boot.memory_count++] =
			(struct boot_memory){shape & 4 ? base : base % (1UL << 40) & ~4095UL,
					     shape & 8 ? bytes : bytes % (1UL << 32) & ~4095UL,
					     (enum boot_memory_kind)(shape & 3) %
						     (BOOT_MEMORY_RESERVED + 1)};
	}
	if (memory_init(&boot, &pages))
		return 0;
	check_pages(&pages);
	memory = memory_for_acpi(&boot);
	for (size_t i = 0; i < boot.memory_count; i++) {
		const void *at = memory.at(memory.ctx, map[i].base, 36);

		ENSURE(!at ||
		       (at == (const void *)map[i].base && arch_is_physical(map[i].base, 36)));
	}
	return 0;
}
