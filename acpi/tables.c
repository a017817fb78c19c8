/* SPDX-License-Identifier: MIT */
/*
 * From the RSDP to a table: every address is checked through the caller's view of memory, every
 * length against it, every checksum before a table is used.
 */
#include "acpi/internal.h"

/* ACPI 6.5, 5.2.5.3 "Root System Description Pointer (RSDP) Structure" */
enum {
	RSDP_V1_SIZE = 20,
	RSDP_V2_SIZE = 36,
	RSDP_REVISION = 15,
	RSDP_RSDT = 16,
	RSDP_LENGTH = 20,
	RSDP_XSDT = 24,
};

/* No table comes near this; a length beyond it is garbage and not worth a checksum. */
enum { TABLE_SIZE_MAX = 16 << 20 };

static const uint8_t *map(const struct acpi_memory *mem, uint64_t pa, size_t size)
{
	if (pa == 0 || pa > UINT64_MAX - size)
		return NULL;
	return mem->at(mem->ctx, pa, size);
}

static bool sums_to_zero(const uint8_t *p, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + p[i]);
	return sum == 0;
}

/* The whole table at pa, its checksum not yet looked at. */
static enum err map_table(const struct acpi_memory *mem, uint64_t pa, const char signature[4],
			  struct acpi_table *out)
{
	const uint8_t *header = map(mem, pa, ACPI_HEADER_SIZE);
	uint32_t size;

	if (header == NULL)
		return ERR_TRUNCATED;
	if (memcmp(header, signature, 4) != 0)
		return ERR_NOT_FOUND;
	size = acpi_u32(header + ACPI_HEADER_LENGTH);
	if (size < ACPI_HEADER_SIZE || size > TABLE_SIZE_MAX)
		return ERR_TRUNCATED;
	out->data = map(mem, pa, size);
	out->size = size;
	return out->data != NULL ? OK : ERR_TRUNCATED;
}

static enum err load_table(const struct acpi_memory *mem, uint64_t pa, const char signature[4],
			   struct acpi_table *out)
{
	enum err e = map_table(mem, pa, signature, out);

	if (e == OK && !sums_to_zero(out->data, out->size))
		e = ERR_CHECKSUM;
	if (e != OK)
		*out = (struct acpi_table){0};
	return e;
}

static enum err open_root(struct acpi *a, uint64_t pa, bool is_xsdt)
{
	struct acpi_table root;
	enum err e;

	if (pa == 0)
		return ERR_INVALID;
	e = load_table(&a->mem, pa, is_xsdt ? "XSDT" : "RSDT", &root);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_INVALID : e;
	a->root = pa;
	a->is_xsdt = is_xsdt;
	return OK;
}

enum err acpi_open(struct acpi *a, const struct acpi_memory *mem, uint64_t rsdp)
{
	uint64_t rsdt, xsdt = 0;
	const uint8_t *p;
	enum err e;

	*a = (struct acpi){.mem = *mem};
	p = map(mem, rsdp, RSDP_V1_SIZE);
	if (p == NULL || memcmp(p, "RSD PTR ", 8) != 0)
		return ERR_NOT_FOUND;
	if (!sums_to_zero(p, RSDP_V1_SIZE))
		return ERR_CHECKSUM;
	a->revision = p[RSDP_REVISION];
	rsdt = acpi_u32(p + RSDP_RSDT);
	if (a->revision >= 2) {
		uint32_t size;

		p = map(mem, rsdp, RSDP_V2_SIZE);
		if (p == NULL)
			return ERR_TRUNCATED;
		size = acpi_u32(p + RSDP_LENGTH);
		xsdt = acpi_u64(p + RSDP_XSDT);
		if (size < RSDP_V2_SIZE || size > TABLE_SIZE_MAX)
			return ERR_TRUNCATED;
		p = map(mem, rsdp, size);
		if (p == NULL)
			return ERR_TRUNCATED;
		if (!sums_to_zero(p, size))
			return ERR_CHECKSUM;
	}
	e = open_root(a, xsdt, true);
	if (e == OK || rsdt == 0)
		return e;
	return open_root(a, rsdt, false);
}

enum err acpi_load(const struct acpi *a, uint64_t pa, const char signature[4],
		   struct acpi_table *out)
{
	return load_table(&a->mem, pa, signature, out);
}

enum err acpi_find(const struct acpi *a, const char signature[4], struct acpi_table *out)
{
	size_t width = a->is_xsdt ? sizeof(uint64_t) : sizeof(uint32_t);
	enum err first_bad = ERR_NOT_FOUND;
	struct acpi_table root;
	enum err e;

	*out = (struct acpi_table){0};
	e = map_table(&a->mem, a->root, a->is_xsdt ? "XSDT" : "RSDT", &root);
	if (e != OK)
		return e;
	for (size_t at = ACPI_HEADER_SIZE; root.size - at >= width; at += width) {
		const uint8_t *entry = root.data + at;
		uint64_t pa = a->is_xsdt ? acpi_u64(entry) : acpi_u32(entry);

		/* An entry that leads nowhere says nothing about the table that we look for. */
		if (map(&a->mem, pa, ACPI_HEADER_SIZE) == NULL)
			continue;
		e = load_table(&a->mem, pa, signature, out);
		if (e == OK)
			return OK;
		if (first_bad == ERR_NOT_FOUND)
			first_bad = e;
	}
	return first_bad;
}

enum err acpi_walk(const struct acpi_table *table, size_t fixed, acpi_entry_fn fn, void *ctx)
{
	enum err result = OK;
	size_t at = fixed;

	if (table->size < fixed)
		return ERR_TRUNCATED;
	while (at < table->size) {
		const uint8_t *entry = table->data + at;
		size_t left = table->size - at;

		if (left < 2)
			return ERR_TRUNCATED;
		if (entry[1] < 2)
			return ERR_INVALID;
		if (entry[1] > left)
			return ERR_TRUNCATED;
		if (!fn(ctx, entry, entry[1]))
			result = ERR_INVALID;
		at += entry[1];
	}
	return result;
}
