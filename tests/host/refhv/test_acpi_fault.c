/* SPDX-License-Identifier: MIT */
/* tests/refhv/faults/acpi.c: what becomes of a MADT of three processors. */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/refhv/faults/acpi.h"

enum { ENTRIES = 44, CPU = 8, X2CPU = 16, IOAPIC = 12 };

static uint8_t *out; /* ACPI_TABLE_MAX bytes */
static size_t size;

/* APIC ids 0, 1 and 2, uids 10, 11, 12; an I/O APIC behind them. */
static const struct acpi_header *madt(void)
{
	static uint8_t table[ENTRIES + 3 * CPU + IOAPIC];
	uint8_t *at = table + ENTRIES;

	memcpy(table, "APIC", 4);
	((struct acpi_header *)table)->length = sizeof(table);
	for (uint8_t i = 0; i < 3; i++, at += CPU)
		memcpy(at, (uint8_t[CPU]){0, CPU, (uint8_t)(10 + i), i, 1}, CPU);
	at[0] = 1;
	at[1] = IOAPIC;
	return (const struct acpi_header *)table;
}

static void rewrite(const char *const *lines)
{
	struct faults faults = {0};

	for (; *lines; lines++)
		assert_null(fault_parse(&faults, (struct span){*lines, strlen(*lines)}));
	memset(out, 0xEE, ACPI_TABLE_MAX);
	size = madt_rewrite(&faults, madt(), 0, out);
	assert_int_equal(((struct acpi_header *)out)->length, size);
	/* A truncated table still lies there as a whole. */
	for (size_t i = size < madt()->length ? madt()->length : size; i < ACPI_TABLE_MAX; i++)
		if (out[i] != 0xEE)
			fail();
}
#define REWRITE(...) rewrite((const char *const[]){__VA_ARGS__, NULL})

static int set_up(void **state)
{
	(void)state;
	out = malloc(ACPI_TABLE_MAX);
	return out ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(out);
	return 0;
}

/* The n-th entry. */
static const uint8_t *entry(size_t n)
{
	size_t at = ENTRIES;

	for (; n; n--)
		at += out[at + 1];
	assert_true(at < size);
	return out + at;
}

static void nothing_asked_nothing_changed(void **state)
{
	(void)state;
	REWRITE("acpi:srat_disagrees");
	assert_int_equal(size, madt()->length);
	assert_memory_equal(out, madt(), size);
}

static void lengths_are_wrong_where_asked(void **state)
{
	(void)state;
	REWRITE("acpi:madt_length=0");
	assert_int_equal(out[ENTRIES + CPU + 1], 0);
	assert_int_equal(size, madt()->length);
	REWRITE("acpi:madt_truncate");
	assert_int_equal(size, ENTRIES + 2 * CPU + 3);
}

static void entries_are_added(void **state)
{
	(void)state;
	REWRITE("acpi:madt_duplicate");
	assert_memory_equal(entry(4), entry(2), CPU);
	REWRITE("acpi:madt_twin");
	assert_memory_equal(entry(5), ((uint8_t[]){9, X2CPU, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 11}),
			    13);
	assert_int_equal(size, madt()->length + 3 * X2CPU);
	REWRITE("acpi:madt_absent=9", "acpi:madt_absent=0x12c");
	assert_memory_equal(entry(4), ((uint8_t[]){0, CPU, 9, 9, 1}), 5);
	assert_memory_equal(entry(5), ((uint8_t[]){9, X2CPU, 0, 0, 0x2C, 1, 0, 0, 1}), 9);
	REWRITE("acpi:madt_invalid");
	assert_memory_equal(entry(4), ((uint8_t[]){0, CPU, 255, 255, 1}), 5);
	assert_memory_equal(entry(5), ((uint8_t[]){9, X2CPU, 0, 0, 255, 255, 255, 255, 1}), 9);
	REWRITE("acpi:madt_wakeup");
	assert_memory_equal(entry(4), ((uint8_t[]){0x10, 16, 0, 0, 0, 0, 0, 0, 0, 0xF0, 9}), 11);
	REWRITE("acpi:madt_many=2100");
	assert_int_equal(size, madt()->length + 2097 * X2CPU);
	REWRITE("acpi:madt_many=4000");
	assert_int_equal(size, madt()->length + 3997 * X2CPU);
}

static void flags_are_changed(void **state)
{
	(void)state;
	REWRITE("acpi:madt_disable=1", "acpi:madt_capable=2");
	assert_int_equal(entry(0)[4], 1);
	assert_int_equal(entry(1)[4], 0);
	assert_int_equal(entry(2)[4], 2);
}

static void the_bsp_is_last_or_nowhere(void **state)
{
	(void)state;
	REWRITE("acpi:madt_bsp_last", "acpi:madt_duplicate");
	assert_int_equal(entry(0)[3], 1);
	assert_memory_equal(entry(4), ((uint8_t[]){0, CPU, 10, 0, 1}), 5);
	REWRITE("acpi:madt_no_bsp");
	assert_int_equal(size, madt()->length - CPU);
	assert_int_equal(entry(0)[3], 1);
}

static void an_srat_names_others(void **state)
{
	(void)state;
	assert_int_equal(srat_disagree(madt(), out), 48 + 3 * 16);
	assert_memory_equal(out, "SRAT", 4);
	assert_memory_equal(out + 48 + 16, ((uint8_t[]){0, 16, 1, 101, 1}), 5);
}

static void sums_are_right_or_wrong(void **state)
{
	uint8_t table[20] = {1, 2, 3, 4, 200};

	(void)state;
	for (int is_wrong = 0; is_wrong < 2; is_wrong++) {
		uint8_t sum = 0;

		acpi_seal(table, sizeof(table), 9, is_wrong);
		for (size_t i = 0; i < sizeof(table); i++)
			sum = (uint8_t)(sum + table[i]);
		assert_int_equal(sum, is_wrong);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_asked_nothing_changed),
		cmocka_unit_test(lengths_are_wrong_where_asked),
		cmocka_unit_test(entries_are_added),
		cmocka_unit_test(flags_are_changed),
		cmocka_unit_test(the_bsp_is_last_or_nowhere),
		cmocka_unit_test(an_srat_names_others),
		cmocka_unit_test(sums_are_right_or_wrong),
	};

	return cmocka_run_group_tests_name("refhv/acpi_fault", tests, set_up, tear_down);
}
