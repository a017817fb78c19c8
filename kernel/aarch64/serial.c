/* SPDX-License-Identifier: MIT */
/*
 * The serial port is where the firmware's tables say, and it is wanted before anything else is: the
 * tables are read on the firmware's own translation, as far as its memory map goes.
 */
#include "kernel/setup.h"

#include "arch/aarch64/arm.h"

/* Not reserved ranges: there may be nothing behind them. */
static const void *at(void *ctx, uint64_t pa, size_t size)
{
	const struct boot_info *boot = ctx;

	for (size_t i = 0; i < boot->memory_count; i++) {
		const struct boot_memory *m = &boot->memory[i];

		if (m->kind != BOOT_MEMORY_RESERVED && pa >= m->base && pa - m->base < m->size &&
		    size <= m->size - (pa - m->base))
			return (const void *)pa;
	}
	return NULL;
}

enum err console_serial(const struct boot_info *boot)
{
	const struct acpi_memory memory = {at, (void *)boot};
	struct acpi_table table;
	struct acpi acpi;
	uint64_t base = 0;

	if (acpi_open(&acpi, &memory, boot->rsdp))
		return ERR_NOT_FOUND;
	if ((acpi_find(&acpi, "SPCR", &table) || acpi_spcr_read(&table, &base)) &&
	    (acpi_find(&acpi, "DBG2", &table) || acpi_dbg2_read(&table, &base)))
		return ERR_NOT_FOUND;
	if (!arch_is_physical(base, PAGE_SIZE))
		return ERR_NOT_FOUND;
	arch_serial_at(base);
	return arch_serial_init();
}
