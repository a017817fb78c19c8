/* SPDX-License-Identifier: MIT */
/* See topology_fixture.h. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/smp/topology_fixture.h"

struct builder madt, srat;
static struct topology_cpu cpus[SMP_MAX_CPUS];
static struct topology_memory pieces[4];
struct topology t;

int topology_set_up(void **state)
{
	(void)state;
	log_reset();
	build_madt_start(&madt, 0xFEE00000, 0);
	return 0;
}

void read_with(uint32_t bsp, const struct builder *affinity, size_t capacity)
{
	struct acpi_table m = build_table(&madt), s = {0};

	if (affinity)
		s = build_table(affinity);
	memset(cpus, 0xEE, sizeof(cpus));
	memset(&t, 0xEE, sizeof(t));
	t.cpu = cpus;
	t.capacity = capacity;
	t.memory = pieces;
	t.memory_capacity = ARRAY_COUNT(pieces);
	topology_read(&t, &m, affinity ? &s : NULL, bsp);
	release(&m);
	release(&s);
}

void read_it(uint32_t bsp)
{
	read_with(bsp, NULL, SMP_MAX_CPUS);
}

bool warned(const char *text)
{
	for (size_t i = 0; i < log_kept_count() && log_kept(i); i++) {
		if (strstr(log_kept(i), text))
			return true;
	}
	return false;
}

void assert_ids(size_t count, const uint32_t *ids)
{
	assert_int_equal(t.count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(t.cpu[i].hw_id, ids[i]);
}

void add_cpu_affinity(uint32_t id, uint32_t domain)
{
	build_u8(&srat, 2);
	build_u8(&srat, 24);
	build_u16(&srat, 0);
	build_u32(&srat, domain);
	build_u32(&srat, id);
	build_u32(&srat, ENABLED);
	build_u64(&srat, 0);
}

void add_range(uint32_t domain, uint64_t base, uint64_t size, uint32_t flags)
{
	build_u8(&srat, 1);
	build_u8(&srat, 40);
	build_u32(&srat, domain);
	build_u16(&srat, 0);
	build_u64(&srat, base);
	build_u64(&srat, size);
	build_u32(&srat, 0);
	build_u32(&srat, flags);
	build_u64(&srat, 0);
}

void add_memory(uint32_t domain, uint64_t base, uint64_t size)
{
	add_range(domain, base, size, ENABLED);
}

void start_srat(void)
{
	build_start(&srat, "SRAT", 3);
	build_zeros(&srat, 12);
}
