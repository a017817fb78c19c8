/* SPDX-License-Identifier: MIT */
/* acpi/s5.c: the sleep type of power-off in the byte forms that AML compilers emit. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/acpi/build.h"

static struct builder b;
static uint8_t typ_a, typ_b;

static enum err find_sized(const uint8_t *aml, size_t size)
{
	struct acpi_table t;
	enum err e;

	build_start(&b, "DSDT", 2);
	for (size_t i = 0; i < size; i++)
		build_u8(&b, aml[i]);
	t = build_table(&b);
	typ_a = typ_b = 0xee;
	e = acpi_s5_find(&t, &typ_a, &typ_b);
	release(&t);
	return e;
}

#define FIND(aml) find_sized((const uint8_t *)(aml), sizeof(aml) - 1)

static void plain_forms_are_found(void **state)
{
	(void)state;
	/* Name (_S5_, Package (4) {Zero, Zero, Zero, Zero}), as QEMU and Hyper-V have it */
	assert_int_equal(FIND("\x08_S5_\x12\x06\x04\x00\x00\x00\x00"), OK);
	assert_int_equal(typ_a, 0);
	assert_int_equal(typ_b, 0);
	assert_int_equal(FIND("\x08_S5_\x12\x06\x02\x0a\x05\x0a\x07"), OK);
	assert_int_equal(typ_a, 5);
	assert_int_equal(typ_b, 7);
	/* Name (\_S5_, ...) after other code, One and Word and DWord constants */
	assert_int_equal(FIND("\x5b\x80XY\x08\\_S5_\x12\x08\x02\x01\x0b\x06\x00"), OK);
	assert_int_equal(typ_a, 1);
	assert_int_equal(typ_b, 6);
	assert_int_equal(FIND("\x08_S5_\x12\x0a\x02\x0c\x03\x00\x00\x00\x01"), OK);
	assert_int_equal(typ_a, 3);
	/* a package length of two, three and four bytes */
	assert_int_equal(FIND("\x08_S5_\x12\x48\x00\x02\x0a\x04\x01"), OK);
	assert_int_equal(typ_a, 4);
	assert_int_equal(FIND("\x08_S5_\x12\xc8\x00\x00\x00\x02\x0a\x02\x01"), OK);
	assert_int_equal(typ_a, 2);
}

static void a_mention_that_is_no_definition_is_passed_over(void **state)
{
	(void)state;
	assert_int_equal(FIND("\x70_S5_\x12\x06\x02\x0a\x05\x00"
			      "\x08_S5_\x12\x06\x02\x0a\x06\x00"),
			 OK);
	assert_int_equal(typ_a, 6);
	assert_int_equal(FIND("\x08_S5_\x0a\x05"
			      "\x08_S5_\x12\x06\x02\x0a\x03\x00"),
			 OK);
	assert_int_equal(typ_a, 3);
}

static void what_is_not_plain_is_not_found(void **state)
{
	(void)state;
	assert_int_equal(FIND(""), ERR_NOT_FOUND);
	assert_int_equal(FIND("\x08_S4_\x12\x06\x02\x0a\x05\x00"), ERR_NOT_FOUND);
	assert_int_equal(FIND("\x08_S5_\x12\x06\x01\x0a\x05"), ERR_NOT_FOUND);
	/* what follows a package of one element is not its second one */
	assert_int_equal(FIND("\x08_S5_\x12\x04\x01\x0a\x05\x0a\x05"), ERR_NOT_FOUND);
	assert_int_equal(FIND("\x08_S5_\x12\x06\x02\x0a\x08\x00"), ERR_NOT_FOUND);
	assert_int_equal(FIND("\x08_S5_\x12\x06\x02SLPA"), ERR_NOT_FOUND);
	assert_int_equal(FIND("\x08_S5_\x12\x08\x02\x0b\x05\x01\x00"), ERR_NOT_FOUND);
}

static void f53_a_table_cut_anywhere(void **state)
{
	static const char aml[] =
		"\x08_S5_\x12\xc8\x00\x00\x00\x02\x0c\x02\x00\x00\x00\x0b\x01\x00";

	(void)state;
	assert_int_equal(FIND(aml), OK);
	for (size_t size = 0; size < sizeof(aml) - 1; size++)
		assert_int_equal(find_sized((const uint8_t *)aml, size), ERR_NOT_FOUND);
	assert_int_equal(acpi_s5_find(&(struct acpi_table){0}, &typ_a, &typ_b), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_forms_are_found),
		cmocka_unit_test(a_mention_that_is_no_definition_is_passed_over),
		cmocka_unit_test(what_is_not_plain_is_not_found),
		cmocka_unit_test(f53_a_table_cut_anywhere),
	};

	return cmocka_run_group_tests_name("acpi/s5", tests, NULL, NULL);
}
