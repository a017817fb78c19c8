/* SPDX-License-Identifier: MIT */
/*
 * The firmware's ACPI tables: found, and taken over one by one as copies that may be written to.
 * The RSDT still leads to the firmware's own, as long as the RSDP is not told otherwise.
 */
#include "tests/spoil/acpi.h"

/* ACPI 6.5, 5.2.5.3 and 5.2.9 */
enum { RSDP_SUM = 8, RSDP_SIZE_1 = 20, RSDP_XSDT = 24, RSDP_SUM_2 = 32, RSDP_SIZE = 36 };
enum { FADT_DSDT = 40, FADT_X_DSDT = 140 };

static uint8_t *rsdp;
static struct xsdt *xsdt;

uint32_t get32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

void put32(uint8_t *at, uint32_t value)
{
	copy(at, &value, sizeof(value));
}

void put64(uint8_t *at, uint64_t value)
{
	copy(at, &value, sizeof(value));
}

static void seal_at(uint8_t *from, size_t size, size_t sum)
{
	uint8_t total = 0;

	from[sum] = 0;
	for (size_t i = 0; i < size; i++)
		total = (uint8_t)(total + from[i]);
	from[sum] = (uint8_t)-total;
}

void acpi_seal(const struct table *table)
{
	if (table->is_rsdp) {
		seal_at(table->at, RSDP_SIZE_1, RSDP_SUM);
		seal_at(table->at, RSDP_SIZE, RSDP_SUM_2);
	} else {
		seal_at(table->at, get32(table->at + HEADER_LENGTH), HEADER_SUM);
	}
}

static const uint8_t *firmware_rsdp(void)
{
	EFI_GUID guid = ACPI_20_TABLE_GUID;
	const uint64_t *wanted = (const uint64_t *)&guid;

	for (UINTN i = 0; i < firmware->NumberOfTableEntries; i++) {
		const EFI_CONFIGURATION_TABLE *table = &firmware->ConfigurationTable[i];
		const uint64_t *has = (const uint64_t *)&table->VendorGuid;

		if (has[0] == wanted[0] && has[1] == wanted[1])
			return table->VendorTable;
	}
	fail("the firmware has none", "RSDP 2.0");
}

struct xsdt *acpi_xsdt(void)
{
	EFI_GUID guid = ACPI_20_TABLE_GUID;
	const uint8_t *old, *old_xsdt;
	uint32_t length;

	if (xsdt)
		return xsdt;
	old = firmware_rsdp();
	old_xsdt = (const uint8_t *)get64(old + RSDP_XSDT);
	length = old_xsdt ? get32(old_xsdt + HEADER_LENGTH) : UINT32_MAX;
	if (length > sizeof(*xsdt))
		fail("none, or too long", "XSDT");
	rsdp = take_pages(EfiACPIReclaimMemory, RSDP_SIZE);
	xsdt = take_pages(EfiACPIReclaimMemory, sizeof(*xsdt));
	copy(rsdp, old, RSDP_SIZE);
	copy(xsdt, old_xsdt, length);
	put64(rsdp + RSDP_XSDT, (uint64_t)xsdt);
	acpi_seal(&(struct table){.at = rsdp, .is_rsdp = true});
	if (EFI_ERROR(services->InstallConfigurationTable(&guid, rsdp)))
		fail("cannot be installed", "RSDP");
	return xsdt;
}

size_t acpi_count(void)
{
	return (get32(acpi_xsdt()->header + HEADER_LENGTH) - HEADER_SIZE) / sizeof(uint64_t);
}

void acpi_set_count(size_t count)
{
	if (count > XSDT_MAX)
		fail("too many tables", "XSDT");
	put32(acpi_xsdt()->header + HEADER_LENGTH,
	      (uint32_t)(HEADER_SIZE + count * sizeof(uint64_t)));
	acpi_seal(&(struct table){.at = acpi_xsdt()->header});
}

/* Names have four letters; "#2" behind them means the second. */
size_t acpi_index(const char *name)
{
	size_t nth = name[4] == '#' ? (size_t)(name[5] - '0') : 1;

	for (size_t i = 0; i < acpi_count(); i++) {
		const uint8_t *table = (const uint8_t *)xsdt->entries[i];

		if (get32(table) == get32((const uint8_t *)name) && --nth == 0)
			return i;
	}
	fail("no such table", name);
}

static uint8_t *copy_of(const uint8_t *old, size_t room)
{
	uint8_t *table = take_pages(EfiACPIReclaimMemory, get32(old + HEADER_LENGTH) + room);

	copy(table, old, get32(old + HEADER_LENGTH));
	return table;
}

static uint8_t *own_dsdt(size_t room)
{
	struct table fadt = acpi_own("FACP", 0);
	uint64_t old = get32(fadt.at + FADT_DSDT);
	uint8_t *dsdt;

	if (fadt.length >= FADT_X_DSDT + sizeof(uint64_t) && get64(fadt.at + FADT_X_DSDT))
		old = get64(fadt.at + FADT_X_DSDT);
	dsdt = copy_of((const uint8_t *)old, room);
	put32(fadt.at + FADT_DSDT, (uint32_t)(uint64_t)dsdt);
	if (fadt.length >= FADT_X_DSDT + sizeof(uint64_t))
		put64(fadt.at + FADT_X_DSDT, (uint64_t)dsdt);
	acpi_seal(&fadt);
	return dsdt;
}

struct table acpi_own(const char *name, size_t room)
{
	struct table out = {0};
	size_t i;

	(void)acpi_xsdt();
	if (equal(name, "RSDP"))
		return (struct table){rsdp, RSDP_SIZE, true};
	if (equal(name, "XSDT")) {
		out.at = xsdt->header;
	} else if (equal(name, "DSDT")) {
		out.at = own_dsdt(room);
	} else {
		i = acpi_index(name);
		out.at = copy_of((const uint8_t *)xsdt->entries[i], room);
		xsdt->entries[i] = (uint64_t)out.at;
		acpi_set_count(acpi_count());
	}
	out.length = get32(out.at + HEADER_LENGTH);
	return out;
}
