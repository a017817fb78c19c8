/* SPDX-License-Identifier: MIT */
/*
 * Fixed ACPI Description Table: the power-management timer, reset and power-off registers, PSCI,
 * the hypervisor's name. Old tables are shorter: a field beyond the end is absent, which is no
 * error.
 */
#include "acpi/internal.h"

/* ACPI 6.5, 5.2.9 "Fixed ACPI Description Table (FADT)" */
enum {
	FADT_FACS = 36,
	FADT_DSDT = 40,
	FADT_PM1A_CONTROL = 64,
	FADT_PM1B_CONTROL = 68,
	FADT_PM_TIMER = 76,
	FADT_FLAGS = 112,
	FADT_SIZE_MIN = 116, /* ACPI 1.0 */
	FADT_RESET = 116,
	FADT_RESET_VALUE = 128,
	FADT_ARM_BOOT = 129,
	FADT_X_FACS = 132,
	FADT_X_DSDT = 140,
	FADT_X_PM1A_CONTROL = 172,
	FADT_X_PM1B_CONTROL = 184,
	FADT_X_PM_TIMER = 208,
	FADT_HYPERVISOR = 268,
};

/* ACPI 6.5, table 5.10 "Fixed ACPI Description Table Fixed Feature Flags" */
enum {
	FLAG_TMR_VAL_EXT = 1 << 8,
	FLAG_RESET_REG_SUP = 1 << 10,
	FLAG_HW_REDUCED_ACPI = 1 << 20,
};

/* ACPI 6.5, table 5.12 "Fixed ACPI Description Table ARM Boot Architecture Flags" */
enum { ARM_PSCI_COMPLIANT = 1 << 0, ARM_PSCI_USE_HVC = 1 << 1 };

/* ACPI 6.5, 5.2.3.2 "Generic Address Structure" */
enum { GAS_SPACE = 0, GAS_ADDRESS = 4, GAS_SIZE = 12 };

static uint64_t field(const struct acpi_table *t, size_t offset, size_t size)
{
	if (t->size < offset + size)
		return 0;
	return size == sizeof(uint64_t) ? acpi_u64(t->data + offset) : acpi_u32(t->data + offset);
}

static struct acpi_register generic(const struct acpi_table *t, size_t offset)
{
	struct acpi_register r = {0};

	if (t->size < offset + GAS_SIZE)
		return r;
	r.space = t->data[offset + GAS_SPACE];
	r.address = acpi_u64(t->data + offset + GAS_ADDRESS);
	r.present = r.address != 0 && (r.space == ACPI_SPACE_MEMORY || r.space == ACPI_SPACE_IO);
	return r;
}

/* The extended form where it holds an address, else the old 32-bit port. */
static struct acpi_register either(const struct acpi_table *t, size_t extended, size_t legacy)
{
	struct acpi_register r = generic(t, extended);

	if (r.present)
		return r;
	r.space = ACPI_SPACE_IO;
	r.address = field(t, legacy, sizeof(uint32_t));
	r.present = r.address != 0;
	return r;
}

enum err acpi_fadt_read(const struct acpi_table *table, struct acpi_fadt *out)
{
	uint64_t flags;

	*out = (struct acpi_fadt){0};
	if (table->size < FADT_SIZE_MIN)
		return ERR_TRUNCATED;
	flags = field(table, FADT_FLAGS, sizeof(uint32_t));
	out->hw_reduced = (flags & FLAG_HW_REDUCED_ACPI) != 0;
	out->pm_timer_32bit = (flags & FLAG_TMR_VAL_EXT) != 0;
	if (!out->hw_reduced) {
		out->pm_timer = either(table, FADT_X_PM_TIMER, FADT_PM_TIMER);
		out->pm1a_control = either(table, FADT_X_PM1A_CONTROL, FADT_PM1A_CONTROL);
		out->pm1b_control = either(table, FADT_X_PM1B_CONTROL, FADT_PM1B_CONTROL);
	}
	if ((flags & FLAG_RESET_REG_SUP) != 0 && table->size > FADT_RESET_VALUE) {
		out->reset = generic(table, FADT_RESET);
		out->reset_value = table->data[FADT_RESET_VALUE];
	}
	out->dsdt = field(table, FADT_X_DSDT, sizeof(uint64_t));
	out->dsdt_32 = field(table, FADT_DSDT, sizeof(uint32_t));
	out->facs = field(table, FADT_X_FACS, sizeof(uint64_t));
	if (out->facs == 0)
		out->facs = field(table, FADT_FACS, sizeof(uint32_t));
	if (table->size >= FADT_ARM_BOOT + sizeof(uint16_t)) {
		uint16_t arm = acpi_u16(table->data + FADT_ARM_BOOT);

		out->psci = (arm & ARM_PSCI_COMPLIANT) != 0;
		out->psci_by_hvc = (arm & ARM_PSCI_USE_HVC) != 0;
	}
	out->hypervisor = field(table, FADT_HYPERVISOR, sizeof(uint64_t));
	return OK;
}
