/* SPDX-License-Identifier: MIT */
/* lib/err.c: every error has a name of its own. */
#include "tests/host/test.h"

#include <string.h>

#include "lib/err.h"

static void every_error_has_its_own_name(void **state)
{
	(void)state;
	for (int a = OK; a >= ERR_FULL; a--) {
		assert_string_not_equal(err_name((enum err)a), "unknown error");
		for (int b = OK; b > a; b--)
			assert_string_not_equal(err_name((enum err)a), err_name((enum err)b));
	}
}

static void any_other_value_is_unknown(void **state)
{
	(void)state;
	assert_string_equal(err_name((enum err)(ERR_FULL - 1)), "unknown error");
	assert_string_equal(err_name((enum err)1), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_its_own_name),
		cmocka_unit_test(any_other_value_is_unknown),
	};

	return cmocka_run_group_tests_name("lib/err", tests, NULL, NULL);
}
