/* SPDX-License-Identifier: MIT */
/* acpi/aarch64/spcr.c: where the PL011 is, by either table; other ports; tables that end early. */
#include "tests/host/test.h"

#include "tests/host/acpi/build.h"

enum { PL011 = 3, SBSA = 0x0E, NS16550 = 0, SERIAL = 0x8000, USB = 0x8002, MEMORY = 0, PORT = 1 };
enum { HEADER = 36, SPCR_LEAST = 52, DEVICE_SIZE = 40 };
#define ADDRESS 0x123456789000UL

static struct builder b;
static uint64_t found;

static void add_address(uint8_t space, uint64_t address)
{
	build_u8(&b, space);
	build_u8(&b, 32);
	build_u8(&b, 0);
	build_u8(&b, 3);
	build_u64(&b, address);
}

static void spcr(uint8_t type, uint8_t space, uint64_t address)
{
	build_start(&b, "SPCR", 2);
	build_u8(&b, type);
	build_zeros(&b, 3);
	add_address(space, address);
	build_zeros(&b, 28);
}

static enum err read_by(enum err (*read)(const struct acpi_table *, uint64_t *))
{
	struct acpi_table t = build_table(&b);
	enum err e;

	found = ~0UL;
	e = read(&t, &found);
	release(&t);
	return e;
}

static void spcr_names_a_pl011(void **state)
{
	(void)state;
	spcr(PL011, MEMORY, ADDRESS);
	assert_int_equal(read_by(acpi_spcr_read), OK);
	assert_int_equal(found, ADDRESS);
	spcr(SBSA, MEMORY, 0x9000000);
	assert_int_equal(read_by(acpi_spcr_read), OK);
	assert_int_equal(found, 0x9000000);
}

static void spcr_names_something_else(void **state)
{
	(void)state;
	spcr(NS16550, MEMORY, ADDRESS);
	assert_int_equal(read_by(acpi_spcr_read), ERR_NOT_FOUND);
	assert_int_equal(found, 0);
	spcr(PL011, PORT, 0x3F8);
	assert_int_equal(read_by(acpi_spcr_read), ERR_NOT_FOUND);
	spcr(PL011, MEMORY, 0); /* redirection is off */
	assert_int_equal(read_by(acpi_spcr_read), ERR_NOT_FOUND);
	assert_int_equal(found, 0);
}

static void spcr_that_ends_early(void **state)
{
	(void)state;
	spcr(PL011, MEMORY, ADDRESS);
	for (b.size = HEADER; b.size < SPCR_LEAST; b.size++)
		assert_int_equal(read_by(acpi_spcr_read), ERR_TRUNCATED);
	assert_int_equal(read_by(acpi_spcr_read), OK);
}

static void dbg2(uint32_t devices)
{
	build_start(&b, "DBG2", 0);
	build_u32(&b, HEADER + 8);
	build_u32(&b, devices);
}

/* With a name behind the address, as Hyper-V has it. */
static void device(uint16_t type, uint16_t subtype, uint16_t address_at, uint64_t address)
{
	build_u8(&b, 0);
	build_u16(&b, DEVICE_SIZE);
	build_u8(&b, 1);
	build_u16(&b, 2);
	build_u16(&b, 38);
	build_zeros(&b, 4);
	build_u16(&b, type);
	build_u16(&b, subtype);
	build_u16(&b, 0);
	build_u16(&b, address_at);
	build_u16(&b, 34);
	add_address(MEMORY, address);
	build_u32(&b, 0x1000);
	build_u16(&b, '.');
}

static void dbg2_names_a_pl011_behind_others(void **state)
{
	(void)state;
	dbg2(3);
	device(USB, PL011, 22, 1);
	device(SERIAL, NS16550, 22, 2);
	device(SERIAL, PL011, 22, 0xEFFEC000);
	assert_int_equal(read_by(acpi_dbg2_read), OK);
	assert_int_equal(found, 0xEFFEC000);
	b.bytes[HEADER + 4] = 2; /* the third is not counted */
	assert_int_equal(read_by(acpi_dbg2_read), ERR_NOT_FOUND);
}

static void dbg2_that_leads_nowhere(void **state)
{
	(void)state;
	dbg2(1);
	device(SERIAL, PL011, DEVICE_SIZE - 11, ADDRESS); /* the address ends behind the device */
	assert_int_equal(read_by(acpi_dbg2_read), ERR_NOT_FOUND);
	dbg2(1);
	device(SERIAL, PL011, 22, ADDRESS);
	b.bytes[HEADER + 8 + 3] = 0; /* it has no address */
	assert_int_equal(read_by(acpi_dbg2_read), ERR_NOT_FOUND);
	b.bytes[HEADER + 8 + 3] = 1;
	b.bytes[HEADER + 8 + 1] = 21; /* shorter than its fields */
	assert_int_equal(read_by(acpi_dbg2_read), ERR_INVALID);
	b.bytes[HEADER + 8 + 1] = DEVICE_SIZE + 1; /* longer than the table */
	assert_int_equal(read_by(acpi_dbg2_read), ERR_INVALID);
	dbg2(0xFFFFFFFF);
	assert_int_equal(read_by(acpi_dbg2_read), ERR_TRUNCATED);
	b.bytes[HEADER] = 0xFF; /* devices begin behind the end */
	assert_int_equal(read_by(acpi_dbg2_read), ERR_TRUNCATED);
	b.size = HEADER + 7;
	assert_int_equal(read_by(acpi_dbg2_read), ERR_TRUNCATED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(spcr_names_a_pl011),
		cmocka_unit_test(spcr_names_something_else),
		cmocka_unit_test(spcr_that_ends_early),
		cmocka_unit_test(dbg2_names_a_pl011_behind_others),
		cmocka_unit_test(dbg2_that_leads_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
