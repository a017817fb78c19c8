/* SPDX-License-Identifier: MIT */
/* acpi/tables.c: from the RSDP to a table, through everything that can be wrong on the way. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/acpi/build.h"

enum { RSDP_PA = 0x1003, RSDT_PA = 0x2005, XSDT_PA = 0x100001, MADT_PA = 0x4007, SRAT_PA = 0x5000 };

static struct builder b;
static struct phys phys;

static int tear_down(void **state)
{
	(void)state;
	phys_free(&phys);
	return 0;
}

static void build_rsdp(uint8_t revision, uint32_t rsdt, uint64_t xsdt)
{
	static const char signature[] = "RSD PTR ";

	b.size = 0;
	for (int i = 0; i < 8; i++)
		build_u8(&b, (uint8_t)signature[i]);
	build_zeros(&b, 7);
	build_u8(&b, revision);
	build_u32(&b, rsdt);
	if (revision >= 2) {
		build_u32(&b, 36);
		build_u64(&b, xsdt);
		build_zeros(&b, 4);
	}
	build_checksum(b.bytes, 20, 8);
	if (revision >= 2)
		build_checksum(b.bytes, 36, 32);
}

static void place_rsdp(uint8_t revision, uint32_t rsdt, uint64_t xsdt)
{
	build_rsdp(revision, rsdt, xsdt);
	phys_place(&phys, RSDP_PA, &b);
}

static void place_root(bool xsdt, const uint64_t *entries, size_t count)
{
	build_start(&b, xsdt ? "XSDT" : "RSDT", 1);
	for (size_t i = 0; i < count; i++) {
		if (xsdt)
			build_u64(&b, entries[i]);
		else
			build_u32(&b, (uint32_t)entries[i]);
	}
	build_seal(&b);
	phys_place(&phys, xsdt ? XSDT_PA : RSDT_PA, &b);
}

static void place_table(uint64_t pa, const char *signature)
{
	build_start(&b, signature, 1);
	build_u32(&b, 0xcafe);
	build_seal(&b);
	phys_place(&phys, pa, &b);
}

static enum err open_it(struct acpi *a)
{
	struct acpi_memory mem = phys_memory(&phys);

	return acpi_open(a, &mem, RSDP_PA);
}

static void a_table_is_found_through_the_xsdt(void **state)
{
	struct acpi_table t;
	struct acpi a;

	(void)state;
	place_rsdp(2, 0, XSDT_PA);
	place_root(true, (uint64_t[]){SRAT_PA, MADT_PA}, 2);
	place_table(SRAT_PA, "SRAT");
	place_table(MADT_PA, "APIC");
	assert_int_equal(open_it(&a), OK);
	assert_true(a.is_xsdt);
	assert_int_equal(a.revision, 2);
	assert_int_equal(a.root, XSDT_PA);
	assert_int_equal(acpi_find(&a, "APIC", &t), OK);
	assert_int_equal(t.size, 40);
	assert_memory_equal(t.data, "APIC", 4);
	assert_int_equal(acpi_find(&a, "FACP", &t), ERR_NOT_FOUND);
	assert_null(t.data);
	assert_int_equal(acpi_load(&a, SRAT_PA, "SRAT", &t), OK);
	assert_int_equal(acpi_load(&a, SRAT_PA, "DSDT", &t), ERR_NOT_FOUND);
	assert_int_equal(acpi_load(&a, 0, "DSDT", &t), ERR_TRUNCATED);
}

static void a_table_is_found_through_the_rsdt(void **state)
{
	struct acpi_table t;
	struct acpi a;

	(void)state;
	place_rsdp(0, RSDT_PA, 0);
	place_root(false, (uint64_t[]){SRAT_PA, MADT_PA}, 2);
	place_table(MADT_PA, "APIC");
	assert_int_equal(open_it(&a), OK);
	assert_false(a.is_xsdt);
	assert_int_equal(acpi_find(&a, "APIC", &t), OK);
}

/* Whatever is wrong with the XSDT: the RSDT is read if it leads anywhere, and that is noted. */
static void f8e_an_xsdt_of_no_use_is_replaced_by_the_rsdt(void **state)
{
	static const uint64_t to_madt[] = {MADT_PA}, nowhere[] = {0, MADT_PA | 1UL << 48};
	static const struct {
		const uint64_t *entries;
		size_t count;
		const char *signature;
		uint32_t length;
		enum err error;
	} xsdts[] = {
		{NULL, 0, "XSDT", 36, ERR_INVALID},        /* no entries */
		{nowhere, 2, "XSDT", 52, ERR_INVALID},     /* none that leads anywhere */
		{to_madt, 1, "XSDT", 43, ERR_INVALID},     /* half of one */
		{to_madt, 1, "RSDT", 44, ERR_INVALID},     /* another table */
		{to_madt, 1, "XSDT", 35, ERR_TRUNCATED},   /* shorter than its header */
		{to_madt, 1, "XSDT", 4444, ERR_TRUNCATED}, /* longer than memory */
	};
	struct acpi_table t;
	struct acpi a;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(xsdts); i++) {
		uint8_t *xsdt;

		place_rsdp(2, RSDT_PA, XSDT_PA);
		place_root(true, xsdts[i].entries, xsdts[i].count);
		xsdt = (uint8_t *)phys.block[1].block.data;
		memcpy(xsdt, xsdts[i].signature, 4);
		memcpy(xsdt + 4, &xsdts[i].length, 4);
		build_checksum(xsdt, phys.block[1].block.size, 9);
		place_table(MADT_PA, "APIC");
		assert_int_not_equal(open_it(&a), OK); /* the RSDT is not there either */
		place_root(false, to_madt, 1);
		assert_int_equal(open_it(&a), OK);
		assert_false(a.is_xsdt);
		assert_int_equal(a.odd, ACPI_ODD_XSDT);
		assert_int_equal(a.xsdt_error, xsdts[i].error);
		assert_int_equal(a.nowhere.count, xsdts[i].entries == nowhere);
		assert_int_equal(acpi_find(&a, "APIC", &t), OK);
		phys_free(&phys);
	}
}

