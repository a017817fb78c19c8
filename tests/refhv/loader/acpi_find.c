/* SPDX-License-Identifier: MIT */
/* What the firmware's configuration table leads to. */
#include "tests/refhv/loader/acpi.h"

#include "tests/refhv/log.h"

static EFI_GUID acpi_20 = ACPI_20_TABLE_GUID;

static bool same_guid(const EFI_GUID *a, const EFI_GUID *b)
{
	const uint64_t *x = (const uint64_t *)a;
	const uint64_t *y = (const uint64_t *)b;

	return x[0] == y[0] && x[1] == y[1];
}

void *boot_find_configuration(const EFI_SYSTEM_TABLE *system, const EFI_GUID *guid)
{
	for (UINTN i = 0; i < system->NumberOfTableEntries; i++)
		if (same_guid(&system->ConfigurationTable[i].VendorGuid, guid))
			return system->ConfigurationTable[i].VendorTable;
	return NULL;
}

const struct rsdp *boot_find_rsdp(const EFI_SYSTEM_TABLE *system)
{
	const struct rsdp *rsdp = boot_find_configuration(system, &acpi_20);

	if (!rsdp)
		log_fatal("no_acpi_tables");
	return rsdp;
}

uint64_t boot_count_tables(const struct xsdt *xsdt)
{
	return (xsdt->header.length - sizeof(xsdt->header)) / sizeof(uint64_t);
}

const void *boot_find_table(const EFI_SYSTEM_TABLE *system, const char *signature)
{
	const struct xsdt *xsdt = (const struct xsdt *)boot_find_rsdp(system)->xsdt;

	for (uint64_t i = 0; xsdt && i < boot_count_tables(xsdt); i++) {
		const struct acpi_header *table = (const struct acpi_header *)xsdt->tables[i];

		if (SIGNATURE(table->signature) == SIGNATURE(signature))
			return table;
	}
	return NULL;
}
