/* SPDX-License-Identifier: MIT */
/* System Resource Affinity Table: the NUMA domain of each processor and of memory. */
#include "acpi/internal.h"

/* ACPI 6.5, 5.2.16 "System Resource Affinity Table (SRAT)" */
enum {
	SRAT_FIXED_SIZE = 48,
	TYPE_LOCAL_APIC_AFFINITY = 0,
	TYPE_MEMORY_AFFINITY = 1,
	TYPE_LOCAL_X2APIC_AFFINITY = 2,
	TYPE_GICC_AFFINITY = 3,
	AFFINITY_ENABLED = 1 << 0,
	AFFINITY_HOT_PLUGGABLE = 1 << 1, /* of memory */
	LOCAL_APIC_AFFINITY_SIZE = 16,
	MEMORY_AFFINITY_SIZE = 40,
	LOCAL_X2APIC_AFFINITY_SIZE = 24,
	GICC_AFFINITY_SIZE = 18,
	/* Revision 1 has 8-bit domains; the bytes of the upper 24 bits are reserved there. */
	WIDE_DOMAIN_REVISION = 2,
};

struct walk {
	bool wide_domain;
	const struct acpi_srat_fns *fns;
	void *ctx;
};

static void give_cpu(const struct walk *w, uint32_t apic_id, uint32_t domain, uint32_t flags)
{
	if (flags & AFFINITY_ENABLED && w->fns->cpu)
		w->fns->cpu(w->ctx, apic_id, domain);
}

static void give_memory(const struct walk *w, const uint8_t *e, uint32_t domain)
{
	uint32_t flags = acpi_u32(e + 28);
	const struct acpi_memory_affinity memory = {
		.base = acpi_u64(e + 8),
		.size = acpi_u64(e + 16),
		.domain = domain,
		.hot_pluggable = (flags & AFFINITY_HOT_PLUGGABLE) != 0,
	};

	if (flags & AFFINITY_ENABLED && w->fns->memory)
		w->fns->memory(w->ctx, &memory);
}

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
		give_cpu(w, e[3], domain, acpi_u32(e + 4));
		return true;
	case TYPE_MEMORY_AFFINITY:
		if (size < MEMORY_AFFINITY_SIZE)
			return false;
		give_memory(w, e, w->wide_domain ? acpi_u32(e + 2) : e[2]);
		return true;
	case TYPE_LOCAL_X2APIC_AFFINITY:
		if (size < LOCAL_X2APIC_AFFINITY_SIZE)
			return false;
		give_cpu(w, acpi_u32(e + 8), acpi_u32(e + 4), acpi_u32(e + 12));
		return true;
	case TYPE_GICC_AFFINITY:
		if (size < GICC_AFFINITY_SIZE)
			return false;
		if (acpi_u32(e + 10) & AFFINITY_ENABLED && w->fns->gicc)
			w->fns->gicc(w->ctx, acpi_u32(e + 6), acpi_u32(e + 2));
		return true;
	default: return true;
	}
}

enum err acpi_srat_read(const struct acpi_table *table, struct acpi_walked *out,
			const struct acpi_srat_fns *fns, void *ctx)
{
	struct walk w = {.fns = fns, .ctx = ctx};

	*out = (struct acpi_walked){0};
	if (table->size < SRAT_FIXED_SIZE)
		return ERR_TRUNCATED;
	w.wide_domain = table->data[ACPI_HEADER_REVISION] >= WIDE_DOMAIN_REVISION;
	return acpi_walk(table, SRAT_FIXED_SIZE, out, read_entry, &w);
}
