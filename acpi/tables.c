/* SPDX-License-Identifier: MIT */
/*
 * From the RSDP to a table: every address is checked through the caller's view of memory, and every
 * length against it. A checksum is checked, and said to be wrong, but decides nothing: firmware
 * that patches a table after it was sealed is common, and every entry is checked by itself anyhow.
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
/* A root may name a large table with a wrong checksum a million times. */
enum { CANDIDATES_MAX = 8 };

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

/* The whole table at pa; NULL for any signature. */
static enum err load_table(const struct acpi_memory *mem, uint64_t pa, const char *signature,
			   struct acpi_table *out)
{
	const uint8_t *header = map(mem, pa, ACPI_HEADER_SIZE);
	uint32_t size;

	*out = (struct acpi_table){0};
	if (header == NULL)
		return ERR_TRUNCATED;
	if (signature && memcmp(header, signature, 4) != 0)
		return ERR_NOT_FOUND;
	size = acpi_u32(header + ACPI_HEADER_LENGTH);
	if (size < ACPI_HEADER_SIZE || size > TABLE_SIZE_MAX)
		return ERR_TRUNCATED;
	out->data = map(mem, pa, size);
	if (out->data == NULL)
		return ERR_TRUNCATED;
	out->size = size;
	return OK;
}

static void check_sum(struct acpi_table *table)
{
	table->bad_sum = !sums_to_zero(table->data, table->size);
}

static size_t width_of(bool is_xsdt)
{
	return is_xsdt ? sizeof(uint64_t) : sizeof(uint32_t);
}

static uint64_t entry_at(const struct acpi_table *root, size_t at, bool is_xsdt)
{
	return is_xsdt ? acpi_u64(root->data + at) : acpi_u32(root->data + at);
}

/* Does it lead to a whole table? Entries that lead nowhere are noted. */
static bool is_usable(struct acpi *a, const struct acpi_table *root, bool is_xsdt)
{
	size_t width = width_of(is_xsdt);
	struct acpi_table any;
	bool usable = false;

	for (size_t at = ACPI_HEADER_SIZE; root->size - at >= width; at += width) {
		uint64_t pa = entry_at(root, at, is_xsdt);

		if (pa == 0) /* the usual filler */
			continue;
		if (map(&a->mem, pa, ACPI_HEADER_SIZE) == NULL)
			tally_add(&a->nowhere, pa);
		else
			usable = usable || load_table(&a->mem, pa, NULL, &any) == OK;
	}
	return usable;
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
	if (!is_usable(a, &root, is_xsdt))
		return ERR_INVALID;
	check_sum(&root);
	if (root.bad_sum)
		a->odd |= ACPI_ODD_ROOT_SUM;
	a->root = pa;
	a->is_xsdt = is_xsdt;
	return OK;
}

/* The second half of the RSDP: the XSDT's address, if there is one. */
static uint64_t find_xsdt(struct acpi *a, uint64_t rsdp)
{
	const uint8_t *p = map(&a->mem, rsdp, RSDP_V2_SIZE);
	const uint8_t *whole;
	uint32_t size;

	if (p == NULL) {
		a->odd |= ACPI_ODD_RSDP_LENGTH;
		return 0;
	}
	size = acpi_u32(p + RSDP_LENGTH);
	whole = size >= RSDP_V2_SIZE && size <= TABLE_SIZE_MAX ? map(&a->mem, rsdp, size) : NULL;
	if (whole == NULL)
		a->odd |= ACPI_ODD_RSDP_LENGTH;
	else if (!sums_to_zero(whole, size))
		a->odd |= ACPI_ODD_RSDP_SUM_ALL;
	return acpi_u64(p + RSDP_XSDT);
}

enum err acpi_open(struct acpi *a, const struct acpi_memory *mem, uint64_t rsdp)
{
	uint64_t rsdt;
	const uint8_t *p;
	enum err e;

	*a = (struct acpi){.mem = *mem};
	p = map(mem, rsdp, RSDP_V1_SIZE);
	if (p == NULL || memcmp(p, "RSD PTR ", 8) != 0)
		return ERR_NOT_FOUND;
	if (!sums_to_zero(p, RSDP_V1_SIZE))
		a->odd |= ACPI_ODD_RSDP_SUM;
	a->revision = p[RSDP_REVISION];
	rsdt = acpi_u32(p + RSDP_RSDT);
	if (a->revision < 2)
		return open_root(a, rsdt, false);
	e = open_root(a, find_xsdt(a, rsdp), true);
	if (e == OK || rsdt == 0)
		return e;
	a->odd |= ACPI_ODD_XSDT;
	a->xsdt_error = e;
	return open_root(a, rsdt, false);
}

enum err acpi_load(const struct acpi *a, uint64_t pa, const char signature[4],
		   struct acpi_table *out)
{
	enum err e = load_table(&a->mem, pa, signature, out);

	if (e == OK)
		check_sum(out);
	return e;
}

enum err acpi_next(const struct acpi *a, const char signature[4], size_t *at,
		   struct acpi_table *out)
{
	size_t width = width_of(a->is_xsdt);
	struct acpi_table root;

	*out = (struct acpi_table){0};
	if (load_table(&a->mem, a->root, NULL, &root) != OK)
		return ERR_NOT_FOUND;
	if (*at < ACPI_HEADER_SIZE)
		*at = ACPI_HEADER_SIZE;
	while (*at <= root.size && root.size - *at >= width) {
		uint64_t pa = entry_at(&root, *at, a->is_xsdt);

		*at += width;
		/* An entry that leads nowhere says nothing about the table that we look for. */
		if (map(&a->mem, pa, ACPI_HEADER_SIZE) != NULL) {
			enum err e = acpi_load(a, pa, signature, out);

			if (e != ERR_NOT_FOUND)
				return e;
		}
	}
	return ERR_NOT_FOUND;
}

enum err acpi_find(const struct acpi *a, const char signature[4], struct acpi_table *out)
{
	enum err first_bad = ERR_NOT_FOUND;
	struct acpi_table table;
	size_t at = 0;
	enum err e;

	*out = (struct acpi_table){0};
	for (int i = 0; i < CANDIDATES_MAX; i++) {
		e = acpi_next(a, signature, &at, &table);
		if (e == ERR_NOT_FOUND)
			break;
		if (e != OK && first_bad == ERR_NOT_FOUND)
			first_bad = e;
		if (e != OK || (table.bad_sum && out->data))
			continue;
		*out = table;
		if (!table.bad_sum)
			return OK;
	}
	return out->data ? OK : first_bad;
}

enum err acpi_walk(const struct acpi_table *table, size_t fixed, struct acpi_walked *out,
		   acpi_entry_fn fn, void *ctx)
{
	size_t at = fixed;

	if (table->size < fixed)
		return ERR_TRUNCATED;
	while (at < table->size) {
		const uint8_t *entry = table->data + at;
		size_t left = table->size - at;

		if (left < 2 || entry[1] < 2 || entry[1] > left) {
			out->stopped_at = at;
			return left >= 2 && entry[1] < 2 ? ERR_INVALID : ERR_TRUNCATED;
		}
		out->entries++;
		if (!fn(ctx, entry, entry[1]))
			out->too_short++;
		at += entry[1];
	}
	return out->too_short ? ERR_INVALID : OK;
}
