/* SPDX-License-Identifier: MIT */
/*
 * kernel/tables.c: from whatever the firmware has to what the kernel knows, and a true word for
 * each oddity. Memory is the test's, addresses are checked as the kernel checks them.
 */
#include "tests/host/test.h"

#include <string.h>

#include "arch/arch.h"
#include "kernel/platform.h"
#include "kernel/setup.h"
#include "lib/log.h"
#include "tests/host/acpi/build.h"

enum {
	RSDP_PA = 0x1000,
	RSDT_PA = 0x2000,
	XSDT_PA = 0x3000,
	TABLES_PA = 0x10000,
	TABLE_STEP = 0x1000,
	DSDT_PA = 0x8000,
	FADT_SIZE = 276,
	RESET_REG_SUP = 1 << 10
};
#define NOT_CANONICAL (1UL << 48)
#define BEYOND        (1UL << 40) /* of arch/x86_64/width.c's processor */

static struct builder b;
static struct phys phys;
static struct platform p;
static uint64_t entries[PHYS_BLOCKS];
static size_t count;

static const void *at(void *ctx, uint64_t pa, size_t size)
{
	struct acpi_memory mem = phys_memory(ctx);

	return arch_is_physical(pa, size) ? mem.at(mem.ctx, pa, size) : NULL;
}

struct acpi_memory memory_for_acpi(const struct boot_info *boot)
{
	(void)boot;
	return (struct acpi_memory){at, &phys};
}

void memory_say_tables(void)
{
}

static int set_up(void **state)
{
	(void)state;
	log_reset();
	count = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	phys_free(&phys);
	return 0;
}

/* What the builder holds, as the next table of the XSDT; its bytes, to be spoilt. */
static uint8_t *place(void)
{
	entries[count] = TABLES_PA + count * TABLE_STEP;
	build_seal(&b);
	phys_place(&phys, entries[count++], &b);
	return (uint8_t *)phys.block[phys.count - 1].block.data;
}

static uint8_t *place_madt(uint8_t processors)
{
	build_madt_start(&b, 0xFEE00000, 0);
	for (uint8_t i = 0; i < processors; i++)
		build_local_apic(&b, i, i, 1);
	return place();
}

static void put64(size_t at_byte, uint64_t value)
{
	memcpy(b.bytes + at_byte, &value, sizeof(value));
}

static void put_register(size_t at_byte, uint8_t space, uint64_t address)
{
	b.bytes[at_byte] = space;
	put64(at_byte + 4, address);
}

/* Not placed yet. */
static void build_fadt(uint64_t x_dsdt, uint32_t dsdt)
{
	uint32_t flags = RESET_REG_SUP;

	build_start(&b, "FACP", 6);
	build_zeros(&b, FADT_SIZE - b.size);
	memcpy(b.bytes + 40, &dsdt, sizeof(dsdt));
	memcpy(b.bytes + 112, &flags, sizeof(flags));
	put_register(116, ACPI_SPACE_IO, 0xCF9);
	put64(140, x_dsdt);
	put_register(172, ACPI_SPACE_IO, 0x604);
	put_register(208, ACPI_SPACE_IO, 0x608);
}

/* Name (_S5_, Package (4) {type, type, 0, 0}), or something else of that length. */
static void build_aml(const char *signature, const char *name, uint8_t type)
{
	build_start(&b, signature, 2);
	build_u8(&b, 8);
	for (int i = 0; i < 4; i++)
		build_u8(&b, (uint8_t)name[i]);
	build_u8(&b, 0x12);
	build_u8(&b, 8);
	build_u8(&b, 4);
	build_u8(&b, 0x0A);
	build_u8(&b, type);
	build_u8(&b, 0x0A);
	build_u8(&b, (uint8_t)(type + 1));
	build_u16(&b, 0);
}

static uint8_t *place_dsdt(const char *name, uint8_t type)
{
	build_aml("DSDT", name, type);
	build_seal(&b);
	phys_place(&phys, DSDT_PA, &b);
	return (uint8_t *)phys.block[phys.count - 1].block.data;
}

