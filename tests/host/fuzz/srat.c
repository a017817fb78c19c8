/* SPDX-License-Identifier: MIT */
/* acpi_srat_read on any table. */
#include "tests/host/fuzz/fuzz.h"

enum { SRAT_FIXED_SIZE = 48, SMALLEST_ENTRY = 16 };

static void on_cpu(void *ctx, uint32_t apic_id, uint32_t domain)
{
	size_t *entries = ctx;

	(void)apic_id;
	(void)domain;
	++*entries;
}

static void on_memory(void *ctx, const struct acpi_memory_affinity *memory)
{
	size_t *entries = ctx;

	(void)memory;
	++*entries;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acpi_table table = fuzz_table(data, size);
	static const struct acpi_srat_fns fns = {on_cpu, on_cpu, on_memory};
	size_t entries = 0;
	struct acpi_walked walked;
	enum err e = acpi_srat_read(&table, &walked, &fns, &entries);

	ENSURE(e == OK || e == ERR_TRUNCATED || e == ERR_INVALID);
	if (size < SRAT_FIXED_SIZE)
		ENSURE(e == ERR_TRUNCATED && !entries);
	else
		ENSURE(entries <= (size - SRAT_FIXED_SIZE) / SMALLEST_ENTRY);
	free((void *)table.data);
	return 0;
}
