/* SPDX-License-Identifier: MIT */
/*
 * A small snprintf. Understands %d %i %u %x %X %c %s %p %% with the lengths hh, h, l, ll, z; flags
 * '-' and '0'; width and precision as a number or '*' (precision for %s only). From anything else
 * on, the format is printed as it stands: a wrong format is seen, and no argument is taken for
 * another.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/*
 * Both return the length of the whole text, without the NUL, even if it did not fit. If size > 0,
 * buf ends in a NUL.
 */
size_t format(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
size_t format_va(char *buf, size_t size, const char *fmt, va_list args)
	__attribute__((format(printf, 3, 0)));
