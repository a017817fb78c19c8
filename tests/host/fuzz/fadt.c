/* SPDX-License-Identifier: MIT */
/* acpi_fadt_read on any table. */
#include "tests/host/fuzz/fuzz.h"

enum { FADT_SIZE_MIN = 116, FADT_RESET_END = 129 };

static void check_register(const struct acpi_register *r)
{
	ENSURE(!r->present || r->address != 0);
	ENSURE(!r->present || r->space == ACPI_SPACE_MEMORY || r->space == ACPI_SPACE_IO);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acpi_table table = fuzz_table(data, size);
	struct acpi_fadt out;
	enum err e = acpi_fadt_read(&table, &out);

	ENSURE(e == (size < FADT_SIZE_MIN ? ERR_TRUNCATED : OK));
	check_register(&out.pm_timer);
	check_register(&out.reset);
	check_register(&out.pm1a_control);
	check_register(&out.pm1b_control);
	ENSURE(size >= FADT_RESET_END || !out.reset.present);
	ENSURE(!out.hw_reduced || (!out.pm_timer.present && !out.pm1a_control.present));
	free((void *)table.data);
	return 0;
}
