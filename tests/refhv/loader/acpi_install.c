/* SPDX-License-Identifier: MIT */
/*
 * The firmware's ACPI tables: found, and replaced by copies with the faults of the configuration: a
 * new RSDP, XSDT and MADT, perhaps an SRAT; the other tables stay where they are.
 */
#include "tests/refhv/loader/boot.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/faults/acpi.h"
#include "tests/refhv/loader/acpi.h"
#include "tests/refhv/vmm/state.h"

#define RSDP_SUM_1 20U /* bytes that the ACPI 1.0 checksum covers */
#define CHECKSUM   offsetof(struct acpi_header, checksum)

static EFI_GUID acpi_20 = ACPI_20_TABLE_GUID;
static EFI_GUID acpi_10 = ACPI_TABLE_GUID;

static bool is_set(enum fault_effect effect)
{
	return fault_is_set(&hv.partition.cfg.faults, effect);
}

static void *allocate(size_t bytes)
{
	void *memory;

	if (EFI_ERROR(boot_services->AllocatePool(EfiACPIReclaimMemory, bytes, &memory)))
		log_fatal("no_memory_for_acpi_tables");
	cpu_fill(memory, 0, bytes);
	return memory;
}

static struct acpi_header *new_madt(const struct acpi_header *old)
{
	struct acpi_header *madt = allocate(ACPI_TABLE_MAX);
	size_t size = madt_rewrite(&hv.partition.cfg.faults, old, hv.partition.bsp->apic_id, madt);

	acpi_seal(madt, size, CHECKSUM, is_set(FAULT_ACPI_MADT_CHECKSUM));
	return madt;
}

static struct acpi_header *new_srat(const struct acpi_header *madt)
{
	struct acpi_header *srat = allocate(ACPI_TABLE_MAX);

	acpi_seal(srat, srat_disagree(madt, srat), CHECKSUM, false);
	return srat;
}

static struct xsdt *new_xsdt(const struct xsdt *old)
{
	struct xsdt *xsdt = allocate(sizeof(*xsdt));
	uint64_t n = boot_count_tables(old);
	uint64_t kept = 0;
	const struct acpi_header *madt = NULL;

	if (n >= XSDT_MAX)
		log_fatal("too_many_acpi_tables");
	xsdt->header = old->header;
	for (uint64_t i = 0; i < n; i++) {
		const struct acpi_header *table = (const struct acpi_header *)old->tables[i];

		if (SIGNATURE(table->signature) == SIGNATURE("SRAT") && is_set(FAULT_ACPI_SRAT))
			continue;
		if (SIGNATURE(table->signature) == SIGNATURE("APIC"))
			table = madt = new_madt(table);
		xsdt->tables[kept++] = (uint64_t)table;
	}
	if (madt && is_set(FAULT_ACPI_SRAT))
		xsdt->tables[kept++] = (uint64_t)new_srat(madt);
	xsdt->header.length = (uint32_t)(sizeof(xsdt->header) + kept * sizeof(uint64_t));
	acpi_seal(xsdt, xsdt->header.length, CHECKSUM, is_set(FAULT_ACPI_XSDT_CHECKSUM));
	return xsdt;
}

static struct rsdp *new_rsdp(const struct rsdp *old)
{
	struct rsdp *rsdp = allocate(sizeof(*rsdp));
	bool is_wrong = is_set(FAULT_ACPI_RSDP_CHECKSUM);

	*rsdp = *old;
	rsdp->rsdt = 0; /* it would still lead to the firmware's tables */
	rsdp->xsdt = is_set(FAULT_ACPI_NO_XSDT) ? 0 : (uint64_t)new_xsdt((void *)old->xsdt);
	acpi_seal(rsdp, RSDP_SUM_1, offsetof(struct rsdp, checksum), is_wrong);
	acpi_seal(rsdp, sizeof(*rsdp), offsetof(struct rsdp, extended_checksum), is_wrong);
	return rsdp;
}

void boot_change_tables(EFI_SYSTEM_TABLE *system)
{
	const struct faults *faults = &hv.partition.cfg.faults;
	const struct rsdp *rsdp = NULL;
	bool is_wanted = false;

	for (uint32_t i = 0; i < faults->count; i++) {
		if (fault_place(faults->list[i].effect) != PLACE_ACPI)
			continue;
		is_wanted = true;
		fault_log_strike(&faults->list[i], FAULT_ANY, FAULT_ANY);
	}
	if (!is_wanted)
		return;
	rsdp = boot_find_rsdp(system);
	if (!rsdp->xsdt)
		log_fatal("no_xsdt");
	/* Removing one that is not there may fail. */
	boot_services->InstallConfigurationTable(&acpi_10, NULL);
	if (EFI_ERROR(boot_services->InstallConfigurationTable(&acpi_20, is_set(FAULT_ACPI_NO_RSDP)
										 ? NULL
										 : new_rsdp(rsdp))))
		log_fatal("acpi_tables_cannot_be_installed");
}