static void a_good_xsdt_comes_before_a_good_rsdt(void **state)
{
	static const uint64_t to_madt[] = {MADT_PA};
	struct acpi a;

	(void)state;
	place_rsdp(2, RSDT_PA, XSDT_PA);
	place_root(true, to_madt, 1);
	place_root(false, to_madt, 1);
	place_table(MADT_PA, "APIC");
	assert_int_equal(open_it(&a), OK);
	assert_int_equal(a.root, XSDT_PA);
}

static void f50_no_rsdp(void **state)
{
	struct acpi_memory mem = phys_memory(&phys);
	struct acpi a;

	(void)state;
	assert_int_equal(acpi_open(&a, &mem, 0), ERR_NOT_FOUND);
	assert_int_equal(acpi_open(&a, &mem, RSDP_PA), ERR_NOT_FOUND);
	assert_int_equal(acpi_open(&a, &mem, UINT64_MAX - 3), ERR_NOT_FOUND);
	build_rsdp(2, 0, XSDT_PA);
	b.bytes[0] = 'r';
	phys_place(&phys, RSDP_PA, &b);
	assert_int_equal(open_it(&a), ERR_NOT_FOUND);
}

static void f50_no_root_table(void **state)
{
	struct acpi a;

	(void)state;
	place_rsdp(2, 0, 0);
	assert_int_equal(open_it(&a), ERR_INVALID);
	phys_free(&phys);
	place_rsdp(2, 0, XSDT_PA);
	assert_int_equal(open_it(&a), ERR_TRUNCATED);
	phys_free(&phys);
	place_rsdp(2, 0, UINT64_MAX - 8);
	assert_int_equal(open_it(&a), ERR_TRUNCATED);
	phys_free(&phys);
	place_rsdp(2, 0, XSDT_PA);
	place_table(XSDT_PA, "APIC");
	assert_int_equal(open_it(&a), ERR_INVALID);
}

