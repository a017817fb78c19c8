/* SPDX-License-Identifier: MIT */
/*
 * topology_read with ARM64's tables, on any MADT and SRAT. The input: capacity (0 means 256), the
 * boot processor's MPIDR (4 bytes, of which the affinities count), the MADT's size (2 bytes), the
 * MADT, and what is left is the SRAT.
 */
#include "arch/arch.h"
#include "smp/smp.h"
#include "lib/log.h"
#include "tests/host/fuzz/fuzz.h"

enum { KINDS = 14 }; /* a line for each kind of oddity, however many there are */
enum { MAX_CAPACITY = 256 };
#define AFFINITY 0xFF00FFFFFFUL

static void check(const struct topology *t, uint64_t bsp_mpidr)
{
	ENSURE(t->count >= 1 && t->count <= t->capacity);
	ENSURE(t->bsp < t->count && t->cpu[t->bsp].hw_id == bsp_mpidr);
	ENSURE(!t->need_x2apic);
	for (size_t i = 0; i < t->count; i++) {
		ENSURE(!(t->cpu[i].hw_id & ~AFFINITY));
		for (size_t k = i + 1; k < t->count; k++)
			ENSURE(t->cpu[k].hw_id != t->cpu[i].hw_id);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = {data, size};
	size_t capacity = fuzz_take(&r, 1);
	uint32_t bsp_mpidr = (uint32_t)(fuzz_take(&r, 4) & AFFINITY);
	size_t madt_size = fuzz_take(&r, 2);
	struct acpi_table madt, srat;
	struct topology t = {.capacity = capacity ? capacity : MAX_CAPACITY};

	if (madt_size > r.left)
		madt_size = r.left;
	madt = fuzz_table(r.data, madt_size);
	srat = fuzz_table(r.data + madt_size, r.left - madt_size);
	t.cpu = calloc(t.capacity, sizeof(*t.cpu));
	ENSURE(t.cpu);
	topology_read(&t, madt.size ? &madt : NULL, srat.size ? &srat : NULL, bsp_mpidr);
	check(&t, bsp_mpidr);
	ENSURE(log_kept_count() <= KINDS);
	log_reset();
	free(t.cpu);
	free((void *)madt.data);
	free((void *)srat.data);
	return 0;
}
