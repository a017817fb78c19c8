/* SPDX-License-Identifier: MIT */
/* acpi_gic_read on any table. */
#include "tests/host/fuzz/fuzz.h"

enum { MADT_FIXED_SIZE = 44, SMALLEST_ENTRY = 2, SMALLEST_GICC = 76, SMALLEST_GICR = 16 };

struct seen {
	size_t cpus, ranges;
};

static void on_cpu(void *ctx, const struct acpi_cpu *cpu)
{
	struct seen *seen = ctx;

	ENSURE(!cpu->x2apic);
	seen->cpus++;
}

static void on_range(void *ctx, uint64_t base, uint32_t size)
{
	struct seen *seen = ctx;

	(void)size;
	ENSURE(base);
	seen->ranges++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct acpi_gic_fns fns = {on_cpu, on_range};
	struct acpi_table table = fuzz_table(data, size);
	struct seen seen = {0};
	struct acpi_gic out;
	enum err e = acpi_gic_read(&table, &out, &fns, &seen);

	ENSURE(e == OK || e == ERR_TRUNCATED || e == ERR_INVALID);
	if (size < MADT_FIXED_SIZE) {
		ENSURE(e == ERR_TRUNCATED && !out.walked.entries);
	} else {
		ENSURE(out.walked.entries <= (size - MADT_FIXED_SIZE) / SMALLEST_ENTRY);
		ENSURE(seen.cpus <= (size - MADT_FIXED_SIZE) / SMALLEST_GICC);
		ENSURE(seen.ranges <= (size - MADT_FIXED_SIZE) / SMALLEST_GICR);
	}
	ENSURE((e == OK) ==
	       (!out.walked.stopped_at && !out.walked.too_short && size >= MADT_FIXED_SIZE));
	free((void *)table.data);
	return 0;
}
