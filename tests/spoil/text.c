/* SPDX-License-Identifier: MIT */
/* Texts and arguments, the console, and the end with an error. */
#include "tests/spoil/spoil.h"

/* What a freestanding gcc calls of its own accord. */
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int value, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	copy(to, from, size);
	return to;
}

void *memset(void *to, int value, size_t size)
{
	uint8_t *at = to;

	while (size--) {
		*at++ = (uint8_t)value;
		__asm__ volatile("" : : : "memory"); /* or it would be made a call of memset */
	}
	return to;
}

void copy(void *to, const void *from, size_t size)
{
	const uint8_t *source = from;
	uint8_t *at = to;

	while (size--) {
		*at++ = *source++;
		__asm__ volatile("" : : : "memory"); /* or it would be made a call of memcpy */
	}
}

void say(const char *text)
{
	for (; *text; text++) {
		CHAR16 out[3] = {(unsigned char)*text};

		if (*text == '\n') {
			out[0] = '\r';
			out[1] = '\n';
		}
		firmware->ConOut->OutputString(firmware->ConOut, out);
	}
}

_Noreturn void fail(const char *what, const char *value)
{
	say("spoil: error: ");
	say(what);
	say(": ");
	say(value);
	say("\n");
	machine_end();
}

bool equal(const char *a, const char *b)
{
	for (; *a && *a == *b; a++)
		b++;
	return *a == *b;
}

char *cut(char **rest, char separator)
{
	char *text = *rest;

	while (**rest && **rest != separator)
		++*rest;
	if (**rest)
		*(*rest)++ = '\0';
	return text;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

uint64_t number(char **arguments)
{
	const char *text = cut(arguments, ':');
	const char *at = text;
	uint64_t base = 10, value = 0;

	if (at[0] == '0' && at[1] == 'x') {
		base = 16;
		at += 2;
	}
	if (!*at)
		fail("a number is missing", text);
	for (; *at; at++) {
		uint64_t digit = (uint64_t)digit_of(*at);

		if (digit >= base)
			fail("no number", text);
		value = value * base + digit;
	}
	return value;
}

size_t hex_bytes(char **arguments, uint8_t *out, size_t capacity)
{
	const char *text = cut(arguments, ':');
	size_t n = 0;

	for (const char *at = text; *at; at += 2, n++) {
		int high = digit_of(at[0]);
		int low = digit_of(at[1]);

		if (high > 15 || low > 15 || n == capacity)
			fail("not so many pairs of hexadecimal digits", text);
		out[n] = (uint8_t)(high << 4 | low);
	}
	if (!n)
		fail("bytes are missing", text);
	return n;
}

size_t widen(CHAR16 *to, const char *from, size_t capacity)
{
	size_t n = 0;

	do {
		if (n == capacity)
			fail("text too long", from);
		to[n] = (CHAR16)(unsigned char)from[n];
	} while (from[n++]);
	return n * sizeof(*to);
}
