/* SPDX-License-Identifier: MIT */
/* acpi/fadt.c: the fields of old and new tables; a field beyond the end is absent. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/acpi/build.h"

enum { SIZE_6_5 = 276, TMR_VAL_EXT = 1 << 8, RESET_REG_SUP = 1 << 10, HW_REDUCED = 1 << 20 };

static struct builder b;
static struct acpi_fadt fadt;

static void set32(size_t offset, uint32_t value)
{
	memcpy(b.bytes + offset, &value, sizeof(value));
}

static void set64(size_t offset, uint64_t value)
{
	memcpy(b.bytes + offset, &value, sizeof(value));
}

static void set_generic(size_t offset, uint8_t space, uint64_t address)
{
	b.bytes[offset] = space;
	set64(offset + 4, address);
}

/* As a Generation 2 VM has it: ports 0x404, 0x408, reset by 1 to 0x433. */
static void start(uint32_t flags)
{
	build_start(&b, "FACP", 6);
	build_zeros(&b, SIZE_6_5 - b.size);
	set32(36, 0x7fd00000);
	set32(40, 0x7fe00000);
	set32(64, 0x404);
	set32(76, 0x408);
	set32(112, flags);
	set_generic(116, ACPI_SPACE_IO, 0x433);
	b.bytes[128] = 1;
	memcpy(b.bytes + 268, "MsHyperV", 8);
}

static enum err read_it(size_t size)
{
	struct acpi_table t;
	enum err e;

	b.size = size;
	t = build_table(&b);
	memset(&fadt, 0xff, sizeof(fadt));
	e = acpi_fadt_read(&t, &fadt);
	release(&t);
	return e;
}

static void legacy_ports_are_used_when_the_extended_are_empty(void **state)
{
	(void)state;
	start(TMR_VAL_EXT | RESET_REG_SUP);
	assert_int_equal(read_it(SIZE_6_5), OK);
	assert_true(fadt.pm_timer.present);
	assert_int_equal(fadt.pm_timer.space, ACPI_SPACE_IO);
	assert_int_equal(fadt.pm_timer.address, 0x408);
	assert_true(fadt.pm_timer_32bit);
	assert_true(fadt.pm1a_control.present);
	assert_int_equal(fadt.pm1a_control.address, 0x404);
	assert_false(fadt.pm1b_control.present);
	assert_true(fadt.reset.present);
	assert_int_equal(fadt.reset.address, 0x433);
	assert_int_equal(fadt.reset_value, 1);
	assert_false(fadt.hw_reduced);
	assert_int_equal(fadt.dsdt, 0);
	assert_int_equal(fadt.dsdt_32, 0x7fe00000);
	assert_int_equal(fadt.facs, 0x7fd00000);
}

/* ACPI 6.5, table 5.12: bit 0 PSCI, bit 1 its conduit is HVC. */
static void arm_boot_flags_and_the_hypervisor(void **state)
{
	(void)state;
	start(0);
	assert_int_equal(read_it(SIZE_6_5), OK);
	assert_false(fadt.psci);
	assert_false(fadt.psci_by_hvc);
	assert_int_equal(fadt.hypervisor, 0x567265707948734D); /* "MsHyperV" */
	b.bytes[129] = 1;
	assert_int_equal(read_it(SIZE_6_5), OK);
	assert_true(fadt.psci);
	assert_false(fadt.psci_by_hvc);
	b.bytes[129] = 3;
	assert_int_equal(read_it(SIZE_6_5), OK);
	assert_true(fadt.psci_by_hvc);
	assert_int_equal(read_it(SIZE_6_5 - 1), OK);
	assert_int_equal(fadt.hypervisor, 0);
	assert_true(fadt.psci);
	assert_int_equal(read_it(130), OK);
	assert_false(fadt.psci);
	assert_false(fadt.psci_by_hvc);
}

static void extended_registers_win(void **state)
{
	(void)state;
	start(0);
	set_generic(172, ACPI_SPACE_IO, 0x604);
	set_generic(184, ACPI_SPACE_MEMORY, 0xfed10000);
	set_generic(208, ACPI_SPACE_IO, 0x608);
	set64(140, 0x123456789000);
	assert_int_equal(read_it(SIZE_6_5), OK);
	assert_int_equal(fadt.pm1a_control.address, 0x604);
	assert_int_equal(fadt.pm1b_control.address, 0xfed10000);
	assert_int_equal(fadt.pm1b_control.space, ACPI_SPACE_MEMORY);
	assert_int_equal(fadt.pm_timer.address, 0x608);
	assert_false(fadt.pm_timer_32bit);
	assert_false(fadt.reset.present); /* flags bit 10 is clear */
	assert_int_equal(fadt.dsdt, 0x123456789000);
}

static void a_space_we_cannot_reach_is_absent(void **state)
{
	(void)state;
	start(RESET_REG_SUP);
	set_generic(116, 2, 0x433); /* PCI configuration space */
	set_generic(208, 10, 0x608);
	assert_int_equal(read_it(SIZE_6_5), OK);
	assert_false(fadt.reset.present);
	assert_int_equal(fadt.pm_timer.address, 0x408);
}

static void hardware_reduced_has_no_pm_registers(void **state)
{
	(void)state;
	start(HW_REDUCED | RESET_REG_SUP);
	assert_int_equal(read_it(SIZE_6_5), OK);
	assert_true(fadt.hw_reduced);
	assert_false(fadt.pm_timer.present);
	assert_false(fadt.pm1a_control.present);
	assert_true(fadt.reset.present);
}

static void f53_each_size_gives_the_fields_that_are_there(void **state)
{
	(void)state;
	for (size_t size = 1; size <= SIZE_6_5; size++) {
		start(RESET_REG_SUP);
		set_generic(208, ACPI_SPACE_IO, 0x608);
		set64(132, 0x987654321000);
		set64(140, 0x123456789000);
		assert_int_equal(read_it(size), size < 116 ? ERR_TRUNCATED : OK);
		assert_int_equal(fadt.reset.present, size >= 129);
		assert_int_equal(fadt.dsdt, size < 148 ? 0 : 0x123456789000);
		assert_int_equal(fadt.dsdt_32, size < 116 ? 0 : 0x7fe00000);
		assert_int_equal(fadt.facs, size < 116   ? 0
					    : size < 140 ? 0x7fd00000
							 : 0x987654321000);
		assert_int_equal(fadt.pm_timer.address, size < 116   ? 0
							: size < 220 ? 0x408
								     : 0x608);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(legacy_ports_are_used_when_the_extended_are_empty),
		cmocka_unit_test(arm_boot_flags_and_the_hypervisor),
		cmocka_unit_test(extended_registers_win),
		cmocka_unit_test(a_space_we_cannot_reach_is_absent),
		cmocka_unit_test(hardware_reduced_has_no_pm_registers),
		cmocka_unit_test(f53_each_size_gives_the_fields_that_are_there),
	};

	return cmocka_run_group_tests_name("acpi/fadt", tests, NULL, NULL);
}
