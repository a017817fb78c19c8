/* SPDX-License-Identifier: MIT */
/*
 * The shapes that real machines' tables have, each with what a bring-up should make of it: which
 * processors, in which order, with which warnings. Built here; no maker's table is copied.
 */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/smp/topology_fixture.h"

enum { DISABLED = 0, FILLER_ID = 0xFF, RESERVED_TYPE = 0x7F, SOME = 16 };

static void assert_quiet(void)
{
	assert_int_equal(log_kept_count(), 0);
	assert_false(t.incomplete);
	assert_int_equal(t.dropped, 0);
}

/* Boards list sockets and cores that are not there, all with the id 0xFF, or with a next one. */
static void disabled_fillers(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		build_local_apic(&madt, i, i, ENABLED);
	for (uint8_t i = 4; i < 64; i++)
		build_local_apic(&madt, i, i % 2 ? FILLER_ID : i, DISABLED);
	read_it(0);
	ASSERT_IDS(0, 1, 2, 3);
	assert_int_equal(t.disabled, 60);
	assert_quiet();
}

/* An enabled processor's id once more, not enabled: in the same form, in the other one. */
static void disabled_twins_of_enabled_ids(void **state)
{
	(void)state;
	build_local_apic(&madt, 9, 2, DISABLED); /* before */
	for (uint8_t i = 0; i < 4; i++)
		build_local_apic(&madt, i, i, ENABLED);
	build_local_apic(&madt, 7, 0, DISABLED); /* and behind */
	build_x2apic(&madt, 8, 3, DISABLED);
	read_it(0);
	ASSERT_IDS(0, 1, 2, 3);
	assert_int_equal(t.cpu[0].uid, 0);
	assert_int_equal(t.cpu[2].uid, 2);
	assert_int_equal(t.cpu[3].uid, 3);
	assert_quiet();
}

/* Three cores of four in each socket; hyper-threads behind all cores. */
static void gaps(void **state)
{
	(void)state;
	for (uint8_t thread = 0; thread < 2; thread++) {
		for (uint8_t core = 0; core < 6; core++)
			build_local_apic(&madt, (uint8_t)(core + 6 * thread),
					 (uint8_t)(core / 3 * 16 + core % 3 * 2 + thread), ENABLED);
	}
	read_it(0);
	ASSERT_IDS(0, 2, 4, 16, 18, 20, 1, 3, 5, 17, 19, 21);
	assert_quiet();
}

static void descending_ids(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		build_local_apic(&madt, i, (uint8_t)(6 - 2 * i), ENABLED);
	read_it(0);
	ASSERT_IDS(6, 4, 2, 0);
	assert_int_equal(t.bsp, 3);
	assert_quiet();
}

/* I/O APICs have the low ids. */
static void the_first_id_is_not_0(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		build_local_apic(&madt, i, (uint8_t)(0x10 + i), ENABLED);
	read_it(0x10);
	ASSERT_IDS(0x10, 0x11, 0x12, 0x13);
	assert_int_equal(t.bsp, 0);
	assert_quiet();
}

/* Type 9 for all, also where ids are small; the fillers then have all bits set. */
static void x2apic_entries_alone(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		build_x2apic(&madt, 0x1000 + i, i * 2, ENABLED);
	for (uint32_t i = 0; i < SOME; i++)
		build_x2apic(&madt, 0x2000 + i, 0xFFFFFFFF, DISABLED);
	read_it(0);
	ASSERT_IDS(0, 2, 4, 6);
	assert_false(t.need_x2apic);
	assert_int_equal(t.cpu[3].uid, 0x1003);
	assert_quiet();
}

/* Small ids as type 0, large ones as type 9 (ACPI 6.5, 5.2.12.12); or all once in each form. */
static void both_forms(void **state)
{
	(void)state;
	build_local_apic(&madt, 0, 0, ENABLED);
	build_local_apic(&madt, 1, 0xFE, ENABLED);
	build_x2apic(&madt, 2, 0xFF, ENABLED);
	build_x2apic(&madt, 3, 0x100, ENABLED);
	read_it(0);
	ASSERT_IDS(0, 0xFE, 0xFF, 0x100);
	assert_true(t.need_x2apic);
	assert_quiet();
	build_local_apic(&madt, 4, FILLER_ID, DISABLED);
	build_x2apic(&madt, 0, 0, ENABLED);
	build_x2apic(&madt, 1, 0xFE, ENABLED);
	read_it(0);
	ASSERT_IDS(0, 0xFE, 0xFF, 0x100);
	assert_quiet();
}

