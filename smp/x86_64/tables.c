/* SPDX-License-Identifier: MIT */
/* Processors by APIC id, in entries of two forms. */
#include "smp/tables.h"

enum { XAPIC_INVALID_ID = 0xFF, XAPIC_MAX_ID = 0xFE };
#define X2APIC_INVALID_ID 0xFFFFFFFFU

enum err tables_processors(const struct acpi_table *madt, struct acpi_madt *out, acpi_cpu_fn fn,
			   void *ctx)
{
	return acpi_madt_read(madt, out, fn, ctx);
}

bool tables_is_id(const struct acpi_cpu *cpu)
{
	return cpu->hw_id != (cpu->x2apic ? X2APIC_INVALID_ID : XAPIC_INVALID_ID);
}

bool tables_is_wide(uint64_t hw_id)
{
	return hw_id > XAPIC_MAX_ID;
}
