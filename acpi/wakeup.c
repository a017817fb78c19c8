/* SPDX-License-Identifier: MIT */
/*
 * The one thing that is written here: a MADT of the caller's with a wake-up mailbox in it, put in
 * the place of the firmware's, and processors struck out of it. ACPI 6.6, 5.2.12.19 "Multiprocessor
 * Wakeup Structure".
 */
#include "acpi/internal.h"

enum {
	MADT_FIXED_SIZE = 44,
	HEADER_REVISION = 8,
	HEADER_CHECKSUM = 9,

	TYPE_LOCAL_APIC = 0,
	TYPE_LOCAL_X2APIC = 9,
	TYPE_MP_WAKEUP = 0x10,

	MP_WAKEUP_REVISION = 5, /* the MADT's first that has the structure */
	MP_WAKEUP_VERSION = 1,  /* with a reset vector */

	/* Flags: enabled, online capable (a processor that may come later). */
	CPU_MAY_RUN = 1 << 0 | 1 << 1,

	RSDP_REVISION = 15,
	RSDP_RSDT = 16,
	RSDP_XSDT = 24,
};

static void put(uint8_t *p, uint64_t value, size_t size)
{
	memcpy(p, &value, size);
}

static void seal(uint8_t *table, size_t size)
{
	uint8_t sum = 0;

	table[HEADER_CHECKSUM] = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + table[i]);
	table[HEADER_CHECKSUM] = (uint8_t)-sum;
}

static bool any_entry(void *ctx, const uint8_t *entry, size_t size)
{
	(void)ctx;
	(void)entry;
	(void)size;
	return true;
}

/* Behind an entry that cannot be read nobody would find another one. */
static size_t readable_size(const struct acpi_table *madt)
{
	struct acpi_walked walked = {0};

	(void)acpi_walk(madt, MADT_FIXED_SIZE, &walked, any_entry, NULL);
	return walked.stopped_at ? walked.stopped_at : madt->size;
}

size_t acpi_madt_add_mailbox(const struct acpi_table *madt, const struct acpi_mailbox *mailbox,
			     uint8_t *out)
{
	size_t size = readable_size(madt);
	uint8_t *entry = out + size;

	memcpy(out, madt->data, size);
	memset(entry, 0, ACPI_MAILBOX_ENTRY);
	entry[0] = TYPE_MP_WAKEUP;
	entry[1] = ACPI_MAILBOX_ENTRY;
	put(entry + 2, MP_WAKEUP_VERSION, sizeof(uint16_t));
	put(entry + 8, mailbox->address, sizeof(uint64_t));
	put(entry + 16, mailbox->reset_vector, sizeof(uint64_t));
	size += ACPI_MAILBOX_ENTRY;
	put(out + ACPI_HEADER_LENGTH, size, sizeof(uint32_t));
	if (out[HEADER_REVISION] < MP_WAKEUP_REVISION)
		out[HEADER_REVISION] = MP_WAKEUP_REVISION;
	seal(out, size);
	return size;
}

struct strike {
	uint8_t *madt;
	const uint8_t *base;
	bool (*stays)(void *ctx, uint32_t apic_id);
	void *ctx;
	size_t count;
};

static bool strike_entry(void *ctx, const uint8_t *e, size_t size)
{
	struct strike *s = ctx;
	bool wide = e[0] == TYPE_LOCAL_X2APIC;
	size_t flags = wide ? 8 : 4;

	if ((!wide && e[0] != TYPE_LOCAL_APIC) || size < flags + sizeof(uint32_t))
		return true;
	if (!(acpi_u32(e + flags) & CPU_MAY_RUN) || s->stays(s->ctx, wide ? acpi_u32(e + 4) : e[3]))
		return true;
	put(s->madt + (e - s->base) + flags, acpi_u32(e + flags) & ~(uint32_t)CPU_MAY_RUN,
	    sizeof(uint32_t));
	s->count++;
	return true;
}

size_t acpi_madt_strike(uint8_t *madt, size_t size, bool (*stays)(void *ctx, uint32_t apic_id),
			void *ctx)
{
	const struct acpi_table table = {.data = madt, .size = size};
	struct strike s = {.madt = madt, .base = madt, .stays = stays, .ctx = ctx};
	struct acpi_walked walked = {0};

	(void)acpi_walk(&table, MADT_FIXED_SIZE, &walked, strike_entry, &s);
	seal(madt, size);
	return s.count;
}

/* In one root table; how often. */
static size_t replace_in(const struct acpi_memory *mem, uint64_t root, size_t width, uint64_t from,
			 uint64_t to)
{
	const uint8_t *header = root ? mem->at(mem->ctx, root, ACPI_HEADER_SIZE) : NULL;
	uint32_t size = header ? acpi_u32(header + ACPI_HEADER_LENGTH) : 0;
	uint8_t *table;
	size_t count = 0;

	if (size < ACPI_HEADER_SIZE)
		return 0;
	table = (uint8_t *)(uintptr_t)mem->at(mem->ctx, root, size); /* RAM: it can be written */
	if (!table)
		return 0;
	for (size_t at = ACPI_HEADER_SIZE; size - at >= width; at += width) {
		uint64_t pa =
			width == sizeof(uint64_t) ? acpi_u64(table + at) : acpi_u32(table + at);

		if (pa != from)
			continue;
		put(table + at, to, width);
		count++;
	}
	if (count)
		seal(table, size);
	return count;
}

bool acpi_replace_table(const struct acpi_memory *mem, uint64_t rsdp, uint64_t from, uint64_t to)
{
	const uint8_t *p = rsdp ? mem->at(mem->ctx, rsdp, RSDP_XSDT + sizeof(uint64_t)) : NULL;
	size_t count;

	if (!p || to > UINT32_MAX)
		return false;
	count = replace_in(mem, acpi_u32(p + RSDP_RSDT), sizeof(uint32_t), from, to);
	if (p[RSDP_REVISION] >= 2)
		count += replace_in(mem, acpi_u64(p + RSDP_XSDT), sizeof(uint64_t), from, to);
	return count != 0;
}