static void f51_f8d_a_wrong_sum_is_noted_and_costs_nothing(void **state)
{
	static const struct {
		size_t block, at;
		unsigned int odd;
		bool table;
	} wrong[] = {
		{0, 8, ACPI_ODD_RSDP_SUM | ACPI_ODD_RSDP_SUM_ALL, false},
		{0, 32, ACPI_ODD_RSDP_SUM_ALL, false},
		{1, 9, ACPI_ODD_ROOT_SUM, false},
		{2, 9, 0, true},
	};
	struct acpi_table t;
	struct acpi a;

	(void)state;
	for (int xsdt = 0; xsdt < 2; xsdt++) {
		for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
			if (!xsdt && i == 1)
				continue;
			place_rsdp(xsdt ? 2 : 0, RSDT_PA, XSDT_PA);
			place_root(xsdt, (uint64_t[]){MADT_PA}, 1);
			place_table(MADT_PA, "APIC");
			((uint8_t *)phys.block[wrong[i].block].block.data)[wrong[i].at]++;
			assert_int_equal(open_it(&a), OK);
			assert_int_equal(a.odd, xsdt ? wrong[i].odd
						     : wrong[i].odd & ~ACPI_ODD_RSDP_SUM_ALL);
			assert_int_equal(acpi_find(&a, "APIC", &t), OK);
			assert_int_equal(t.size, 40);
			assert_int_equal(t.bad_sum, wrong[i].table);
			assert_int_equal(acpi_load(&a, MADT_PA, "APIC", &t), OK);
			assert_int_equal(t.bad_sum, wrong[i].table);
			phys_free(&phys);
		}
	}
}

static void f51_a_table_with_a_right_sum_is_the_better_one(void **state)
{
	struct acpi_table t;
	struct acpi a;

	(void)state;
	place_rsdp(2, 0, XSDT_PA);
	place_root(true, (uint64_t[]){SRAT_PA + 0x1000, MADT_PA, SRAT_PA}, 3);
	place_table(MADT_PA, "APIC");
	((uint8_t *)phys.block[2].block.data)[37]++;
	place_table(SRAT_PA + 0x1000, "APIC");
	((uint8_t *)phys.block[3].block.data)[4] = 0; /* the first one is not whole */
	assert_int_equal(open_it(&a), OK);
	assert_int_equal(acpi_find(&a, "APIC", &t), OK);
	assert_true(t.bad_sum);
	place_table(SRAT_PA, "APIC");
	assert_int_equal(acpi_find(&a, "APIC", &t), OK);
	assert_false(t.bad_sum);
	assert_ptr_equal(t.data, phys.block[4].block.data);
}

/* Summed up a million times, a large table would be an endless loop for all that anyone sees. */
static void f8d_a_bad_table_named_by_every_entry(void **state)
{
	static uint64_t entries[8000];
	struct acpi_table t;
	struct acpi a;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(entries); i++)
		entries[i] = MADT_PA;
	place_rsdp(2, 0, XSDT_PA);
	place_root(true, entries, ARRAY_COUNT(entries));
	place_table(MADT_PA, "APIC");
	((uint8_t *)phys.block[2].block.data)[9]++;
	assert_int_equal(open_it(&a), OK);
	phys.reads = 0;
	assert_int_equal(acpi_find(&a, "APIC", &t), OK);
	assert_true(t.bad_sum);
	assert_in_range(phys.reads, 1, 100);
}

