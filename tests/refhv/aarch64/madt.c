/* SPDX-License-Identifier: MIT */
/* See madt.h. */
#include "tests/refhv/aarch64/madt.h"

#define SRAT_ENTRIES 48U
#define SRAT_GICC    3U
#define SRAT_UID     6U

const struct gicc *madt_next(const struct acpi_header *madt, uint32_t *at)
{
	while (*at + 2 <= madt->length) {
		const struct gicc *entry = (const struct gicc *)((const uint8_t *)madt + *at);

		if (entry->length < 2 || entry->length > madt->length - *at)
			return NULL;
		*at += entry->length;
		if (entry->type == GICC && entry->length >= sizeof(*entry))
			return entry;
	}
	return NULL;
}

static uint32_t count(const struct acpi_header *madt)
{
	uint32_t at = MADT_ENTRIES, n = 0;

	while (madt_next(madt, &at))
		n++;
	return n;
}

static const struct gicc *nth(const struct acpi_header *madt, uint32_t n)
{
	uint32_t at = MADT_ENTRIES;
	const struct gicc *entry = madt_next(madt, &at);

	while (n--)
		entry = madt_next(madt, &at);
	return entry;
}

static void copy(void *to, const void *from, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++)
		((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
}

void madt_mix(const struct acpi_header *from, void *to)
{
	uint32_t n = count(from), at = MADT_ENTRIES;

	copy(to, from, from->length);
	for (uint32_t place = 0; place < n; place++) {
		/* The odd ones, of which there are n / 2. */
		uint32_t i = place < n / 2 ? 2 * place + 1 : 2 * (place - n / 2);
		struct gicc *entry = (struct gicc *)madt_next(to, &at);
		const struct gicc *source = nth(from, i);

		if (source->length != entry->length)
			continue;
		copy(entry, source, source->length);
		entry->uid = nth(from, n - 1 - i)->uid;
	}
}

static uint32_t new_uid(const struct acpi_header *madt, uint32_t uid)
{
	uint32_t n = count(madt);

	for (uint32_t i = 0; i < n; i++)
		if (nth(madt, i)->uid == uid)
			return nth(madt, n - 1 - i)->uid;
	return uid;
}

void srat_mix(const struct acpi_header *madt, const struct acpi_header *from, void *to)
{
	uint8_t *table = to;

	copy(to, from, from->length);
	for (uint32_t at = SRAT_ENTRIES; at + 2 <= from->length && table[at + 1] >= 2;
	     at += table[at + 1]) {
		uint32_t uid;

		if (table[at] != SRAT_GICC || at + SRAT_UID + sizeof(uid) > from->length)
			continue;
		copy(&uid, table + at + SRAT_UID, sizeof(uid));
		uid = new_uid(madt, uid);
		copy(table + at + SRAT_UID, &uid, sizeof(uid));
	}
}