/* What else stands in a MADT, between the processors, and what is to come. */
static void other_entries_in_between(void **state)
{
	static const uint8_t others[][2] = {
		{1, 12},    {2, 10}, {4, 6}, {0x0A, 12}, {RESERVED_TYPE, 2}, {RESERVED_TYPE, 13},
		{0x80, 255}};

	(void)state;
	for (uint8_t i = 0; i < ARRAY_COUNT(others); i++) {
		build_local_apic(&madt, i, i, ENABLED);
		build_u8(&madt, others[i][0]);
		build_u8(&madt, others[i][1]);
		for (uint8_t k = 2; k < others[i][1]; k++)
			build_u8(&madt, 0xEE);
	}
	read_it(0);
	ASSERT_IDS(0, 1, 2, 3, 4, 5, 6);
	assert_quiet();
}

static void revisions_1_to_6(void **state)
{
	(void)state;
	for (uint8_t revision = 1; revision <= 6; revision++) {
		build_madt_start(&madt, 0xFEE00000, 1);
		madt.bytes[8] = revision;
		build_local_apic(&madt, 0, 0, ENABLED);
		build_local_apic(&madt, 1, 1, ENABLED | ONLINE_CAPABLE);
		build_local_apic(&madt, 2, 2, ONLINE_CAPABLE);
		start_srat();
		srat.bytes[8] = revision;
		add_cpu_affinity(0, 1);
		add_cpu_affinity(1, 0x1234);
		read_with(0, &srat, SMP_MAX_CPUS);
		ASSERT_IDS(0, 1);
		assert_int_equal(t.cpu[1].numa, 0x1234); /* type 2: 32 bits in each revision */
		assert_quiet();
	}
}

/* A board's firmware that lists eight more, all with the bytes 0x14 to 0x17 as their id. */
static void one_bogus_id_eight_times(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		build_local_apic(&madt, i, i, ENABLED);
	for (uint32_t i = 0; i < 8; i++)
		build_x2apic(&madt, 0x18 + i, 0x17161514, ENABLED);
	read_it(0);
	ASSERT_IDS(0, 1, 2, 3, 0x17161514);
	assert_true(warned("7 entries repeat an APIC id"));
	assert_int_equal(log_kept_count(), 1);
}

/* One core more than there is: nothing in the table says which. */
static void one_core_too_many(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 5; i++)
		build_local_apic(&madt, i, (uint8_t)(i * 2), ENABLED);
	read_it(0);
	ASSERT_IDS(0, 2, 4, 6, 8);
	assert_quiet();
}

/* Every length that a FADT has had: ACPI 1.0, 2.0, 3.0, 4.0, 5.0, 5.1 and up, and in between. */
static void fadt_lengths_116_to_276(void **state)
{
	static struct builder b;

	(void)state;
	for (size_t size = 116; size <= 276; size++) {
		struct acpi_fadt fadt;
		struct acpi_table table;
		uint32_t timer = 0x408;

		build_start(&b, "FACP", (uint8_t)(1 + (size - 116) / 32));
		build_zeros(&b, size - b.size);
		memcpy(b.bytes + 76, &timer, sizeof(timer));
		build_seal(&b);
		table = build_table(&b);
		assert_int_equal(acpi_fadt_read(&table, &fadt), OK);
		assert_true(fadt.pm_timer.present);
		assert_int_equal(fadt.pm_timer.address, 0x408);
		assert_false(fadt.reset.present || fadt.hw_reduced);
		release(&table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(disabled_fillers),
		TEST(disabled_twins_of_enabled_ids),
		TEST(gaps),
		TEST(descending_ids),
		TEST(the_first_id_is_not_0),
		TEST(x2apic_entries_alone),
		TEST(both_forms),
		TEST(other_entries_in_between),
		TEST(revisions_1_to_6),
		TEST(one_bogus_id_eight_times),
		TEST(one_core_too_many),
		TEST(fadt_lengths_116_to_276),
	};

	return cmocka_run_group_tests_name("smp/shapes", tests, NULL, NULL);
}
