/* SPDX-License-Identifier: MIT */
/* payload=: there is no mailbox in use on ARM64, so the boot stub hands nothing over. */
#include "kernel/hand_off.h"

#include "lib/assert.h"

void hand_off_prepare(const struct kernel *k)
{
	(void)k;
}

void hand_off_park(struct cpu *cpu)
{
	(void)cpu;
}

void hand_off_roll_call(struct kernel *k)
{
	(void)k;
}

_Noreturn void hand_off_end(const struct kernel *k)
{
	(void)k;
	panic("a hand-off on ARM64");
}

_Noreturn void hand_off_give_up(const struct boot_info *boot, const char *what)
{
	(void)boot;
	panic("no memory for %s", what);
}
