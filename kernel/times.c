/* SPDX-License-Identifier: MIT */
/* Microseconds with one decimal. */
#include "kernel/times.h"

#include "lib/format.h"

void text_us(char *out, size_t size, uint64_t ns)
{
	format(out, size, "%lu.%lu", (unsigned long)(ns / 1000), (unsigned long)(ns / 100 % 10));
}
