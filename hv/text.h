/* SPDX-License-Identifier: MIT */
/* Private: the little formatting that reasons need, so that the library brings its own. */
#pragma once

#include <stddef.h>

/*
 * %s, %u and %x, the latter two with 'l' and as "%0Nx" with N from 1 to 9; nothing else. Cut to
 * size, always ended by a NUL. Returns out.
 */
char *hvsmp_format(char *out, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
