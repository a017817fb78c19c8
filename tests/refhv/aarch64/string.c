/* SPDX-License-Identifier: MIT */
/* The two functions that a freestanding gcc may call of its own accord. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int value, size_t size);

/* Volatile, or the compiler would find memcpy in memcpy. */
void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	volatile uint8_t *t = to;
	const uint8_t *f = from;

	while (size--)
		*t++ = *f++;
	return to;
}

void *memset(void *to, int value, size_t size)
{
	volatile uint8_t *t = to;

	while (size--)
		*t++ = (uint8_t)value;
	return to;
}
