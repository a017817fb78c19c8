/* SPDX-License-Identifier: MIT */
/*
 * panic() ends everything by the handler that the kernel registers; lib knows nothing of what that
 * handler does. ASSERT is for what cannot happen, never for bad input.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

typedef void (*panic_fn)(const char *fmt, va_list args);

void panic_set_handler(panic_fn handler);
/* Has panic() been called, by any processor? */
bool panic_is_under_way(void);
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define ASSERT(cond) \
	((cond) ? (void)0 : panic("assertion failed: %s, %s:%d", #cond, __FILE__, __LINE__))
