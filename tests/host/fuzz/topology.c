/* SPDX-License-Identifier: MIT */
/*
 * topology_read on any MADT and SRAT. The input: capacity (0 means 256), the boot processor's APIC
 * id (4 bytes), the MADT's size (2 bytes), the MADT, and what is left is the SRAT.
 */
#include "arch/arch.h"
#include "smp/smp.h"
#include "lib/log.h"
#include "tests/host/fuzz/fuzz.h"

/* A line for each kind of oddity, however many there are. */
enum { KINDS = 14 };
enum { MAX_CAPACITY = 256, XAPIC_INVALID_ID = 0xFF, XAPIC_MAX_ID = 0xFE };

static void check(const struct topology *t, uint32_t bsp_apic_id)
{
	bool above = false;

	ENSURE(t->count >= 1 && t->count <= t->capacity);
	ENSURE(t->bsp < t->count && t->cpu[t->bsp].hw_id == bsp_apic_id);
	for (size_t i = 0; i < t->count; i++) {
		const struct topology_cpu *cpu = &t->cpu[i];

		if (i != t->bsp)
			ENSURE(cpu->hw_id != (cpu->x2apic ? UINT32_MAX : XAPIC_INVALID_ID));
		above |= cpu->hw_id > XAPIC_MAX_ID;
		for (size_t k = i + 1; k < t->count; k++)
			ENSURE(t->cpu[k].hw_id != cpu->hw_id);
	}
	ENSURE(t->need_x2apic || !above);
	ENSURE(t->memory_count <= t->memory_capacity);
	for (size_t i = 0; i < t->memory_count; i++) {
		const struct page_range *range = &t->memory[i].range;

		ENSURE(range->size && arch_is_physical(range->base, range->size));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = {data, size};
	size_t capacity = fuzz_take(&r, 1);
	uint32_t bsp_apic_id = (uint32_t)fuzz_take(&r, 4);
	size_t madt_size = fuzz_take(&r, 2);
	struct acpi_table madt, srat;
	struct topology t = {.capacity = capacity ? capacity : MAX_CAPACITY};

	if (madt_size > r.left)
		madt_size = r.left;
	madt = fuzz_table(r.data, madt_size);
	srat = fuzz_table(r.data + madt_size, r.left - madt_size);
	t.cpu = calloc(t.capacity, sizeof(*t.cpu));
	ENSURE(t.cpu);
	t.memory_capacity = t.capacity / 2;
	t.memory = calloc(t.memory_capacity + 1, sizeof(*t.memory));
	ENSURE(t.memory);
	topology_read(&t, madt.size ? &madt : NULL, srat.size ? &srat : NULL, bsp_apic_id);
	check(&t, bsp_apic_id);
	ENSURE(log_kept_count() <= KINDS);
	log_reset();
	free(t.cpu);
	free(t.memory);
	free((void *)madt.data);
	free((void *)srat.data);
	return 0;
}
