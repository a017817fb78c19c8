/* SPDX-License-Identifier: MIT */
/* acpi_s5_find on any byte code. */
#include "tests/host/fuzz/fuzz.h"

enum { SLP_TYP_MAX = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acpi_table dsdt = fuzz_table(data, size);
	uint8_t a = UINT8_MAX;
	uint8_t b = UINT8_MAX;
	enum err e = acpi_s5_find(&dsdt, &a, &b);

	ENSURE(e == OK || e == ERR_NOT_FOUND);
	if (e == OK)
		ENSURE(a <= SLP_TYP_MAX && b <= SLP_TYP_MAX);
	else
		ENSURE(a == UINT8_MAX &&
		       b == UINT8_MAX); /* the caller goes on with its own values */
	free((void *)dsdt.data);
	return 0;
}