static void f90_each_table_of_a_name_in_order(void **state)
{
	struct acpi_table t;
	struct acpi a;
	size_t at = 0;

	(void)state;
	place_rsdp(2, 0, XSDT_PA);
	place_root(true, (uint64_t[]){MADT_PA, SRAT_PA, 0, MADT_PA, 0x9000, SRAT_PA + 0x1000}, 6);
	place_table(MADT_PA, "APIC");
	place_table(SRAT_PA, "SRAT");
	place_table(SRAT_PA + 0x1000, "APIC");
	((uint8_t *)phys.block[4].block.data)[4]++; /* not whole */
	assert_int_equal(open_it(&a), OK);
	assert_int_equal(a.nowhere.count, 1);
	assert_int_equal(a.nowhere.first[0], 0x9000);
	assert_int_equal(acpi_next(&a, "APIC", &at, &t), OK);
	assert_ptr_equal(t.data, phys.block[2].block.data);
	assert_int_equal(acpi_next(&a, "APIC", &at, &t), OK);
	assert_ptr_equal(t.data, phys.block[2].block.data);
	assert_int_equal(acpi_next(&a, "APIC", &at, &t), ERR_TRUNCATED);
	assert_null(t.data);
	assert_int_equal(acpi_next(&a, "APIC", &at, &t), ERR_NOT_FOUND);
	assert_int_equal(acpi_next(&a, "APIC", &at, &t), ERR_NOT_FOUND);
}

/* Bits 48 to 63 of an address are no detail: such an entry leads nowhere, wherever it is. */
static void f8a_addresses_that_are_none(void **state)
{
	static const uint64_t none[] = {MADT_PA | 1UL << 48, MADT_PA | 1UL << 63, 1UL << 40,
					0x7fffffffff000, UINT64_MAX - 3};
	struct acpi_memory mem = phys_memory(&phys);
	struct acpi_table t;
	struct acpi a;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
		place_rsdp(2, RSDT_PA, none[i]);
		place_root(true, (uint64_t[]){none[i], SRAT_PA}, 2);
		place_root(false, (uint64_t[]){MADT_PA}, 1);
		place_table(MADT_PA, "APIC");
		place_table(SRAT_PA, "SRAT");
		assert_int_equal(acpi_open(&a, &mem, none[i]), ERR_NOT_FOUND);
		assert_int_equal(open_it(&a), OK);
		assert_int_equal(a.odd, ACPI_ODD_XSDT);
		assert_int_equal(a.xsdt_error, ERR_TRUNCATED);
		build_rsdp(2, RSDT_PA, XSDT_PA);
		memcpy((void *)phys.block[0].block.data, b.bytes, 36);
		assert_int_equal(open_it(&a), OK);
		assert_int_equal(a.odd, 0);
		assert_int_equal(a.nowhere.count, 1);
		assert_int_equal(a.nowhere.first[0], none[i]);
		assert_int_equal(acpi_find(&a, "APIC", &t), ERR_NOT_FOUND);
		assert_int_equal(acpi_load(&a, none[i], "APIC", &t), ERR_TRUNCATED);
		phys_free(&phys);
	}
}

static void f53_lengths_below_the_header_and_beyond_memory(void **state)
{
	static const uint32_t lengths[] = {0, 1, 35, 41, 0x7fffffff, 0xffffffff};
	struct acpi_table t;
	struct acpi a;

	(void)state;
	place_rsdp(2, 0, XSDT_PA);
	place_root(true, (uint64_t[]){MADT_PA}, 1);
	place_table(MADT_PA, "APIC");
	assert_int_equal(open_it(&a), OK);
	for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
		uint8_t *madt = (uint8_t *)phys.block[2].block.data;

		memcpy(madt + 4, &lengths[i], 4);
		build_checksum(madt, 40, 9);
		assert_int_equal(acpi_find(&a, "APIC", &t), ERR_TRUNCATED);
		assert_int_equal(acpi_load(&a, MADT_PA, "APIC", &t), ERR_TRUNCATED);
	}
}

