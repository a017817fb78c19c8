/* SPDX-License-Identifier: MIT */
/* The two functions that a freestanding gcc may call of its own accord. */
#include "tests/refhv/cpu.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int value, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	cpu_copy(to, from, size);
	return to;
}

void *memset(void *to, int value, size_t size)
{
	cpu_fill(to, (uint8_t)value, size);
	return to;
}
