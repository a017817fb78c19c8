/* SPDX-License-Identifier: MIT */
/* hv/text.c: what a reason is made of. */
#include "tests/host/test.h"

#include "hv/text.h"

static void forms(void **state)
{
	char out[128];

	(void)state;
	hvsmp_format(out, sizeof(out), "%s|%u|%x|%02x|%08x|%lu|0x%lx|end", "name", 4294967295u,
		     0xbeefu, 5u, 0x1234u, 18446744073709551615ul, 0xffff800000000000ul);
	assert_string_equal(out, "name|4294967295|beef|05|00001234|18446744073709551615|"
				 "0xffff800000000000|end");
	assert_string_equal(hvsmp_format(out, sizeof(out), "%u", 0u), "0");
}

static void cut_to_size(void **state)
{
	char out[8] = "xxxxxxx";

	(void)state;
	hvsmp_format(out, 5, "%s", "abcdefgh");
	assert_string_equal(out, "abcd");
	assert_int_equal(out[5], 'x');
	hvsmp_format(out, 1, "%u", 77u);
	assert_string_equal(out, "");
	hvsmp_format(out, 0, "x");
	assert_int_equal(out[0], '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(cut_to_size),
	};

	return cmocka_run_group_tests_name("hv/text", tests, NULL, NULL);
}