/* The length is a word like the others: the fields are where they are. */
static void f53_rsdp_with_a_wrong_length(void **state)
{
	static const uint32_t lengths[] = {0, 20, 35, 37, 0xffffffff};
	struct acpi a;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
		build_rsdp(2, 0, XSDT_PA);
		memcpy(b.bytes + 20, &lengths[i], 4);
		build_checksum(b.bytes, 36, 32);
		phys_place(&phys, RSDP_PA, &b);
		place_root(true, (uint64_t[]){MADT_PA}, 1);
		place_table(MADT_PA, "APIC");
		assert_int_equal(open_it(&a), OK);
		assert_true(a.is_xsdt);
		assert_int_equal(a.odd, ACPI_ODD_RSDP_LENGTH);
		phys_free(&phys);
	}
	build_rsdp(2, RSDT_PA, XSDT_PA);
	b.size = 24; /* revision 2, but memory ends */
	phys_place(&phys, RSDP_PA, &b);
	assert_int_equal(open_it(&a), ERR_TRUNCATED);
	place_root(false, (uint64_t[]){MADT_PA}, 1);
	place_table(MADT_PA, "APIC");
	assert_int_equal(open_it(&a), OK);
	assert_false(a.is_xsdt);
	assert_int_equal(a.odd, ACPI_ODD_RSDP_LENGTH | ACPI_ODD_XSDT);
}

static void a_root_of_thousands_of_entries_is_walked_to_its_end(void **state)
{
	static uint64_t entries[8000];
	struct acpi_table t;
	struct acpi a;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(entries); i++)
		entries[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? UINT64_MAX - i : SRAT_PA;
	entries[ARRAY_COUNT(entries) - 1] = MADT_PA;
	place_rsdp(2, 0, XSDT_PA);
	place_root(true, entries, ARRAY_COUNT(entries));
	place_table(SRAT_PA, "SRAT");
	place_table(MADT_PA, "APIC");
	assert_int_equal(open_it(&a), OK);
	assert_int_equal(acpi_find(&a, "APIC", &t), OK);
	assert_in_range(phys.reads, 1, 4 * ARRAY_COUNT(entries));
}

static void half_an_entry_at_the_end_of_the_root_is_ignored(void **state)
{
	struct acpi_table t;
	struct acpi a;

	(void)state;
	place_rsdp(2, 0, XSDT_PA);
	build_start(&b, "XSDT", 1);
	build_u64(&b, SRAT_PA);
	build_u32(&b, MADT_PA);
	build_seal(&b);
	phys_place(&phys, XSDT_PA, &b);
	place_table(MADT_PA, "APIC");
	place_table(SRAT_PA, "SRAT");
	assert_int_equal(open_it(&a), OK);
	assert_int_equal(acpi_find(&a, "APIC", &t), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_table_is_found_through_the_xsdt, tear_down),
		cmocka_unit_test_teardown(a_table_is_found_through_the_rsdt, tear_down),
		cmocka_unit_test_teardown(f8e_an_xsdt_of_no_use_is_replaced_by_the_rsdt, tear_down),
		cmocka_unit_test_teardown(f8a_addresses_that_are_none, tear_down),
		cmocka_unit_test_teardown(a_good_xsdt_comes_before_a_good_rsdt, tear_down),
		cmocka_unit_test_teardown(f50_no_rsdp, tear_down),
		cmocka_unit_test_teardown(f50_no_root_table, tear_down),
		cmocka_unit_test_teardown(f51_f8d_a_wrong_sum_is_noted_and_costs_nothing,
					  tear_down),
		cmocka_unit_test_teardown(f51_a_table_with_a_right_sum_is_the_better_one,
					  tear_down),
		cmocka_unit_test_teardown(f8d_a_bad_table_named_by_every_entry, tear_down),
		cmocka_unit_test_teardown(f90_each_table_of_a_name_in_order, tear_down),
		cmocka_unit_test_teardown(f53_lengths_below_the_header_and_beyond_memory,
					  tear_down),
		cmocka_unit_test_teardown(f53_rsdp_with_a_wrong_length, tear_down),
		cmocka_unit_test_teardown(a_root_of_thousands_of_entries_is_walked_to_its_end,
					  tear_down),
		cmocka_unit_test_teardown(half_an_entry_at_the_end_of_the_root_is_ignored,
					  tear_down),
	};

	return cmocka_run_group_tests_name("acpi/tables", tests, NULL, NULL);
}
