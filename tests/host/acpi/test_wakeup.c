/* SPDX-License-Identifier: MIT */
/* acpi/wakeup.c: byte by byte what a consumer reads, and what must not have changed. */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/host/acpi/build.h"

enum { ENABLED = 1, ONLINE_CAPABLE = 2 };

static struct builder b;
static const struct acpi_mailbox mailbox = {0x7F001000, 0x7F002000};

static uint8_t sum_of(const uint8_t *p, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + p[i]);
	return sum;
}

static void build_madt(void)
{
	build_madt_start(&b, 0xfee00000, 1);
	build_local_apic(&b, 0, 0, ENABLED);
	build_local_apic(&b, 1, 1, ENABLED);
	build_local_apic(&b, 2, 2, 0);
	build_local_apic(&b, 3, 3, ONLINE_CAPABLE);
	build_x2apic(&b, 4, 0x1FF, ENABLED | ONLINE_CAPABLE);
	build_seal(&b);
}

/* In a block of exactly the size that is promised: ASan sees a step beyond. */
static uint8_t *add_mailbox(size_t *size)
{
	struct acpi_table t = build_table(&b);
	uint8_t *out = malloc(t.size + ACPI_MAILBOX_ENTRY);

	assert_non_null(out);
	*size = acpi_madt_add_mailbox(&t, &mailbox, out);
	release(&t);
	return out;
}

static void the_structure_is_version_1(void **state)
{
	static const uint8_t entry[ACPI_MAILBOX_ENTRY] = {
		0x10, 24,   1, 0, 0, 0, 0,    0,    0x00, 0x10,
		0x00, 0x7F, 0, 0, 0, 0, 0x00, 0x20, 0x00, 0x7F,
	};
	size_t size;
	uint8_t *out;

	(void)state;
	build_madt();
	out = add_mailbox(&size);
	assert_int_equal(size, b.size + ACPI_MAILBOX_ENTRY);
	assert_memory_equal(out + b.size, entry, sizeof(entry));
	assert_memory_equal(out + 10, b.bytes + 10, b.size - 10); /* behind the checksum */
	assert_int_equal(out[4] | out[5] << 8, size);
	assert_int_equal(out[8], 5); /* the first revision that has it */
	assert_int_equal(sum_of(out, size), 0);
	free(out);
}

static void a_newer_revision_stays(void **state)
{
	size_t size;
	uint8_t *out;

	(void)state;
	build_madt();
	b.bytes[8] = 7;
	out = add_mailbox(&size);
	assert_int_equal(out[8], 7);
	free(out);
}

/* Behind an entry of length 0 nobody would find it. */
static void what_cannot_be_read_is_cut(void **state)
{
	size_t size;
	uint8_t *out;
	size_t good;

	(void)state;
	build_madt();
	good = b.size;
	build_zeros(&b, 12);
	build_seal(&b);
	out = add_mailbox(&size);
	assert_int_equal(size, good + ACPI_MAILBOX_ENTRY);
	assert_int_equal(out[good], 0x10);
	free(out);
}

static bool below_1(void *ctx, uint32_t apic_id)
{
	(void)ctx;
	return apic_id < 1;
}

static bool all_stay(void *ctx, uint32_t apic_id)
{
	(void)ctx;
	(void)apic_id;
	return true;
}

static void who_does_not_stay_is_struck_out(void **state)
{
	uint8_t *entry = b.bytes + 44;

	(void)state;
	build_madt();
	assert_int_equal(acpi_madt_strike(b.bytes, b.size, below_1, NULL), 3);
	assert_int_equal(entry[4], ENABLED);
	assert_int_equal(entry[8 + 4], 0);
	assert_int_equal(entry[16 + 4], 0);
	assert_int_equal(entry[24 + 4], 0);
	assert_int_equal(entry[32 + 8], 0);
	assert_int_equal(sum_of(b.bytes, b.size), 0);
	build_madt();
	assert_int_equal(acpi_madt_strike(b.bytes, b.size, all_stay, NULL), 0);
	assert_int_equal(entry[32 + 8], ENABLED | ONLINE_CAPABLE);
	assert_int_equal(sum_of(b.bytes, b.size), 0);
}

