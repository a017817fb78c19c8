/* SPDX-License-Identifier: MIT */
/* System Resource Affinity Table: the NUMA domain of each processor. */
#include "acpi/internal.h"

/* ACPI 6.5, 5.2.16 "System Resource Affinity Table (SRAT)" */
enum {
	SRAT_FIXED_SIZE = 48,
	TYPE_LOCAL_APIC_AFFINITY = 0,
	TYPE_LOCAL_X2APIC_AFFINITY = 2,
	AFFINITY_ENABLED = 1 << 0,
	LOCAL_APIC_AFFINITY_SIZE = 16,
	LOCAL_X2APIC_AFFINITY_SIZE = 24,
	/* Revision 1 has 8-bit domains; the bytes of the upper 24 bits are reserved there. */
	WIDE_DOMAIN_REVISION = 2,
};

struct walk {
	bool wide_domain;
	acpi_affinity_fn fn;
	void *ctx;
};

static bool read_entry(void *ctx, const uint8_t *e, size_t size)
{
	const struct walk *w = ctx;
	uint32_t domain;

	switch (e[0]) {
	case TYPE_LOCAL_APIC_AFFINITY:
		if (size < LOCAL_APIC_AFFINITY_SIZE)
			return false;
		domain = e[2];
		if (w->wide_domain)
			domain |= (uint32_t)acpi_u16(e + 9) << 8 | (uint32_t)e[11] << 24;
		if ((acpi_u32(e + 4) & AFFINITY_ENABLED) != 0)
			w->fn(w->ctx, e[3], domain);
		return true;
	case TYPE_LOCAL_X2APIC_AFFINITY:
		if (size < LOCAL_X2APIC_AFFINITY_SIZE)
			return false;
		if ((acpi_u32(e + 12) & AFFINITY_ENABLED) != 0)
			w->fn(w->ctx, acpi_u32(e + 8), acpi_u32(e + 4));
		return true;
	default: return true;
	}
}

enum err acpi_srat_read(const struct acpi_table *table, acpi_affinity_fn fn, void *ctx)
{
	struct walk w = {.fn = fn, .ctx = ctx};

	if (table->size < SRAT_FIXED_SIZE)
		return ERR_TRUNCATED;
	w.wide_domain = table->data[ACPI_HEADER_REVISION] >= WIDE_DOMAIN_REVISION;
	return acpi_walk(table, SRAT_FIXED_SIZE, read_entry, &w);
}
