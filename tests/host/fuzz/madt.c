/* SPDX-License-Identifier: MIT */
/* acpi_madt_read on any table. */
#include "tests/host/fuzz/fuzz.h"

enum { MADT_FIXED_SIZE = 44, SMALLEST_ENTRY = 2, SMALLEST_CPU_ENTRY = 8 };

struct seen {
	size_t cpus;
	const struct acpi_madt *out;
};

static void on_cpu(void *ctx, const struct acpi_cpu *cpu)
{
	struct seen *seen = ctx;

	ENSURE(cpu->x2apic || (cpu->hw_id <= UINT8_MAX && cpu->uid <= UINT8_MAX));
	seen->cpus++;
	ENSURE(seen->cpus <= seen->out->walked.entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acpi_table table = fuzz_table(data, size);
	struct acpi_madt out;
	struct seen seen = {0, &out};
	enum err e = acpi_madt_read(&table, &out, on_cpu, &seen);

	ENSURE(e == OK || e == ERR_TRUNCATED || e == ERR_INVALID);
	if (size < MADT_FIXED_SIZE) {
		ENSURE(e == ERR_TRUNCATED && !out.walked.entries);
	} else {
		ENSURE(out.walked.entries <= (size - MADT_FIXED_SIZE) / SMALLEST_ENTRY);
		ENSURE(seen.cpus <= (size - MADT_FIXED_SIZE) / SMALLEST_CPU_ENTRY);
	}
	ENSURE((e == OK) ==
	       (!out.walked.stopped_at && !out.walked.too_short && size >= MADT_FIXED_SIZE));
	ENSURE(out.walked.stopped_at < (size ? size : 1));
	free((void *)table.data);
	return 0;
}
