/* SPDX-License-Identifier: MIT */
/* tests/refhv/aarch64/madt.c: the same processors in another order and with other UIDs. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/acpi/build.h"
#include "tests/refhv/aarch64/madt.h"

enum { GICC_SIZE = 80, GICD_SIZE = 24, MOST = 64 };

static struct builder madt, srat;
static uint8_t mixed[8192], mixed_srat[8192];

static uint64_t mpidr_of(uint32_t i)
{
	return (i / 16) << 8 | i % 16;
}

static void add_gicc(uint32_t uid, uint64_t mpidr)
{
	size_t at = madt.size;

	build_u8(&madt, GICC);
	build_u8(&madt, GICC_SIZE);
	build_zeros(&madt, 6);
	build_u32(&madt, uid);
	build_u32(&madt, GICC_ENABLED);
	build_zeros(&madt, at + 68 - madt.size);
	build_u64(&madt, mpidr);
	build_zeros(&madt, at + GICC_SIZE - madt.size);
}

/* As QEMU has it: the distributor first, then processors by number. */
static void make(uint32_t processors)
{
	build_start(&madt, "APIC", 4);
	build_zeros(&madt, 8);
	build_u8(&madt, 0x0C);
	build_u8(&madt, GICD_SIZE);
	build_zeros(&madt, GICD_SIZE - 2);
	build_start(&srat, "SRAT", 3);
	build_zeros(&srat, 12);
	for (uint32_t i = 0; i < processors; i++) {
		add_gicc(i, mpidr_of(i));
		build_u8(&srat, 3);
		build_u8(&srat, 18);
		build_u32(&srat, i % 2); /* its domain */
		build_u32(&srat, i);
		build_zeros(&srat, 8);
	}
	build_seal(&madt);
	build_seal(&srat);
	madt_mix((const struct acpi_header *)madt.bytes, mixed);
	srat_mix((const struct acpi_header *)madt.bytes, (const struct acpi_header *)srat.bytes,
		 mixed_srat);
}

/* The domain that the SRAT gives a UID. */
static uint32_t domain_of(const uint8_t *table, size_t size, uint32_t uid)
{
	for (size_t at = 48; at < size; at += table[at + 1]) {
		uint32_t found, domain;

		memcpy(&domain, table + at + 2, 4);
		memcpy(&found, table + at + 6, 4);
		if (found == uid)
			return domain;
	}
	fail();
	return 0;
}

static void all_are_there_and_none_is_where_it_was(void **state)
{
	(void)state;
	for (uint32_t n = 1; n <= 40; n++) {
		uint64_t seen = 0, uids = 0;
		uint32_t at = MADT_ENTRIES, place = 0;
		const struct gicc *gicc;

		make(n);
		assert_memory_equal(mixed, madt.bytes, MADT_ENTRIES + GICD_SIZE);
		while ((gicc = madt_next((const struct acpi_header *)mixed, &at))) {
			uint32_t number = (uint32_t)(gicc->mpidr >> 8) * 16 + (gicc->mpidr & 15);

			seen |= 1ull << number;
			uids |= 1ull << gicc->uid;
			assert_int_equal(gicc->uid, n - 1 - number);
			assert_int_equal(domain_of(mixed_srat, srat.size, gicc->uid), number % 2);
			if (n % 2 == 0)
				assert_int_not_equal(gicc->uid, number);
			place++;
		}
		assert_int_equal(place, n);
		assert_int_equal(at, madt.size);
		assert_int_equal(seen, (1ull << n) - 1);
		assert_int_equal(uids, (1ull << n) - 1);
	}
}

static void the_order_of_sixteen(void **state)
{
	static const uint64_t due[] = {1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 14};
	uint32_t at = MADT_ENTRIES;

	(void)state;
	make(16);
	for (size_t i = 0; i < ARRAY_COUNT(due); i++)
		assert_int_equal(madt_next((const struct acpi_header *)mixed, &at)->mpidr, due[i]);
}

/* An entry that ends nowhere ends the walk, and no byte beyond the table is touched. */
static void a_malformed_table(void **state)
{
	struct acpi_header *header = (struct acpi_header *)madt.bytes;
	uint32_t at = MADT_ENTRIES;

	(void)state;
	make(4);
	madt.bytes[MADT_ENTRIES + GICD_SIZE + GICC_SIZE + 1] = 0;
	memset(mixed, 0xEE, sizeof(mixed));
	madt_mix(header, mixed);
	assert_int_equal(mixed[header->length], 0xEE);
	assert_non_null(madt_next((const struct acpi_header *)mixed, &at));
	assert_null(madt_next((const struct acpi_header *)mixed, &at));
	assert_true(at < header->length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_there_and_none_is_where_it_was),
		cmocka_unit_test(the_order_of_sixteen),
		cmocka_unit_test(a_malformed_table),
	};

	return cmocka_run_group_tests_name("refhv/aarch64/madt", tests, NULL, NULL);
}
