/* SPDX-License-Identifier: MIT */
/* Texts with numbers in them. */
#include "hv/text.h"

#include <stdarg.h>
#include <stdint.h>

struct text {
	char *out;
	size_t size, len;
};

static void put(struct text *t, char c)
{
	if (t->len + 1 < t->size)
		t->out[t->len++] = c;
}

static void put_number(struct text *t, uint64_t value, unsigned int base, unsigned int width)
{
	char digits[20]; /* of 2^64 - 1, in decimal */
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value || n < width);
	while (n)
		put(t, digits[--n]);
}

char *hvsmp_format(char *out, size_t size, const char *fmt, ...)
{
	struct text t = {out, size, 0};
	va_list args;

	va_start(args, fmt);
	for (; *fmt; fmt++) {
		unsigned int width = 0;
		int longs = 0;

		if (*fmt != '%') {
			put(&t, *fmt);
			continue;
		}
		fmt++;
		if (fmt[0] == '0' && fmt[1] >= '1' && fmt[1] <= '9') {
			width = (unsigned int)(fmt[1] - '0');
			fmt += 2;
		}
		while (*fmt == 'l') {
			longs++;
			fmt++;
		}
		if (*fmt == 's') {
			for (const char *s = va_arg(args, const char *); *s; s++)
				put(&t, *s);
		} else {
			uint64_t value =
				longs ? va_arg(args, unsigned long) : va_arg(args, unsigned int);

			put_number(&t, value, *fmt == 'x' ? 16 : 10, width);
		}
	}
	va_end(args);
	if (size)
		out[t.len] = '\0';
	return out;
}
