/* SPDX-License-Identifier: MIT */
/* The PL011 of QEMU's virt, for what must be said when the firmware may not be asked any more. */
#include "tests/spoil/spoil.h"

enum { DATA = 0, FLAGS = 0x18, IS_FULL = 1 << 5, SEND_TRIES = 1000000 };
#define PL011 0x09000000UL

static void put(char c)
{
	for (uint32_t tries = SEND_TRIES; tries; tries--) {
		if (!(*(volatile uint32_t *)(PL011 + FLAGS) & IS_FULL))
			break;
	}
	*(volatile uint32_t *)(PL011 + DATA) = (uint8_t)c;
}

void serial_say(const char *text)
{
	while (*text)
		put(*text++);
}
