/* SPDX-License-Identifier: MIT */
/* The rows that change ACPI tables: their bytes, their sums, and which of them the XSDT names. */
#include "tests/spoil/acpi.h"

enum { BYTES_MAX = 512, RSDP_SUM = 8, SIGNATURE = 4 };

/* NAME:OFFSET:HEX */
static struct table put_bytes(char *value)
{
	uint8_t bytes[BYTES_MAX];
	struct table table = acpi_own(cut(&value, ':'), 0);
	uint64_t offset = number(&value);
	size_t n = hex_bytes(&value, bytes, sizeof(bytes));

	if (offset + n > table.length)
		fail("beyond the table", "offset");
	copy(table.at + offset, bytes, n);
	return table;
}

void acpi_patch(char *value)
{
	struct table table = put_bytes(value);

	acpi_seal(&table);
}

void acpi_poke(char *value)
{
	(void)put_bytes(value);
}

/* NAME:N[:OFFSET] */
void acpi_sum(char *value)
{
	struct table table = acpi_own(cut(&value, ':'), 0);
	uint64_t n = number(&value);
	uint64_t offset = *value ? number(&value) : table.is_rsdp ? RSDP_SUM : HEADER_SUM;

	if (offset >= table.length)
		fail("beyond the table", "offset");
	table.at[offset] = (uint8_t)(table.at[offset] + n);
}

/* NAME:OLD:NEW */
void acpi_swap(char *value)
{
	struct table table = acpi_own(cut(&value, ':'), 0);
	const char *old = cut(&value, ':');
	const char *new = cut(&value, ':');
	size_t size = 0, found = 0;

	while (old[size] && new[size])
		size++;
	if (!size || old[size] || new[size])
		fail("must be texts of one length", old);
	for (uint32_t i = 0; i + size <= table.length; i++) {
		size_t same = 0;

		while (same < size && table.at[i + same] == (uint8_t)old[same])
			same++;
		if (same < size)
			continue;
		copy(table.at + i, new, size);
		found++;
	}
	if (!found)
		fail("not in the table", old);
	acpi_seal(&table);
}

/* NAME:HEX[:COUNT] */
void acpi_extend(char *value)
{
	uint8_t bytes[BYTES_MAX];
	const char *name = cut(&value, ':');
	size_t n = hex_bytes(&value, bytes, sizeof(bytes));
	uint64_t count = *value ? number(&value) : 1;
	struct table table = acpi_own(name, n * count);

	for (uint64_t i = 0; i < count; i++)
		copy(table.at + table.length + i * n, bytes, n);
	put32(table.at + HEADER_LENGTH, (uint32_t)(table.length + n * count));
	acpi_seal(&table);
}

/* NAME:ADDRESS, or NAME:+ADDRESS, which is added */
void acpi_entry(char *value)
{
	size_t i = acpi_index(cut(&value, ':'));
	uint64_t base = 0;

	if (*value == '+') {
		base = acpi_xsdt()->entries[i];
		value++;
	}
	acpi_xsdt()->entries[i] = base + number(&value);
	acpi_set_count(acpi_count());
}

/* NAME */
void acpi_hide(char *value)
{
	struct xsdt *xsdt = acpi_xsdt();
	size_t count = acpi_count();

	for (size_t i = acpi_index(value); i + 1 < count; i++)
		xsdt->entries[i] = xsdt->entries[i + 1];
	acpi_set_count(count - 1);
}

static void append(const uint8_t *table)
{
	size_t count = acpi_count();

	if (count < XSDT_MAX)
		acpi_xsdt()->entries[count] = (uint64_t)table;
	acpi_set_count(count + 1); /* refuses one too many */
}

/* NAME */
void acpi_copy(char *value)
{
	const uint8_t *old = (const uint8_t *)acpi_xsdt()->entries[acpi_index(value)];
	uint32_t length = get32(old + HEADER_LENGTH);
	uint8_t *table = take_pages(EfiACPIReclaimMemory, length);

	copy(table, old, length);
	append(table);
}

/* NAME:HEX, the bytes behind the header */
void acpi_add(char *value)
{
	const char *name = cut(&value, ':');
	uint8_t *table = take_pages(EfiACPIReclaimMemory, HEADER_SIZE + BYTES_MAX);
	size_t n = hex_bytes(&value, table + HEADER_SIZE, BYTES_MAX);

	copy(table, acpi_xsdt()->header, HEADER_SIZE); /* revision, who made it */
	copy(table, name, SIGNATURE);
	put32(table + HEADER_LENGTH, (uint32_t)(HEADER_SIZE + n));
	acpi_seal(&(struct table){.at = table});
	append(table);
}

/* NAME, to memory that the map does not list */
void acpi_move(char *value)
{
	size_t i = acpi_index(value);
	const uint8_t *old = (const uint8_t *)acpi_xsdt()->entries[i];
	uint32_t length = get32(old + HEADER_LENGTH);
	uint8_t *table = take_pages(TYPE_UNLISTED, length);

	copy(table, old, length);
	acpi_xsdt()->entries[i] = (uint64_t)table;
	acpi_set_count(acpi_count());
	map_hook();
}