/* --- RSDT and XSDT ---------------------------------------------------------------------------- */

enum { RSDP = 0xE0000, RSDT = 0x1000, XSDT = 0x2000, OLD = 0x3000, NEW = 0x7F003000 };

static struct phys machine;

static void place_rsdp(uint8_t revision)
{
	b.size = 0;
	for (const char *c = "RSD PTR "; *c; c++)
		build_u8(&b, (uint8_t)*c);
	build_zeros(&b, 7);
	build_u8(&b, revision);
	build_u32(&b, RSDT);
	build_u32(&b, 36);
	build_u64(&b, XSDT);
	build_zeros(&b, 4);
	phys_place(&machine, RSDP, &b);
}

static void place_root(const char *signature, uint64_t pa, bool wide, uint64_t second)
{
	build_start(&b, signature, 1);
	for (int i = 0; i < 2; i++) {
		uint64_t entry = i ? second : 0x5000;

		if (wide)
			build_u64(&b, entry);
		else
			build_u32(&b, (uint32_t)entry);
	}
	build_seal(&b);
	phys_place(&machine, pa, &b);
}

static uint64_t entry_at(uint64_t root, size_t at, size_t width)
{
	struct acpi_memory mem = phys_memory(&machine);
	const uint8_t *table = mem.at(mem.ctx, root, 36 + 2 * width);
	uint64_t value = 0;

	assert_non_null(table);
	assert_int_equal(sum_of(table, 36 + 2 * width), 0);
	memcpy(&value, table + at, width);
	return value;
}

static int teardown(void **state)
{
	(void)state;
	phys_free(&machine);
	return 0;
}

static void both_roots_get_the_new_table(void **state)
{
	struct acpi_memory mem = phys_memory(&machine);

	(void)state;
	place_rsdp(2);
	place_root("RSDT", RSDT, false, OLD);
	place_root("XSDT", XSDT, true, OLD);
	assert_true(acpi_replace_table(&mem, RSDP, OLD, NEW));
	assert_int_equal(entry_at(RSDT, 36, 4), 0x5000);
	assert_int_equal(entry_at(RSDT, 40, 4), NEW);
	assert_int_equal(entry_at(XSDT, 36, 8), 0x5000);
	assert_int_equal(entry_at(XSDT, 44, 8), NEW);
	assert_true(acpi_replace_table(&mem, RSDP, NEW, OLD)); /* and back */
	assert_int_equal(entry_at(XSDT, 44, 8), OLD);
}

static void who_is_not_listed_is_not_replaced(void **state)
{
	struct acpi_memory mem = phys_memory(&machine);

	(void)state;
	place_rsdp(0); /* has no XSDT, whatever stands there */
	place_root("RSDT", RSDT, false, 0x6000);
	place_root("XSDT", XSDT, true, OLD);
	assert_false(acpi_replace_table(&mem, RSDP, OLD, NEW));
	assert_int_equal(entry_at(XSDT, 44, 8), OLD);
	assert_false(acpi_replace_table(&mem, 0, OLD, NEW));
	assert_false(acpi_replace_table(&mem, RSDP, 0x6000, 1UL << 32)); /* no room for it */
	assert_int_equal(entry_at(RSDT, 40, 4), 0x6000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_structure_is_version_1),
		cmocka_unit_test(a_newer_revision_stays),
		cmocka_unit_test(what_cannot_be_read_is_cut),
		cmocka_unit_test(who_does_not_stay_is_struck_out),
		cmocka_unit_test_teardown(both_roots_get_the_new_table, teardown),
		cmocka_unit_test_teardown(who_is_not_listed_is_not_replaced, teardown),
	};

	return cmocka_run_group_tests_name("acpi/wakeup", tests, NULL, NULL);
}
