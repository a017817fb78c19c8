/* SPDX-License-Identifier: MIT */
/*
 * The way out when nothing can go on. Without a handler, or with one that comes back, the processor
 * traps where it is: an exception handler or a debugger then shows the place.
 */
#include <stddef.h>

#include "lib/assert.h"

static panic_fn panic_handler;

void panic_set_handler(panic_fn handler)
{
	panic_handler = handler;
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (panic_handler != NULL)
		panic_handler(fmt, args);
	va_end(args);
	__builtin_trap();
}
