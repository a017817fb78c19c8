/* SPDX-License-Identifier: MIT */
/* smp/topology.c: whose memory is near whom, from SRATs of every kind. */
#include "tests/host/test.h"

#include "tests/host/smp/topology_fixture.h"

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

static void memory_of_nodes(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	build_x2apic(&madt, 2, 300, ENABLED);
	start_srat();
	add_cpu_affinity(0, 0);
	add_cpu_affinity(300, 9);
	add_memory(0, 0, 0xA0000);
	add_memory(9, 1UL << 39, 1UL << 30);
	add_memory(0, 1UL << 20, 1UL << 30);
	add_memory(3, 0, 0); /* a filler */
	read_with(0, &srat, SMP_MAX_CPUS);
	assert_int_equal(t.cpu[1].numa, 9);
	assert_int_equal(t.memory_count, 3);
	assert_int_equal(t.memory[1].range.base, 1UL << 39);
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
	assert_true(warned("1 entries put a processor into a second domain, the first counts: "
			   "APIC id 1"));
	assert_true(warned("domains 5 and 6 both have the memory at 0xffffff"));
	assert_true(warned("1 pieces of memory wrap around: skipped, at 0xffffffffffffffff"));
	assert_true(warned("3 pieces of memory"));
	assert_int_equal(log_kept_count(), 4);
}

/* What is beyond the processor is no memory; where memory may come later, Hyper-V lists it all. */
static void f8a_memory_beyond_the_processor(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	start_srat();
	add_memory(0, BEYOND - 0x1000, 0x1000);
	add_range(0, BEYOND, BEYOND, ENABLED | HOT_PLUGGABLE);
	add_range(0, 1UL << 51, 1UL << 51, ENABLED | HOT_PLUGGABLE);
	read_with(0, &srat, SMP_MAX_CPUS);
	assert_int_equal(t.memory_count, 1);
	assert_int_equal(log_kept_count(), 0);
	add_memory(0, BEYOND - 0x1000, 0x1001);
	add_memory(1, 0x06a9f00000000000, 0x1000);
	read_with(0, &srat, SMP_MAX_CPUS);
	assert_int_equal(t.memory_count, 1);
	assert_true(warned("2 pieces of memory are beyond this processor's addresses: skipped, at "
			   "0xfffffff000, 0x6a9f00000000000"));
	assert_int_equal(log_kept_count(), 1);
}

/* 16 zero bytes where an entry should be: what is behind is lost, and it is said where. */
static void f62_a_hole_in_the_srat(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		build_local_apic(&madt, i, i, ENABLED);
	start_srat();
	add_cpu_affinity(0, 0);
	add_cpu_affinity(1, 0);
	build_zeros(&srat, 16);
	add_cpu_affinity(2, 1);
	add_cpu_affinity(3, 1);
	read_with(0, &srat, SMP_MAX_CPUS);
	ASSERT_IDS(0, 1, 2, 3);
	assert_int_equal(t.cpu[1].numa, 0);
	assert_int_equal(t.cpu[2].numa, SMP_NUMA_UNKNOWN);
	assert_false(t.incomplete);
	assert_true(warned("SRAT: invalid after 2 entries, at byte 0x60: the rest is not "
			   "read"));
	assert_int_equal(log_kept_count(), 1);
}

static void f94_f62_thousands_of_oddities_are_a_line_each(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 7, ENABLED);
	start_srat();
	for (uint32_t i = 0; i < 1000; i++) {
		add_cpu_affinity(7, i);
		add_memory(1, UINT64_MAX - i, 1 + i + i);
		add_memory(1, BEYOND + i, 1);
	}
	read_with(7, &srat, SMP_MAX_CPUS);
	assert_true(warned("999 entries put a processor into a second domain, the first counts: "
			   "APIC id 7, 7, 7, 7 and 995 more"));
	assert_true(warned("1000 pieces of memory wrap around"));
	assert_true(warned("beyond this processor's addresses"));
	assert_true(warned("skipped, at 0x10000000000, 0x10000000001, 0x10000000002, "
			   "0x10000000003 and 996 more"));
	assert_int_equal(log_kept_count(), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(f62_srat_that_disagrees),
		TEST(memory_of_nodes),
		TEST(f62_srat_nonsense_costs_locality_only),
		TEST(f8a_memory_beyond_the_processor),
		TEST(f62_a_hole_in_the_srat),
		TEST(f94_f62_thousands_of_oddities_are_a_line_each),
	};

	return cmocka_run_group_tests_name("smp/affinity", tests, NULL, NULL);
}
