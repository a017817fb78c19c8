/* SPDX-License-Identifier: MIT */
/* smp/topology.c with ARM64's tables: MPIDR, UID and order are three different things. */
#include "tests/host/test.h"

#include "tests/host/smp/topology_fixture.h"

enum { GICC_SIZE = 80 };

static void add_gicc(uint32_t uid, uint32_t flags, uint64_t mpidr)
{
	size_t at = madt.size;

	build_u8(&madt, 0x0B);
	build_u8(&madt, GICC_SIZE);
	build_zeros(&madt, 6);
	build_u32(&madt, uid);
	build_u32(&madt, flags);
	build_zeros(&madt, at + 68 - madt.size);
	build_u64(&madt, mpidr);
	build_zeros(&madt, at + GICC_SIZE - madt.size);
}

static void add_gicc_affinity(uint32_t uid, uint32_t domain)
{
	build_u8(&srat, 3);
	build_u8(&srat, 18);
	build_u32(&srat, domain);
	build_u32(&srat, uid);
	build_u32(&srat, ENABLED);
	build_u32(&srat, 0);
}

static void processors_by_mpidr(void **state)
{
	(void)state;
	add_gicc(9, ENABLED, 0x101);
	add_gicc(4, ENABLED, 0x000);
	add_gicc(7, 0, 0x001);
	add_gicc(2, ENABLED, 0x10000);
	read_it(0);
	ASSERT_IDS(0x101, 0x000, 0x10000);
	assert_int_equal(t.bsp, 1);
	assert_int_equal(t.cpu[0].uid, 9);
	assert_int_equal(t.disabled, 1);
	assert_false(t.need_x2apic);
	assert_false(t.incomplete);
	assert_int_equal(log_kept_count(), 0);
}

/* Forty in a cluster, two clusters far from each other, UIDs that run the other way. */
static void ids_with_gaps(void **state)
{
	enum { CLUSTER = 40, STEP = 6 };

	(void)state;
	for (uint32_t i = 0; i < CLUSTER; i++) {
		add_gicc(1000 - 2 * i, ENABLED, i * STEP);
		add_gicc(1001 - 2 * i, ENABLED, 0x0300070200 + i * STEP);
	}
	read_it(3 * STEP);
	assert_int_equal(t.count, 2 * CLUSTER);
	assert_int_equal(t.bsp, 6);
	for (uint32_t i = 0; i < CLUSTER; i++) {
		assert_int_equal(t.cpu[2 * i].hw_id, i * STEP);
		assert_int_equal(t.cpu[2 * i].uid, 1000 - 2 * i);
		assert_int_equal(t.cpu[2 * i + 1].hw_id, 0x0300070200 + i * STEP);
	}
	assert_int_equal(log_kept_count(), 0);
}

/* MPIDR_EL1 reads with bit 31 set, and perhaps 30 and 24: they name no processor. */
static void other_bits_of_the_register_do_not_count(void **state)
{
	(void)state;
	add_gicc(0, ENABLED, 0x81000000);
	add_gicc(1, ENABLED, 0xC0000003);
	add_gicc(2, ENABLED, 0xFF80000004);
	read_it(3);
	assert_int_equal(t.count, 3);
	assert_int_equal(t.cpu[0].hw_id, 0);
	assert_int_equal(t.cpu[1].hw_id, 3);
	assert_int_equal(t.cpu[2].hw_id, 0xFF00000004);
	assert_int_equal(t.bsp, 1);
	assert_int_equal(log_kept_count(), 0);
}

static void one_mpidr_twice(void **state)
{
	(void)state;
	add_gicc(0, ENABLED, 0);
	add_gicc(1, ENABLED, 0xFF); /* is an id like any other here */
	add_gicc(2, ENABLED, 0x800000FF);
	read_it(0);
	ASSERT_IDS(0, 0xFF);
	assert_int_equal(t.cpu[1].uid, 1);
	assert_true(warned("1 entries repeat an"));
}

static void domains_go_by_uid(void **state)
{
	(void)state;
	add_gicc(3, ENABLED, 0);
	add_gicc(0, ENABLED, 3);
	add_gicc(1, ENABLED, 0x100);
	start_srat();
	add_gicc_affinity(0, 10);
	add_gicc_affinity(1, 11);
	add_gicc_affinity(3, 13);
	add_gicc_affinity(77, 1); /* of nobody */
	read_with(0, &srat, SMP_MAX_CPUS);
	assert_int_equal(t.cpu[0].numa, 13);
	assert_int_equal(t.cpu[1].numa, 10);
	assert_int_equal(t.cpu[2].numa, 11);
	assert_int_equal(log_kept_count(), 0);
}

static void entries_of_x86_are_no_processors(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 2, ENABLED);
	build_x2apic(&madt, 1, 3, ENABLED);
	read_it(0);
	ASSERT_IDS(0);
	assert_true(t.incomplete);
	assert_true(warned("lists no processor"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(processors_by_mpidr),
		TEST(ids_with_gaps),
		TEST(other_bits_of_the_register_do_not_count),
		TEST(one_mpidr_twice),
		TEST(domains_go_by_uid),
		TEST(entries_of_x86_are_no_processors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
