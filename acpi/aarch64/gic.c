/* SPDX-License-Identifier: MIT */
/*
 * Multiple APIC Description Table on ARM: processors by MPIDR, the interrupt controller's
 * distributor, and where its redistributors lie.
 */
#include "acpi/internal.h"

/* ACPI 6.5, 5.2.12.14, 5.2.12.15, 5.2.12.17 */
enum {
	MADT_FIXED_SIZE = 44,

	TYPE_GICC = 0x0B,
	TYPE_GICD = 0x0C,
	TYPE_GICR = 0x0E,

	GICC_UID = 8,
	GICC_FLAGS = 12,
	GICC_REDISTRIBUTOR = 60,
	GICC_MPIDR = 68,
	GICC_SIZE = 76, /* with all that is read; ACPI 5.1 has 80 */
	GICD_BASE = 8,
	GICD_VERSION = 20,
	GICD_SIZE = 24,
	GICR_BASE = 4,
	GICR_LENGTH = 12,
	GICR_SIZE = 16,

	CPU_ENABLED = 1 << 0,
};

struct walk {
	struct acpi_gic *out;
	const struct acpi_gic_fns *fns;
	void *ctx;
};

static void give_redistributors(const struct walk *w, uint64_t base, uint32_t size)
{
	if (base && w->fns->redistributors)
		w->fns->redistributors(w->ctx, base, size);
}

static void give_cpu(const struct walk *w, const uint8_t *e)
{
	const struct acpi_cpu cpu = {
		.hw_id = acpi_u64(e + GICC_MPIDR),
		.uid = acpi_u32(e + GICC_UID),
		.enabled = (acpi_u32(e + GICC_FLAGS) & CPU_ENABLED) != 0,
	};

	if (w->fns->cpu)
		w->fns->cpu(w->ctx, &cpu);
	give_redistributors(w, acpi_u64(e + GICC_REDISTRIBUTOR), 0);
}

static bool read_entry(void *ctx, const uint8_t *e, size_t size)
{
	const struct walk *w = ctx;

	switch (e[0]) {
	case TYPE_GICC:
		if (size < GICC_SIZE)
			return false;
		give_cpu(w, e);
		return true;
	case TYPE_GICD:
		if (size < GICD_SIZE)
			return false;
		w->out->distributor = acpi_u64(e + GICD_BASE);
		w->out->version = e[GICD_VERSION];
		return true;
	case TYPE_GICR:
		if (size < GICR_SIZE)
			return false;
		give_redistributors(w, acpi_u64(e + GICR_BASE), acpi_u32(e + GICR_LENGTH));
		return true;
	default: return true;
	}
}

enum err acpi_gic_read(const struct acpi_table *table, struct acpi_gic *out,
		       const struct acpi_gic_fns *fns, void *ctx)
{
	struct walk w = {.out = out, .fns = fns, .ctx = ctx};

	*out = (struct acpi_gic){0};
	if (table->size < MADT_FIXED_SIZE)
		return ERR_TRUNCATED;
	return acpi_walk(table, MADT_FIXED_SIZE, &out->walked, read_entry, &w);
}
