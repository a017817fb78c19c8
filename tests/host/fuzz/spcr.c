/* SPDX-License-Identifier: MIT */
/* acpi_spcr_read and acpi_dbg2_read on any table. */
#include "tests/host/fuzz/fuzz.h"

static void check(enum err e, uint64_t address)
{
	ENSURE(e == OK || e == ERR_TRUNCATED || e == ERR_INVALID || e == ERR_NOT_FOUND);
	ENSURE((e == OK) == (address != 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acpi_table table = fuzz_table(data, size);
	uint64_t address = ~0UL;
	enum err e = acpi_spcr_read(&table, &address);

	check(e, address);
	address = ~0UL;
	e = acpi_dbg2_read(&table, &address);
	check(e, address);
	free((void *)table.data);
	return 0;
}
