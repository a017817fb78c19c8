/* SPDX-License-Identifier: MIT */
/* smp/topology.c: which processors can be started, from MADTs of every kind. */
#include "tests/host/test.h"

#include <string.h>

#include "lib/log.h"
#include "smp/smp.h"
#include "tests/host/acpi/build.h"

enum { ENABLED = 1, ONLINE_CAPABLE = 2 };

static struct builder madt, srat;
static struct topology_cpu cpus[SMP_MAX_CPUS];
static struct topology_memory pieces[4];
static struct topology t;

static int set_up(void **state)
{
	(void)state;
	log_reset();
	build_madt_start(&madt, 0xFEE00000, 0);
	return 0;
}

static void read_with(uint32_t bsp, const struct builder *affinity, size_t capacity)
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

static void read_it(uint32_t bsp)
{
	read_with(bsp, NULL, SMP_MAX_CPUS);
}

/* Does a warning hold this text? */
static bool warned(const char *text)
{
	for (size_t i = 0; i < log_kept_count() && log_kept(i); i++) {
		if (strstr(log_kept(i), text))
			return true;
	}
	return false;
}

static void assert_ids(size_t count, const uint32_t *ids)
{
	assert_int_equal(t.count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(t.cpu[i].hw_id, ids[i]);
}

#define ASSERT_IDS(...)                                         \
	do {                                                    \
		static const uint32_t wanted[] = {__VA_ARGS__}; \
		assert_ids(ARRAY_COUNT(wanted), wanted);        \
	} while (0)

static void a_plain_table(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		build_local_apic(&madt, i + 1, i * 2, ENABLED);
	read_it(0);
	ASSERT_IDS(0, 2, 4, 6);
	assert_int_equal(t.bsp, 0);
	assert_int_equal(t.disabled, 0);
	assert_int_equal(t.dropped, 0);
	assert_int_equal(t.cpu[3].uid, 4);
	assert_int_equal(t.cpu[3].numa, SMP_NUMA_UNKNOWN);
	assert_false(t.need_x2apic);
	assert_int_equal(log_kept_count(), 0);
}

static void f54_type_0_and_type_9_for_one_processor(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_local_apic(&madt, 2, 3, ENABLED);
	build_x2apic(&madt, 1, 0, ENABLED);
	build_x2apic(&madt, 2, 3, ENABLED);
	build_x2apic(&madt, 3, 4, ENABLED);
	read_it(0);
	ASSERT_IDS(0, 3, 4);
	assert_int_equal(log_kept_count(), 0); /* allowed by the specification */
}

static void f54_disabled_in_one_form_only(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_local_apic(&madt, 2, 3, 0);
	build_x2apic(&madt, 2, 3, ENABLED);
	read_it(0);
	ASSERT_IDS(0, 3);
	assert_int_equal(t.disabled, 1);
}

static void f55_duplicate_ids(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_local_apic(&madt, 2, 5, ENABLED);
	build_local_apic(&madt, 3, 5, ENABLED);
	build_x2apic(&madt, 4, 6, ENABLED);
	build_x2apic(&madt, 5, 6, ENABLED);
	read_it(0);
	ASSERT_IDS(0, 5, 6);
	assert_int_equal(t.cpu[1].uid, 2); /* the first one counts */
	assert_true(warned("5 is listed twice"));
	assert_true(warned("6 is listed twice"));
	assert_int_equal(log_kept_count(), 2);
}

static void f56_invalid_ids(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_local_apic(&madt, 2, 0xFF, ENABLED);
	build_x2apic(&madt, 3, 0xFFFFFFFF, ENABLED);
	build_x2apic(&madt, 4, 0xFF, ENABLED); /* valid in this form */
	build_local_apic(&madt, 5, 0xFF, 0);   /* the usual filler: no warning */
	read_it(0);
	ASSERT_IDS(0, 0xFF);
	assert_true(t.need_x2apic);
	assert_true(warned("0xff"));
	assert_true(warned("0xffffffff"));
	assert_int_equal(log_kept_count(), 2);
}

static void f57_disabled_and_online_capable(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_local_apic(&madt, 2, 1, 0);
	build_local_apic(&madt, 3, 2, ONLINE_CAPABLE);
	build_local_apic(&madt, 4, 3, ENABLED | ONLINE_CAPABLE);
	build_x2apic(&madt, 5, 0xFFFFFFFF, 0);
	read_it(0);
	ASSERT_IDS(0, 3);
	assert_int_equal(t.disabled, 3);
	assert_int_equal(log_kept_count(), 0);
}

static void f58_bsp_last(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 3, ENABLED);
	build_local_apic(&madt, 2, 2, ENABLED);
	build_local_apic(&madt, 3, 0, ENABLED);
	read_it(0);
	ASSERT_IDS(3, 2, 0);
	assert_int_equal(t.bsp, 2);
	assert_int_equal(log_kept_count(), 0);
}

