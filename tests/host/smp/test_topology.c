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
		assert_int_equal(t.cpu[i].apic_id, ids[i]);
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
	assert_int_equal(t.lapic_address, 0xFEE00000);
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
	t.cpu = cpus;
	t.capacity = SMP_MAX_CPUS;
	topology_read(&t, NULL, NULL, 9);
	ASSERT_IDS(9);
	assert_int_equal(t.bsp, 0);
	assert_int_equal(t.cpu[0].uid, SMP_UID_UNKNOWN);
	assert_int_equal(t.lapic_address, 0);
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
	log_reset();
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
	assert_int_equal(t.cpu[t.bsp].apic_id, SMP_MAX_CPUS + 30);
	assert_int_equal(t.dropped, 52);
	log_reset();
	read_it(0); /* not listed at all */
	assert_int_equal(t.count, SMP_MAX_CPUS);
	assert_int_equal(t.cpu[t.bsp].apic_id, 0);
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
	};

	return cmocka_run_group_tests_name("smp/topology", tests, NULL, NULL);
}
