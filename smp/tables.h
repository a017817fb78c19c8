/* SPDX-License-Identifier: MIT */
/* What the firmware's tables mean for processors is the architecture's affair: its tables.c. */
#pragma once

#include "smp/topology.h"

/* Every processor of the MADT, also disabled ones, as acpi_madt_read hands them over. */
enum err tables_processors(const struct acpi_table *madt, struct acpi_madt *out, acpi_cpu_fn fn,
			   void *ctx);
/* Is its id one that a processor can have? */
bool tables_is_id(const struct acpi_cpu *cpu);
/* Does it take the interrupt controller's widest mode to reach it? */
bool tables_is_wide(uint64_t hw_id);
