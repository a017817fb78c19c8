/* SPDX-License-Identifier: MIT */
/* For -fstack-protector: the value on every guarded frame, and what happens if it is gone. */
#include "kernel/setup.h"

#include "arch/arch.h"
#include "lib/assert.h"

#define FIRST_VALUE 0xA5C3F00D12345600UL /* until canary_init; low byte 0 stops strings */

uintptr_t __stack_chk_guard = FIRST_VALUE;
_Noreturn void __stack_chk_fail(void);

__attribute__((no_stack_protector)) void canary_init(void)
{
	__stack_chk_guard = arch_random() & ~0xFFUL;
}

bool canary_is_new(void)
{
	return __stack_chk_guard != FIRST_VALUE;
}

_Noreturn void __stack_chk_fail(void)
{
	panic("stack overflow: a function's canary is gone");
}
