/* SPDX-License-Identifier: MIT */
/* Composition of log lines: the few conversions that the log format needs. */
#include <stdarg.h>
#include <stdbool.h>

#include "tests/refhv/line.h"

/*
 * A line is composed while its VP's guest waits, and that of a start has 700 characters: the end is
 * kept in registers, and every divisor is a constant.
 */
struct end {
	char *at;
	char *last; /* the place of the newline */
};

static void put(struct end *end, char c)
{
	if (end->at < end->last)
		*end->at++ = c;
	else
		end->last[-1] = '~';
}

static void put_text(struct end *end, const char *text)
{
	while (*text)
		put(end, *text++);
}

static void put_hex(struct end *end, uint64_t value, unsigned int width)
{
	unsigned int digits = value ? (67 - (unsigned int)__builtin_clzl(value)) / 4 : 1;

	for (; width > digits; width--)
		put(end, '0');
	while (digits--)
		put(end, "0123456789abcdef"[value >> 4 * digits & 0xF]);
}

static void put_decimal(struct end *end, uint64_t value)
{
	char digits[20];
	unsigned int n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (n)
		put(end, digits[--n]);
}

void line_add(struct line *line, const char *format, ...)
{
	struct end end = {line->text + line->length, line->text + LINE_SIZE - 1};
	va_list args;

	if (line->is_muted)
		return;
	va_start(args, format);
	for (const char *f = format; *f; f++) {
		unsigned int width = 0;

		if (*f != '%') {
			put(&end, *f);
			continue;
		}
		for (f++; *f >= '0' && *f <= '9'; f++)
			width = width * 10 + (unsigned int)(*f - '0');
		if (*f == 's') {
			put_text(&end, va_arg(args, const char *));
			continue;
		}
		bool is_long = *f == 'l';
		uint64_t value = is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned int);

		f += is_long;
		if (*f == 'x')
			put_hex(&end, value, width);
		else
			put_decimal(&end, value);
	}
	va_end(args);
	line->length = (size_t)(end.at - line->text);
}

void line_begin_if(struct line *line, const char *event, bool is_wanted)
{
	line->length = 0;
	line->is_muted = !is_wanted;
	line_add(line, "refhv: %s", event);
}

void line_begin(struct line *line, const char *event)
{
	line_begin_if(line, event, true);
}