static void f58_bsp_not_listed_or_disabled(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 3, ENABLED);
	build_local_apic(&madt, 2, 7, 0);
	read_it(7);
	ASSERT_IDS(3, 7);
	assert_int_equal(t.bsp, 1);
	assert_true(warned("boot processor"));
	read_it(300);
	ASSERT_IDS(3, 300);
	assert_true(t.need_x2apic);
}

static void f50_without_a_madt_there_is_the_bsp(void **state)
{
	(void)state;
	t = (struct topology){0};
	topology_measure(&t, NULL, NULL);
	assert_int_equal(t.capacity, 1);
	assert_int_equal(t.memory_capacity, 0);
	t.cpu = cpus;
	topology_read(&t, NULL, NULL, 9);
	ASSERT_IDS(9);
	assert_int_equal(t.bsp, 0);
	assert_int_equal(t.cpu[0].uid, SMP_UID_UNKNOWN);
}

static void f52_f53_a_bad_entry_costs_what_follows(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_local_apic(&madt, 2, 1, ENABLED);
	build_local_apic(&madt, 3, 2, ENABLED);
	madt.bytes[madt.size - 7] = 0;
	read_it(0);
	ASSERT_IDS(0, 1);
	assert_true(warned("MADT: invalid"));
	assert_true(t.incomplete);
	log_reset();
	madt.bytes[madt.size - 7] = 8;
	read_it(0);
	assert_false(t.incomplete);
	madt.bytes[madt.size - 7] = 9;
	read_it(0);
	ASSERT_IDS(0, 1);
	assert_true(warned("MADT: truncated"));
	madt.size = 40;
	read_it(0);
	ASSERT_IDS(0);
}

static void f59_sparse_ids_from_255_up(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_local_apic(&madt, 2, 254, ENABLED);
	read_it(0);
	assert_false(t.need_x2apic);
	build_x2apic(&madt, 3, 255, ENABLED);
	build_x2apic(&madt, 4, 0xFFFFFFFE, ENABLED);
	read_it(0);
	ASSERT_IDS(0, 254, 255, 0xFFFFFFFE);
	assert_true(t.need_x2apic);
}

static void f60_more_than_the_table_holds(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < SMP_MAX_CPUS + 52; i++)
		build_x2apic(&madt, i + 1, i + 1, ENABLED);
	read_it(5);
	assert_int_equal(t.count, SMP_MAX_CPUS);
	assert_int_equal(t.dropped, 52);
	assert_int_equal(t.bsp, 4);
	assert_true(warned("52 processors"));
	log_reset();
	read_it(SMP_MAX_CPUS + 30); /* the BSP is among those for whom there is no room */
	assert_int_equal(t.count, SMP_MAX_CPUS);
	assert_int_equal(t.cpu[t.bsp].hw_id, SMP_MAX_CPUS + 30);
	assert_int_equal(t.dropped, 52);
	log_reset();
	read_it(0); /* not listed at all */
	assert_int_equal(t.count, SMP_MAX_CPUS);
	assert_int_equal(t.cpu[t.bsp].hw_id, 0);
	assert_int_equal(t.dropped, 53);
}

