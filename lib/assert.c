/* SPDX-License-Identifier: MIT */
/*
 * The way out when nothing can go on. Without a handler, or with one that comes back, the processor
 * traps where it is: an exception handler or a debugger then shows the place.
 */
#include <stddef.h>

#include "lib/assert.h"

static panic_fn panic_handler;
static bool under_way;

void panic_set_handler(panic_fn handler)
{
	panic_handler = handler;
}

bool panic_is_under_way(void)
{
	return __atomic_load_n(&under_way, __ATOMIC_RELAXED);
}

void panic(const char *fmt, ...)
{
	va_list args;

	__atomic_store_n(&under_way, true, __ATOMIC_RELAXED);
	va_start(args, fmt);
	if (panic_handler != NULL)
		panic_handler(fmt, args);
	va_end(args);
	__builtin_trap();
}
