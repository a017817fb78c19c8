/* SPDX-License-Identifier: MIT */
/* COM1, for what must be said when the firmware may not be asked any more. */
#include "tests/spoil/spoil.h"

enum { COM1 = 0x3F8, LINE_STATUS = COM1 + 5, CAN_SEND = 0x20, SEND_TRIES = 1000000 };

static uint8_t line_status(void)
{
	uint8_t status;

	__asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)LINE_STATUS));
	return status;
}

static void put(char c)
{
	for (uint32_t tries = SEND_TRIES; tries && !(line_status() & CAN_SEND); tries--)
		;
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)COM1));
}

void serial_say(const char *text)
{
	while (*text)
		put(*text++);
}