static void f60_duplicates_do_not_count_as_dropped(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		build_local_apic(&madt, i, i, ENABLED);
	for (uint8_t i = 0; i < 4; i++)
		build_x2apic(&madt, i, i, ENABLED);
	read_with(0, NULL, 4);
	assert_int_equal(t.count, 4);
	assert_int_equal(t.dropped, 0);
}

static void f61_a_wake_up_mailbox_is_said_to_be_unused(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_u8(&madt, 0x10);
	build_u8(&madt, 16);
	build_u16(&madt, 0);
	build_u32(&madt, 0);
	build_u64(&madt, 0x7FF00000);
	read_it(0);
	ASSERT_IDS(0);
	assert_true(warned("0x7ff00000"));
}

static void f62_srat_that_disagrees(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_local_apic(&madt, 2, 1, ENABLED);
	build_start(&srat, "SRAT", 3);
	build_zeros(&srat, 12);
	for (uint8_t id = 1; id < 4; id++) { /* 0 is missing, 2 and 3 are nobody's */
		build_u8(&srat, 0);
		build_u8(&srat, 16);
		build_u8(&srat, 7);
		build_u8(&srat, id);
		build_u32(&srat, ENABLED);
		build_zeros(&srat, 8);
	}
	read_with(0, &srat, SMP_MAX_CPUS);
	ASSERT_IDS(0, 1);
	assert_int_equal(t.cpu[0].numa, SMP_NUMA_UNKNOWN);
	assert_int_equal(t.cpu[1].numa, 7);
	srat.bytes[49] = 0; /* endless */
	read_with(0, &srat, SMP_MAX_CPUS);
	assert_true(warned("SRAT"));
}

static void add_cpu_affinity(uint32_t id, uint32_t domain)
{
	build_u8(&srat, 2);
	build_u8(&srat, 24);
	build_u16(&srat, 0);
	build_u32(&srat, domain);
	build_u32(&srat, id);
	build_u32(&srat, ENABLED);
	build_u64(&srat, 0);
}

static void add_memory(uint32_t domain, uint64_t base, uint64_t size)
{
	build_u8(&srat, 1);
	build_u8(&srat, 40);
	build_u32(&srat, domain);
	build_u16(&srat, 0);
	build_u64(&srat, base);
	build_u64(&srat, size);
	build_u32(&srat, 0);
	build_u32(&srat, ENABLED);
	build_u64(&srat, 0);
}

static void start_srat(void)
{
	build_start(&srat, "SRAT", 3);
	build_zeros(&srat, 12);
}

static void memory_of_nodes(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_x2apic(&madt, 2, 300, ENABLED);
	start_srat();
	add_cpu_affinity(0, 0);
	add_cpu_affinity(300, 9);
	add_memory(0, 0, 0xA0000);
	add_memory(9, 1UL << 40, 1UL << 30);
	add_memory(0, 1UL << 20, 1UL << 30);
	add_memory(3, 0, 0); /* a filler */
	read_with(0, &srat, SMP_MAX_CPUS);
	assert_int_equal(t.cpu[1].numa, 9);
	assert_int_equal(t.memory_count, 3);
	assert_int_equal(t.memory[1].range.base, 1UL << 40);
	assert_int_equal(t.memory[1].range.size, 1UL << 30);
	assert_int_equal(t.memory[1].numa, 9);
	assert_int_equal(log_kept_count(), 0);
}

/* It may be as wrong as it likes: processors stay, and what is odd is said. */
static void f62_srat_nonsense_costs_locality_only(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_local_apic(&madt, 2, 1, ENABLED);
	start_srat();
	add_cpu_affinity(1, 5);
	add_cpu_affinity(1, 5); /* said twice is no contradiction */
	add_cpu_affinity(1, 6);
	add_memory(5, 0, 0x1000000);
	add_memory(6, 0xFFFFFF, 1);
	add_memory(7, UINT64_MAX, 2);
	for (unsigned int i = 0; i < 5; i++)
		add_memory(5, 0x2000000 + i * 0x1000, 0x1000);
	read_with(0, &srat, SMP_MAX_CPUS);
	ASSERT_IDS(0, 1);
	assert_int_equal(t.cpu[1].numa, 5);
	assert_int_equal(t.memory_count, 4);
	assert_int_equal(t.memory_dropped, 3);
	assert_true(warned("APIC id 1 is in domain 5 and in 6"));
	assert_true(warned("domains 5 and 6 both have the memory at 0xffffff"));
	assert_true(warned("domain 7 at 0xffffffffffffffff"));
	assert_true(warned("3 pieces of memory"));
	assert_int_equal(log_kept_count(), 4);
}

