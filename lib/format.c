/* SPDX-License-Identifier: MIT */
/* The formatter behind every line and every report; see format.h for what it understands. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/format.h"
#include "lib/string.h"

struct out {
	char *buf;
	size_t size;
	size_t len; /* of the whole text, also of what did not fit */
};

/* One conversion, from its '%' on. */
struct spec {
	bool left, zero, has_precision;
	size_t width, precision;
	enum { LEN_INT, LEN_CHAR, LEN_SHORT, LEN_LONG, LEN_LONG_LONG, LEN_SIZE } length;
};

enum { DIGITS_MAX = 20 }; /* 2^64 - 1 in decimal */

static void put(struct out *out, char c)
{
	if (out->len + 1 < out->size)
		out->buf[out->len] = c;
	out->len++;
}

static void pad(struct out *out, char c, size_t count)
{
	while (count-- > 0)
		put(out, c);
}

static void put_string(struct out *out, const struct spec *spec, const char *s, size_t len)
{
	size_t fill = spec->width > len ? spec->width - len : 0;

	if (!spec->left)
		pad(out, ' ', fill);
	for (size_t i = 0; i < len; i++)
		put(out, s[i]);
	if (spec->left)
		pad(out, ' ', fill);
}

/* The prefix ("-", "0x") stands before zeros and after blanks. */
static void put_number(struct out *out, const struct spec *spec, const char *prefix, uint64_t value,
		       unsigned int base, const char *digits)
{
	char text[DIGITS_MAX];
	size_t n = 0, used, fill;
	bool zeros = spec->zero && !spec->left;

	do {
		text[n++] = digits[value % base];
		value /= base;
	} while (value != 0);
	used = str_len(prefix) + n;
	fill = spec->width > used ? spec->width - used : 0;

	if (!spec->left && !zeros)
		pad(out, ' ', fill);
	while (*prefix != '\0')
		put(out, *prefix++);
	if (zeros)
		pad(out, '0', fill);
	while (n > 0)
		put(out, text[--n]);
	if (spec->left)
		pad(out, ' ', fill);
}

/* va_list arrives by pointer, in a struct: the callers must see which arguments were taken. */
struct args {
	va_list list;
};

static uint64_t take_unsigned(struct args *args, const struct spec *spec)
{
	switch (spec->length) {
	case LEN_CHAR: return (unsigned char)va_arg(args->list, unsigned int);
	case LEN_SHORT: return (unsigned short)va_arg(args->list, unsigned int);
	case LEN_INT: return va_arg(args->list, unsigned int);
	case LEN_LONG: return va_arg(args->list, unsigned long);
	case LEN_LONG_LONG: return va_arg(args->list, unsigned long long);
	case LEN_SIZE: return va_arg(args->list, size_t);
	}
	return 0;
}

static int64_t take_signed(struct args *args, const struct spec *spec)
{
	uint64_t value = take_unsigned(args, spec);

	switch (spec->length) {
	case LEN_CHAR: return (signed char)value;
	case LEN_SHORT: return (short)value;
	case LEN_INT: return (int)value;
	default: return (int64_t)value;
	}
}

/* A decimal number or '*'. A negative '*' is stored as 0 and *negative is set. */
static const char *parse_count(const char *f, struct args *args, size_t *count, bool *negative)
{
	*count = 0;
	*negative = false;
	if (*f == '*') {
		int value = va_arg(args->list, int);

		*negative = value < 0;
		*count = value < 0 ? -(size_t)value : (size_t)value;
		return f + 1;
	}
	for (; *f >= '0' && *f <= '9'; f++)
		*count = *count * 10 + (size_t)(*f - '0');
	return f;
}

static const char *parse_spec(const char *f, struct args *args, struct spec *spec)
{
	bool negative;

	for (; *f == '-' || *f == '0'; f++) {
		if (*f == '-')
			spec->left = true;
		else
			spec->zero = true;
	}
	f = parse_count(f, args, &spec->width, &negative);
	if (negative)
		spec->left = true;
	if (*f == '.') {
		f = parse_count(f + 1, args, &spec->precision, &negative);
		spec->has_precision = !negative;
	}
	if (f[0] == 'h' && f[1] == 'h') {
		spec->length = LEN_CHAR;
		return f + 2;
	}
	if (f[0] == 'l' && f[1] == 'l') {
		spec->length = LEN_LONG_LONG;
		return f + 2;
	}
	switch (*f) {
	case 'h': spec->length = LEN_SHORT; return f + 1;
	case 'l': spec->length = LEN_LONG; return f + 1;
	case 'z': spec->length = LEN_SIZE; return f + 1;
	default: return f;
	}
}

static void convert_string(struct out *out, const struct spec *spec, const char *s)
{
	size_t len = 0;

	if (s == NULL)
		s = "(null)";
	while ((!spec->has_precision || len < spec->precision) && s[len] != '\0')
		len++;
	put_string(out, spec, s, len);
}

/* Returns false for a conversion that is not ours; nothing is written or taken then. */
static bool convert(struct out *out, struct spec *spec, char conversion, struct args *args)
{
	static const char lower[] = "0123456789abcdef";
	static const char upper[] = "0123456789ABCDEF";
	int64_t number;
	char c;

	if (spec->has_precision && conversion != 's')
		return false;
	switch (conversion) {
	case 'd':
	case 'i':
		number = take_signed(args, spec);
		put_number(out, spec, number < 0 ? "-" : "",
			   number < 0 ? -(uint64_t)number : (uint64_t)number, 10, lower);
		return true;
	case 'u': put_number(out, spec, "", take_unsigned(args, spec), 10, lower); return true;
	case 'x': put_number(out, spec, "", take_unsigned(args, spec), 16, lower); return true;
	case 'X': put_number(out, spec, "", take_unsigned(args, spec), 16, upper); return true;
	case 'p':
		put_number(out, spec, "0x", (uintptr_t)va_arg(args->list, void *), 16, lower);
		return true;
	case 'c':
		c = (char)va_arg(args->list, int);
		put_string(out, spec, &c, 1);
		return true;
	case 's': convert_string(out, spec, va_arg(args->list, const char *)); return true;
	case '%': put(out, '%'); return true;
	default: return false;
	}
}

size_t format_va(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out out = {.buf = buf, .size = size};
	struct args taken;
	bool as_it_stands = false;

	va_copy(taken.list, args);
	while (*fmt != '\0') {
		struct spec spec = {0};
		const char *end;

		if (*fmt != '%' || as_it_stands) {
			put(&out, *fmt++);
			continue;
		}
		end = parse_spec(fmt + 1, &taken, &spec);
		if (*end != '\0' && convert(&out, &spec, *end, &taken))
			fmt = end + 1;
		else
			as_it_stands = true;
	}
	va_end(taken.list);
	if (size > 0)
		buf[out.len < size ? out.len : size - 1] = '\0';
	return out.len;
}

size_t format(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	size_t len;

	va_start(args, fmt);
	len = format_va(buf, size, fmt, args);
	va_end(args);
	return len;
}
