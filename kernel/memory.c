/* SPDX-License-Identifier: MIT */
/*
 * An allocator and the kernel's own page tables, from the boot stub's memory map: RAM writable and
 * not executable, the image by its sections, page 0 a hole.
 */
#include "kernel/setup.h"

#include "arch/arch.h"
#include "lib/log.h"
#include "lib/tally.h"

/* linker.ld; all on page boundaries */
extern char _text[], _etext[], _erodata[], _image_end[], _data[];

/* By the firmware. What is no physical address is no memory: neither mapped nor given out. */
static bool is_memory(const struct boot_memory *m)
{
	return m->size && !((m->base | m->size) % PAGE_SIZE) && arch_is_physical(m->base, m->size);
}

static void warn_of_no_memory(const struct boot_info *boot)
{
	const struct boot_memory *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < boot->memory_count; i++) {
		if (is_memory(&boot->memory[i]))
			continue;
		if (!count++)
			first = &boot->memory[i];
	}
	if (first)
		log_warn("memory map: %lu entries are no physical addresses, the first at 0x%lx: "
			 "passed over",
			 (unsigned long)count, (unsigned long)first->base);
}

/* Up to capacity free ranges; if there are more, the smallest are left out. */
static size_t collect_free(const struct boot_info *boot, struct page_range *out, size_t capacity)
{
	size_t count = 0;

	for (size_t i = 0; i < boot->memory_count; i++) {
		struct page_range range = {boot->memory[i].base, boot->memory[i].size};
		size_t smallest = 0;

		if (boot->memory[i].kind != BOOT_MEMORY_FREE || !is_memory(&boot->memory[i]))
			continue;
		if (count < capacity) {
			out[count++] = range;
			continue;
		}
		for (size_t k = 1; k < count; k++)
			smallest = out[k].size < out[smallest].size ? k : smallest;
		if (range.size > out[smallest].size)
			out[smallest] = range;
	}
	return count;
}

static enum err map_ram(const struct boot_info *boot)
{
	for (size_t i = 0; i < boot->memory_count; i++) {
		uint64_t base = boot->memory[i].base;
		uint64_t size = boot->memory[i].size;
		enum err e;

		if (boot->memory[i].kind == BOOT_MEMORY_RESERVED || !is_memory(&boot->memory[i]))
			continue;
		if (base == 0) { /* page 0 stays a hole: a null pointer faults */
			base += PAGE_SIZE;
			size -= PAGE_SIZE;
		}
		e = arch_map(base, base, size, ARCH_MAP_WRITE);
		if (e)
			return e;
	}
	return OK;
}

static enum err map_section(const char *from, const char *to, unsigned int flags)
{
	return arch_map((uint64_t)from, (uint64_t)from, (uint64_t)(to - from), flags);
}

enum err memory_init(const struct boot_info *boot, struct pages *pages)
{
	static struct page_range ranges[PAGES_MAX_RANGES];
	size_t count = collect_free(boot, ranges, PAGES_MAX_RANGES);
	enum err e;

	warn_of_no_memory(boot);
	if (!arch_can_forbid_execution())
		log_warn("no execute-disable (NX): all memory is executable");
	if (!pages_init(pages, ranges, count))
		return ERR_NO_MEMORY;
	log_debug("memory: %lu free pages in %lu ranges", (unsigned long)pages_left(pages),
		  (unsigned long)count);
	e = arch_paging_init(pages);
	if (!e)
		e = map_ram(boot);
	if (!e)
		e = map_section(_text, _etext, ARCH_MAP_EXEC);
	if (!e)
		e = map_section(_etext, _erodata, 0);
	if (!e)
		e = map_section(_data, _image_end, ARCH_MAP_WRITE);
	if (e)
		return e;
	arch_paging_enable();
	log_debug("own page tables are active: %lu pages left", (unsigned long)pages_left(pages));
	return OK;
}

static bool is_reserved(const struct boot_info *boot, uint64_t pa, uint64_t size)
{
	for (size_t i = 0; i < boot->memory_count; i++) {
		const struct boot_memory *m = &boot->memory[i];

		if (m->kind == BOOT_MEMORY_RESERVED && pa >= m->base && pa - m->base < m->size &&
		    size <= m->size - (pa - m->base))
			return true;
	}
	return false;
}

static bool is_listed(const struct boot_info *boot, uint64_t pa, uint64_t size)
{
	for (size_t i = 0; i < boot->memory_count; i++) {
		const struct boot_memory *m = &boot->memory[i];

		if (pa < m->base + m->size && m->base < pa + size)
			return true;
	}
	return false;
}

static bool is_device(const struct boot_info *boot, uint64_t pa, uint64_t size)
{
	const struct boot_framebuffer *f = &boot->framebuffer;

	return arch_is_device(pa, size) || (pa < f->base + f->size && f->base < pa + size);
}

/*
 * Tables that are not in mapped memory. A table that is nonsense may name a million places, each of
 * which costs pages for page tables: what was mapped is counted, and ends somewhere.
 */
enum { TABLE_MAPPINGS_MAX = 256 };
static struct {
	size_t mappings;
	struct tally unlisted, refused; /* addresses */
} tables;

static bool map_table(const struct boot_info *boot, uint64_t pa, uint64_t size)
{
	uint64_t first = pa & ~(uint64_t)(PAGE_SIZE - 1);
	uint64_t end = (pa + size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
	bool reserved = is_reserved(boot, pa, size);

	if (!reserved && (is_listed(boot, pa, size) || is_device(boot, pa, size)))
		return false;
	if (tables.mappings == TABLE_MAPPINGS_MAX) {
		tally_add(&tables.refused, pa);
		return false;
	}
	if (arch_map(first, first, end - first, 0))
		return false;
	tables.mappings++;
	if (!reserved)
		tally_add(&tables.unlisted, pa);
	return true;
}

/*
 * Some firmware keeps tables in reserved memory, some in memory that its map does not list at all:
 * both are mapped here on demand, read-only.
 */
static const void *at(void *ctx, uint64_t pa, size_t size)
{
	const struct boot_info *boot = ctx;

	if (pa < PAGE_SIZE || !size || !arch_is_physical(pa, size)) /* page 0 stays a hole */
		return NULL;
	if (!arch_mapped(pa, size) && !map_table(boot, pa, size))
		return NULL;
	return (const void *)pa;
}

struct acpi_memory memory_for_acpi(const struct boot_info *boot)
{
	return (struct acpi_memory){at, (void *)boot};
}

void memory_say_tables(void)
{
	char text[TALLY_TEXT_SIZE];

	if (tables.unlisted.count)
		log_warn("ACPI: %lu tables lie in memory that the memory map does not list: mapped "
			 "for reading, at %s",
			 (unsigned long)tables.unlisted.count,
			 tally_text(&tables.unlisted, TALLY_HEX, text));
	if (tables.refused.count)
		log_warn("ACPI: %lu addresses are not looked at, %u were mapped before: %s",
			 (unsigned long)tables.refused.count, TABLE_MAPPINGS_MAX,
			 tally_text(&tables.refused, TALLY_HEX, text));
}
