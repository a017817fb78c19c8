/* SPDX-License-Identifier: MIT */
/* Composition of log lines: the few conversions that the log format needs. */
#include <stdarg.h>
#include <stdbool.h>

#include "line.h"

static void put(struct line *line, char c)
{
	if (line->length < LINE_SIZE - 1)
		line->text[line->length++] = c;
	else
		line->text[LINE_SIZE - 2] = '~';
}

static void put_number(struct line *line, uint64_t value, unsigned int base, unsigned int width)
{
	char digits[20];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n < width && n < sizeof(digits))
		digits[n++] = '0';
	while (n)
		put(line, digits[--n]);
}

void line_add(struct line *line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	for (const char *f = format; *f; f++) {
		unsigned int width = 0;
		bool is_long = false;

		if (*f != '%') {
			put(line, *f);
			continue;
		}
		for (f++; *f >= '0' && *f <= '9'; f++)
			width = width * 10 + (unsigned int)(*f - '0');
		if (*f == 'l') {
			is_long = true;
			f++;
		}
		if (*f == 's') {
			for (const char *s = va_arg(args, const char *); *s; s++)
				put(line, *s);
		} else {
			uint64_t value =
				is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned int);

			put_number(line, value, *f == 'x' ? 16 : 10, width);
		}
	}
	va_end(args);
}

void line_begin(struct line *line, const char *event)
{
	line->length = 0;
	line_add(line, "refhv: %s", event);
}
