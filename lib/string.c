/* SPDX-License-Identifier: MIT */
/*
 * Memory functions, eight bytes at a time because the page allocator and the screen move megabytes
 * through them, and the few string functions we use.
 */
#include <stdint.h>

#include "lib/string.h"

/* Any address, any type below it. */
typedef uint64_t word __attribute__((may_alias, aligned(1)));

/* gcc would otherwise recognise these loops and make memset call memset. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

static void copy_up(unsigned char *dst, const unsigned char *src, size_t size)
{
	for (; size >= sizeof(word); size -= sizeof(word)) {
		*(word *)dst = *(const word *)src;
		dst += sizeof(word);
		src += sizeof(word);
	}
	while (size-- > 0)
		*dst++ = *src++;
}

/* From the end, for a destination that lies above and overlaps its source. */
static void copy_down(unsigned char *dst, const unsigned char *src, size_t size)
{
	while (size % sizeof(word) != 0) {
		size--;
		dst[size] = src[size];
	}
	while (size > 0) {
		size -= sizeof(word);
		*(word *)(dst + size) = *(const word *)(src + size);
	}
}

void *memcpy(void *restrict dst, const void *restrict src, size_t size)
{
	copy_up(dst, src, size);
	return dst;
}

void *memmove(void *dst, const void *src, size_t size)
{
	if ((uintptr_t)dst - (uintptr_t)src >= size)
		copy_up(dst, src, size);
	else
		copy_down(dst, src, size);
	return dst;
}

void *memset(void *dst, int value, size_t size)
{
	unsigned char *p = dst;
	word pattern = 0x0101010101010101u * (unsigned char)value;

	for (; size >= sizeof(word); size -= sizeof(word)) {
		*(word *)p = pattern;
		p += sizeof(word);
	}
	while (size-- > 0)
		*p++ = (unsigned char)value;
	return dst;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *p = a, *q = b;

	for (size_t i = 0; i < size; i++) {
		if (p[i] != q[i])
			return p[i] - q[i];
	}
	return 0;
}

size_t str_len(const char *s)
{
	size_t len = 0;

	while (s[len] != '\0')
		len++;
	return len;
}

bool str_equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

bool str_copy(char *dst, size_t size, const char *src, size_t len)
{
	bool fits = len < size;

	if (size == 0)
		return false;
	if (!fits)
		len = size - 1;
	memcpy(dst, src, len);
	dst[len] = '\0';
	return fits;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

size_t str_distance(const char *a, size_t a_len, const char *b)
{
	size_t b_len = str_len(b);
	size_t row[STR_DISTANCE_MAX + 1]; /* row[j]: distance of a[0..i) to b[0..j) */

	if (a_len > STR_DISTANCE_MAX || b_len > STR_DISTANCE_MAX)
		return a_len > b_len ? a_len : b_len;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_len];
}
