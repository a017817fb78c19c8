/* SPDX-License-Identifier: MIT */
/* acpi_srat_read on any table. */
#include "tests/host/fuzz/fuzz.h"

enum { SRAT_FIXED_SIZE = 48, SMALLEST_CPU_ENTRY = 16 };

static void on_affinity(void *ctx, uint32_t apic_id, uint32_t domain)
{
	size_t *cpus = ctx;

	(void)apic_id;
	(void)domain;
	++*cpus;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acpi_table table = fuzz_table(data, size);
	size_t cpus = 0;
	enum err e = acpi_srat_read(&table, on_affinity, &cpus);

	ENSURE(e == OK || e == ERR_TRUNCATED || e == ERR_INVALID);
	if (size < SRAT_FIXED_SIZE)
		ENSURE(e == ERR_TRUNCATED && !cpus);
	else
		ENSURE(cpus <= (size - SRAT_FIXED_SIZE) / SMALLEST_CPU_ENTRY);
	free((void *)table.data);
	return 0;
}
