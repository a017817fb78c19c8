/* SPDX-License-Identifier: MIT */
/* Microseconds with one decimal. */
#include "kernel/times.h"

#include "lib/format.h"

void text_us(char *out, size_t size, int64_t ns)
{
	unsigned long tenths = (unsigned long)(ns < 0 ? -ns : ns) / 100;

	format(out, size, "%s%lu.%lu", ns < 0 ? "-" : "", tenths / 10, tenths % 10);
}
