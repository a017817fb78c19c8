/* SPDX-License-Identifier: MIT */
/* smp/topology.c: which processors can be started, from MADTs of every kind. */
#include "tests/host/test.h"

#include "tests/host/smp/topology_fixture.h"

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
	assert_true(warned("2 entries repeat an APIC id, the first counts: 5, 6"));
	assert_int_equal(log_kept_count(), 1);
}

/* A line for each kind, not for each of its kind. */
static void f94_f55_thousands_of_oddities_are_a_line_each(void **state)
{
	(void)state;
	build_x2apic(&madt, 0, 0, ENABLED);
	for (uint32_t i = 0; i < 3000; i++) {
		build_x2apic(&madt, i, 7 + i % 5, ENABLED);
		build_local_apic(&madt, (uint8_t)i, 0xFF, ENABLED);
	}
	read_it(0);
	ASSERT_IDS(0, 7, 8, 9, 10, 11);
	assert_true(warned("2995 entries repeat an APIC id, the first counts: 7, 8, 9, 10 and "
			   "2991 more"));
	assert_true(warned("3000 enabled processors have an invalid APIC id: skipped, uid 0, 1, 2, "
			   "3 and 2996 more"));
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
	assert_true(warned("2 enabled processors have an invalid APIC id: skipped, uid 2, 3"));
	assert_int_equal(log_kept_count(), 1);
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

/* It runs, whatever the table says, and its uid is still its uid. */
static void f90_bsp_listed_as_disabled(void **state)
{
	static const uint32_t flags[] = {0, ONLINE_CAPABLE};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(flags); i++) {
		log_reset();
		build_madt_start(&madt, 0xFEE00000, 0);
		build_local_apic(&madt, 1, 3, ENABLED);
		build_local_apic(&madt, 2, 7, flags[i]);
		build_x2apic(&madt, 99, 7, 0); /* its twin */
		build_local_apic(&madt, 4, 8, 0);
		read_it(7);
		ASSERT_IDS(3, 7);
		assert_int_equal(t.bsp, 1);
		assert_int_equal(t.cpu[1].uid, 2);
		assert_false(t.incomplete);
		assert_int_equal(t.disabled, 2); /* the twin and another */
		assert_true(warned("the boot processor, APIC id 7, is listed as not enabled"));
		assert_int_equal(log_kept_count(), 1);
	}
	log_reset(); /* enabled in one form: nothing is odd */
	build_x2apic(&madt, 2, 7, ENABLED);
	read_it(7);
	ASSERT_IDS(3, 7);
	assert_int_equal(log_kept_count(), 0);
}

/* As much is known as without a MADT. */
static void f90_no_processor_at_all(void **state)
{
	(void)state;
	build_u8(&madt, 1); /* an I/O APIC */
	build_u8(&madt, 12);
	build_zeros(&madt, 10);
	read_it(4);
	ASSERT_IDS(4);
	assert_true(t.incomplete);
	assert_int_equal(t.cpu[0].uid, SMP_UID_UNKNOWN);
	assert_true(warned("MADT: lists no processor"));
	assert_int_equal(log_kept_count(), 1);
	build_local_apic(&madt, 1, 4, ENABLED);
	read_it(4);
	assert_false(t.incomplete);
}

static void f58_bsp_not_listed(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 3, ENABLED);
	build_local_apic(&madt, 2, 7, 0);
	read_it(300);
	ASSERT_IDS(3, 300);
	assert_true(t.need_x2apic);
	assert_true(warned("does not list the boot processor, APIC id 300"));
}

static void f50_without_a_madt_there_is_the_bsp(void **state)
{
	struct topology_cpu one;

	(void)state;
	t = (struct topology){0};
	topology_measure(&t, NULL, NULL);
	assert_int_equal(t.capacity, 1);
	assert_int_equal(t.memory_capacity, 0);
	t.cpu = &one;
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
	assert_true(warned("MADT: invalid after 2 entries, at byte 0x3c"));
	assert_int_equal(log_kept_count(), 1);
	assert_true(t.incomplete);
	log_reset();
	madt.bytes[madt.size - 7] = 8;
	read_it(0);
	assert_false(t.incomplete);
	madt.bytes[madt.size - 7] = 9;
	read_it(0);
	ASSERT_IDS(0, 1);
	assert_true(warned("MADT: truncated"));
	log_reset();
	madt.size = 40;
	read_it(0);
	ASSERT_IDS(0);
	assert_true(t.incomplete);
	assert_true(warned("before its first entry"));
}

/* One that is too short for its type costs itself alone, and nothing else is said to be lost. */
static void f52_short_entries(void **state)
{
	(void)state;
	build_local_apic(&madt, 1, 0, ENABLED);
	for (int i = 0; i < 3; i++) {
		build_u8(&madt, 9);
		build_u8(&madt, 8);
		build_zeros(&madt, 6);
	}
	build_local_apic(&madt, 2, 1, ENABLED);
	read_it(0);
	ASSERT_IDS(0, 1);
	assert_true(t.incomplete);
	assert_true(warned("MADT: 3 entries are too short for their type: skipped"));
	assert_int_equal(log_kept_count(), 1);
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
	assert_true(warned("8 entries repeat an APIC id, the first counts: 0, 1152, 2304, 3456 and "
			   "4 more"));
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
	const struct CMUnitTest tests[] = {
		TEST(a_plain_table),
		TEST(f54_type_0_and_type_9_for_one_processor),
		TEST(f54_disabled_in_one_form_only),
		TEST(f55_duplicate_ids),
		TEST(f94_f55_thousands_of_oddities_are_a_line_each),
		TEST(f56_invalid_ids),
		TEST(f57_disabled_and_online_capable),
		TEST(f58_bsp_last),
		TEST(f90_bsp_listed_as_disabled),
		TEST(f90_no_processor_at_all),
		TEST(f58_bsp_not_listed),
		TEST(f50_without_a_madt_there_is_the_bsp),
		TEST(f52_f53_a_bad_entry_costs_what_follows),
		TEST(f52_short_entries),
		TEST(f59_sparse_ids_from_255_up),
		TEST(f60_more_than_the_table_holds),
		TEST(f60_duplicates_do_not_count_as_dropped),
		TEST(f61_a_wake_up_mailbox_is_said_to_be_unused),
		TEST(tables_are_as_large_as_they_must_be),
		TEST(ids_that_fall_together),
	};

	return cmocka_run_group_tests_name("smp/topology", tests, NULL, NULL);
}
