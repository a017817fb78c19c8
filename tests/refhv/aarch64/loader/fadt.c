/* SPDX-License-Identifier: MIT */
/*
 * The FADT says who the hypervisor is: 8 bytes that it has since ACPI 6.0. A copy of the
 * firmware's, in a new XSDT under a new RSDP; the other tables stay where they are.
 */
#include "tests/refhv/aarch64/loader/load.h"

#include "tests/refhv/loader/acpi.h"
#include "tests/refhv/log.h"

#define FADT_SIZE     276U
#define FADT_REVISION 6
#define FADT_VENDOR   268U /* Hypervisor Vendor Identity */
#define RSDP_SUM_1    20U  /* bytes that the ACPI 1.0 checksum covers */

static EFI_GUID acpi_20 = ACPI_20_TABLE_GUID;

static void *allocate(size_t bytes)
{
	uint8_t *memory;

	if (EFI_ERROR(boot_services->AllocatePool(EfiACPIReclaimMemory, bytes, (void **)&memory)))
		log_fatal("no_memory_for_acpi_tables");
	for (size_t i = 0; i < bytes; i++)
		memory[i] = 0;
	return memory;
}

static struct acpi_header *new_fadt(const struct acpi_header *old)
{
	static const char vendor[] = "MsHyperV";
	uint32_t size = old->length > FADT_SIZE ? old->length : FADT_SIZE;
	uint8_t *fadt = allocate(size);
	struct acpi_header *header = (struct acpi_header *)fadt;

	for (uint32_t i = 0; i < old->length; i++)
		fadt[i] = ((const uint8_t *)old)[i];
	for (uint32_t i = 0; vendor[i]; i++)
		fadt[FADT_VENDOR + i] = (uint8_t)vendor[i];
	header->length = size;
	if (header->revision < FADT_REVISION)
		header->revision = FADT_REVISION;
	acpi_seal(fadt, size, offsetof(struct acpi_header, checksum), false);
	return header;
}

static struct xsdt *new_xsdt(const struct xsdt *old)
{
	struct xsdt *xsdt = allocate(sizeof(*xsdt));
	uint64_t n = boot_count_tables(old);
	bool found = false;

	if (n > XSDT_MAX)
		log_fatal("too_many_acpi_tables");
	xsdt->header = old->header;
	for (uint64_t i = 0; i < n; i++) {
		const struct acpi_header *table = (const struct acpi_header *)old->tables[i];

		if (SIGNATURE(table->signature) == SIGNATURE("FACP")) {
			table = new_fadt(table);
			found = true;
		}
		xsdt->tables[i] = (uint64_t)table;
	}
	if (!found)
		log_fatal("no_fadt");
	acpi_seal(xsdt, xsdt->header.length, offsetof(struct acpi_header, checksum), false);
	return xsdt;
}

void fadt_install(EFI_SYSTEM_TABLE *system)
{
	const struct rsdp *old = boot_find_rsdp(system);
	struct rsdp *rsdp = allocate(sizeof(*rsdp));

	if (!old->xsdt)
		log_fatal("no_xsdt");
	*rsdp = *old;
	rsdp->rsdt = 0; /* it would still lead to the firmware's tables */
	rsdp->xsdt = (uint64_t)new_xsdt((const struct xsdt *)old->xsdt);
	acpi_seal(rsdp, RSDP_SUM_1, offsetof(struct rsdp, checksum), false);
	acpi_seal(rsdp, sizeof(*rsdp), offsetof(struct rsdp, extended_checksum), false);
	if (EFI_ERROR(boot_services->InstallConfigurationTable(&acpi_20, rsdp)))
		log_fatal("acpi_tables_cannot_be_installed");
}
