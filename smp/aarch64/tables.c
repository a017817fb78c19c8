/* SPDX-License-Identifier: MIT */
/* Processors by MPIDR: the affinity fields of it, whatever other bits a table has. */
#include "smp/tables.h"

#define AFFINITY 0xFF00FFFFFFUL

struct walk {
	acpi_cpu_fn fn;
	void *ctx;
};

/* Some firmware hands out the register as it reads, with bits 31, 30 and 24. */
static void on_cpu(void *ctx, const struct acpi_cpu *cpu)
{
	const struct walk *w = ctx;
	struct acpi_cpu masked = *cpu;

	masked.hw_id &= AFFINITY;
	w->fn(w->ctx, &masked);
}

enum err tables_processors(const struct acpi_table *madt, struct acpi_madt *out, acpi_cpu_fn fn,
			   void *ctx)
{
	static const struct acpi_gic_fns fns = {.cpu = on_cpu};
	struct walk w = {fn, ctx};
	struct acpi_gic gic;
	enum err e = acpi_gic_read(madt, &gic, &fns, &w);

	*out = (struct acpi_madt){.walked = gic.walked};
	return e;
}

/* Every combination of affinities is one. */
bool tables_is_id(const struct acpi_cpu *cpu)
{
	(void)cpu;
	return true;
}

bool tables_is_wide(uint64_t hw_id)
{
	(void)hw_id;
	return false;
}
