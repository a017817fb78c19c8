/* SPDX-License-Identifier: MIT */
/*
 * The FADT says who the hypervisor is, in 8 bytes that it has since ACPI 6.0, and how PSCI is
 * called; MADT and SRAT have the processors in another order. Copies of the firmware's, in a new
 * XSDT under a new RSDP; the other tables stay where they are.
 */
#include "tests/refhv/aarch64/loader/load.h"

#include "tests/refhv/aarch64/madt.h"
#include "tests/refhv/loader/acpi.h"
#include "tests/refhv/log.h"

#define FADT_SIZE     276U
#define FADT_REVISION 6
#define FADT_VENDOR   268U /* Hypervisor Vendor Identity */
#define FADT_ARM      129U /* ARM Boot Architecture Flags */
#define FADT_PSCI_HVC 2U
#define RSDP_SUM_1    20U /* bytes that the ACPI 1.0 checksum covers */

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

/* By which name, if any, the FADT calls the hypervisor. */
static const char *vendor(void)
{
	const struct fault *fault = fault_on(&hv.cfg.faults, FAULT_ACPI_FADT_VENDOR, FAULT_ANY);

	if (!fault)
		return "MsHyperV";
	return fault->value == WORD_NONE ? "" : "QEMUQEMU";
}

static struct acpi_header *new_fadt(const struct acpi_header *old)
{
	uint32_t size = old->length > FADT_SIZE ? old->length : FADT_SIZE;
	uint8_t *fadt = allocate(size);
	struct acpi_header *header = (struct acpi_header *)fadt;
	const char *name = vendor();

	for (uint32_t i = 0; i < old->length; i++)
		fadt[i] = ((const uint8_t *)old)[i];
	for (uint32_t i = 0; name[i]; i++)
		fadt[FADT_VENDOR + i] = (uint8_t)name[i];
	if (fault_on(&hv.cfg.faults, FAULT_ACPI_PSCI_HVC, FAULT_ANY))
		fadt[FADT_ARM] |= FADT_PSCI_HVC;
	header->length = size;
	if (header->revision < FADT_REVISION)
		header->revision = FADT_REVISION;
	acpi_seal(fadt, size, offsetof(struct acpi_header, checksum), false);
	return header;
}

static struct acpi_header *mixed(const struct acpi_header *madt, const struct acpi_header *old)
{
	struct acpi_header *table = allocate(old->length);

	if (old == madt)
		madt_mix(old, table);
	else
		srat_mix(madt, old, table);
	acpi_seal(table, table->length, offsetof(struct acpi_header, checksum), false);
	return table;
}

/* What stands in the place of a table of the firmware's. */
static const struct acpi_header *replace(const struct acpi_header *madt,
					 const struct acpi_header *table)
{
	uint32_t signature = SIGNATURE(table->signature);

	if (signature == SIGNATURE("FACP"))
		return new_fadt(table);
	if (madt && hv.cfg.madt == MADT_MIXED &&
	    (signature == SIGNATURE("APIC") || signature == SIGNATURE("SRAT")))
		return mixed(madt, table);
	return table;
}

static struct xsdt *new_xsdt(const struct xsdt *old, const struct acpi_header *madt)
{
	struct xsdt *xsdt = allocate(sizeof(*xsdt));
	uint64_t n = boot_count_tables(old);
	bool found = false;

	if (n > XSDT_MAX)
		log_fatal("too_many_acpi_tables");
	xsdt->header = old->header;
	for (uint64_t i = 0; i < n; i++) {
		const struct acpi_header *table = (const struct acpi_header *)old->tables[i];

		found |= SIGNATURE(table->signature) == SIGNATURE("FACP");
		xsdt->tables[i] = (uint64_t)replace(madt, table);
	}
	if (!found)
		log_fatal("no_fadt");
	acpi_seal(xsdt, xsdt->header.length, offsetof(struct acpi_header, checksum), false);
	return xsdt;
}

void acpi_install(EFI_SYSTEM_TABLE *system)
{
	const struct rsdp *old = boot_find_rsdp(system);
	struct rsdp *rsdp = allocate(sizeof(*rsdp));

	if (!old->xsdt)
		log_fatal("no_xsdt");
	*rsdp = *old;
	rsdp->rsdt = 0; /* it would still lead to the firmware's tables */
	rsdp->xsdt =
		(uint64_t)new_xsdt((const struct xsdt *)old->xsdt, boot_find_table(system, "APIC"));
	acpi_seal(rsdp, RSDP_SUM_1, offsetof(struct rsdp, checksum), false);
	acpi_seal(rsdp, sizeof(*rsdp), offsetof(struct rsdp, extended_checksum), false);
	if (EFI_ERROR(boot_services->InstallConfigurationTable(&acpi_20, rsdp)))
		log_fatal("acpi_tables_cannot_be_installed");
}