static void place_roots(const uint64_t *xsdt_entries, size_t xsdt_count)
{
	static const char signature[] = "RSD PTR ";

	b.size = 0;
	for (int i = 0; i < 8; i++)
		build_u8(&b, (uint8_t)signature[i]);
	build_zeros(&b, 7);
	build_u8(&b, 2);
	build_u32(&b, RSDT_PA);
	build_u32(&b, 36);
	build_u64(&b, XSDT_PA);
	build_zeros(&b, 4);
	build_checksum(b.bytes, 20, 8);
	build_checksum(b.bytes, 36, 32);
	phys_place(&phys, RSDP_PA, &b);
	build_start(&b, "XSDT", 1);
	for (size_t i = 0; i < xsdt_count; i++)
		build_u64(&b, xsdt_entries[i]);
	build_seal(&b);
	phys_place(&phys, XSDT_PA, &b);
	build_start(&b, "RSDT", 1);
	for (size_t i = 0; i < count; i++)
		build_u32(&b, (uint32_t)entries[i]);
	build_seal(&b);
	phys_place(&phys, RSDT_PA, &b);
}

static void find_at(uint64_t rsdp)
{
	const struct boot_info boot = {.rsdp = rsdp};

	p = (struct platform){0};
	platform_find_tables(&p, &boot);
}

/* All that was placed, and as many warnings. */
static void find(size_t warnings)
{
	place_roots(entries, count);
	find_at(RSDP_PA);
	assert_int_equal(log_kept_count(), warnings);
}

static bool warned(const char *text)
{
	for (size_t i = 0; log_kept(i); i++) {
		if (strstr(log_kept(i), text))
			return true;
	}
	return false;
}

static void good_tables_are_worth_no_word(void **state)
{
	(void)state;
	(void)place_madt(4);
	build_fadt(DSDT_PA, 0);
	(void)place();
	(void)place_dsdt("_S5_", 5);
	find(0);
	assert_true(p.has_madt && p.has_fadt && p.has_s5);
	assert_false(p.has_srat);
	assert_int_equal(p.slp_typ[0], 5);
	assert_int_equal(p.slp_typ[1], 6);
	assert_true(p.fadt.reset.present && p.fadt.pm_timer.present);
}

static void f8d_wrong_sums_cost_a_word_each(void **state)
{
	(void)state;
	place_madt(4)[9]++;
	build_start(&b, "SRAT", 3);
	build_zeros(&b, 12);
	place()[9]++;
	build_fadt(DSDT_PA, 0);
	place()[9]++;
	place_dsdt("_S4_", 5)[9]++;
	build_aml("SSDT", "_S3_", 1);
	place()[9]++;
	build_aml("SSDT", "_S5_", 3);
	place()[9]++;
	place_roots(entries, count);
	for (size_t i = phys.count - 3; i < phys.count; i++)
		((uint8_t *)phys.block[i].block.data)[9]++;
	find_at(RSDP_PA);
	assert_true(p.has_madt && p.has_srat && p.has_fadt && p.has_s5);
	assert_int_equal(p.slp_typ[0], 3);
	assert_true(warned("ACPI root pointer: wrong checksum"));
	assert_true(warned("ACPI root pointer: wrong extended checksum"));
	assert_true(warned("ACPI table XSDT: wrong checksum"));
	assert_true(warned("ACPI table APIC: wrong checksum"));
	assert_true(warned("ACPI table SRAT: wrong checksum"));
	assert_true(warned("ACPI table FACP: wrong checksum"));
	assert_true(warned("ACPI table DSDT: wrong checksum"));
	assert_true(warned("2 tables SSDT have a wrong checksum"));
	assert_int_equal(log_kept_count(), 8);
}

static void f8e_the_rsdt_is_said(void **state)
{
	(void)state;
	(void)place_madt(4);
	place_roots(NULL, 0);
	find_at(RSDP_PA);
	assert_true(p.has_madt);
	assert_true(warned("ACPI table XSDT: invalid: the RSDT is read instead"));
	assert_int_equal(log_kept_count(), 1);
}