static void tables_are_as_large_as_they_must_be(void **state)
{
	struct acpi_table m, s;

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		build_x2apic(&madt, i, i, i % 2 ? ENABLED : ONLINE_CAPABLE);
	start_srat();
	add_cpu_affinity(1, 5);
	add_memory(5, 0, 0x1000000);
	add_memory(5, 0, 0);
	m = build_table(&madt);
	s = build_table(&srat);
	topology_measure(&t, &m, &s);
	assert_int_equal(t.capacity, 50 + 1); /* one for a boot processor that is not listed */
	assert_int_equal(t.memory_capacity, 1);
	release(&m);
	for (uint32_t i = 0; i < SMP_MAX_CPUS; i++)
		build_x2apic(&madt, i, i, ENABLED);
	for (uint32_t i = 0; i <= SMP_MAX_MEMORY; i++)
		add_memory(5, 1, 1);
	release(&s);
	m = build_table(&madt);
	s = build_table(&srat);
	topology_measure(&t, &m, &s);
	assert_int_equal(t.capacity, SMP_MAX_CPUS);
	assert_int_equal(t.memory_capacity, SMP_MAX_MEMORY);
	release(&m);
	release(&s);
}

/* All ids in one chain: slow would be bad enough, wrong is worse. */
static void ids_that_fall_together(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 64; i++)
		build_x2apic(&madt, i, i * 128, ENABLED);
	for (uint32_t i = 0; i < 64; i += 9)
		build_x2apic(&madt, i, i * 128, ENABLED);
	read_with(128, NULL, 64);
	assert_int_equal(t.count, 64);
	assert_int_equal(t.bsp, 1);
	assert_int_equal(t.dropped, 0);
	assert_true(warned("APIC id 8064 is listed twice"));
	log_reset();
	read_with(40 * 128, NULL, 32); /* listed when the table is full, and others after it */
	assert_int_equal(t.count, 32);
	assert_int_equal(t.bsp, 31);
	assert_int_equal(t.cpu[31].hw_id, 40 * 128);
	log_reset();
	read_with(12800, NULL, 32); /* not listed: the last one makes room, out of its chain */
	assert_int_equal(t.count, 32);
	assert_int_equal(t.cpu[31].hw_id, 12800);
	assert_int_equal(t.dropped, 33 + 4); /* and those listed twice of which neither is in */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(a_plain_table),
		TEST(f50_without_a_madt_there_is_the_bsp),
		TEST(f52_f53_a_bad_entry_costs_what_follows),
		TEST(f54_type_0_and_type_9_for_one_processor),
		TEST(f54_disabled_in_one_form_only),
		TEST(f55_duplicate_ids),
		TEST(f56_invalid_ids),
		TEST(f57_disabled_and_online_capable),
		TEST(f58_bsp_last),
		TEST(f58_bsp_not_listed_or_disabled),
		TEST(f59_sparse_ids_from_255_up),
		TEST(f60_more_than_the_table_holds),
		TEST(f60_duplicates_do_not_count_as_dropped),
		TEST(f61_a_wake_up_mailbox_is_said_to_be_unused),
		TEST(f62_srat_that_disagrees),
		TEST(f62_srat_nonsense_costs_locality_only),
		TEST(memory_of_nodes),
		TEST(tables_are_as_large_as_they_must_be),
		TEST(ids_that_fall_together),
	};

	return cmocka_run_group_tests_name("smp/topology", tests, NULL, NULL);
}