static void f8a_every_address_is_checked(void **state)
{
	(void)state;
	(void)place_madt(4);
	build_fadt(DSDT_PA | NOT_CANONICAL, DSDT_PA);
	put64(132, BEYOND);
	put_register(116, ACPI_SPACE_MEMORY, 0x06a9f00000000000);
	put_register(172, ACPI_SPACE_IO, 0x10604);
	put_register(184, ACPI_SPACE_MEMORY, UINT64_MAX);
	put_register(208, ACPI_SPACE_MEMORY, BEYOND - 2);
	(void)place();
	(void)place_dsdt("_S5_", 5);
	entries[count++] = entries[0] | NOT_CANONICAL;
	entries[count++] = BEYOND;
	find(7);
	assert_true(warned("2 addresses of tables are no memory: passed over, 0x1000000010000, "
			   "0x10000000000"));
	assert_true(warned("DSDT at 0x1000000008000"));
	assert_true(warned("FACS at 0x10000000000"));
	assert_true(warned("reset register at 0x6a9f00000000000"));
	assert_true(warned("PM1a control register at 0x10604: there is no such port"));
	assert_true(warned("PM1b control register at 0xffffffffffffffff"));
	assert_true(warned("PM timer at 0xfffffffffe: there is no such address"));
	assert_true(p.has_madt && p.has_s5); /* the 32-bit field's DSDT is good */
	assert_false(p.fadt.reset.present || p.fadt.pm_timer.present);
	assert_false(p.fadt.pm1a_control.present || p.fadt.pm1b_control.present);
	log_reset();
	find_at(RSDP_PA | NOT_CANONICAL);
	assert_false(p.has_madt);
	assert_true(warned("ACPI root pointer at 0x1000000001000: not found"));
}

static void f90_two_madts(void **state)
{
	const uint8_t *first;

	(void)state;
	first = place_madt(2);
	(void)place_madt(2);
	place_roots(entries, count);
	find_at(RSDP_PA);
	assert_int_equal(log_kept_count(), 0); /* the same twice */
	phys_free(&phys);
	count = 0;
	first = place_madt(2);
	(void)place_madt(4);
	(void)place_madt(3);
	find(1);
	assert_ptr_equal(p.madt.data, first);
	assert_true(warned("2 more tables APIC that differ"));
	assert_true(warned(", 60 bytes, is read"));
}

static void f91_s5_is_where_it_is(void **state)
{
	(void)state;
	(void)place_madt(1);
	build_fadt(0, DSDT_PA);
	(void)place();
	(void)place_dsdt("_S4_", 5);
	find(0);
	assert_true(p.has_fadt);
	assert_false(p.has_s5);
	phys_free(&phys);
	count = 0;
	build_fadt(0, DSDT_PA);
	(void)place();
	(void)place_dsdt("_S4_", 5);
	build_aml("SSDT", "_S1_", 1);
	(void)place();
	build_aml("SSDT", "_S5_", 4);
	place()[4]++; /* not whole */
	build_aml("SSDT", "_S5_", 6);
	(void)place();
	find(1); /* no MADT */
	assert_true(p.has_s5);
	assert_int_equal(p.slp_typ[0], 6);
	phys_free(&phys);
	log_reset();
	count = 0;
	build_fadt(0, 0); /* no DSDT at all */
	(void)place();
	build_aml("SSDT", "_S5_", 2);
	(void)place();
	find(1);
	assert_int_equal(p.slp_typ[0], 2);
}

static void f53_a_fadt_that_is_too_short(void **state)
{
	(void)state;
	(void)place_madt(1);
	build_fadt(0, 0);
	b.size = 100;
	(void)place();
	find(1);
	assert_false(p.has_fadt);
	assert_true(warned("FADT: truncated: not used"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(good_tables_are_worth_no_word),
		TEST(f8d_wrong_sums_cost_a_word_each),
		TEST(f8e_the_rsdt_is_said),
		TEST(f8a_every_address_is_checked),
		TEST(f90_two_madts),
		TEST(f91_s5_is_where_it_is),
		TEST(f53_a_fadt_that_is_too_short),
	};

	return cmocka_run_group_tests_name("kernel/tables", tests, NULL, NULL);
}
