/* SPDX-License-Identifier: MIT */
/* A PL011 (Arm DDI 0183), as the firmware has set it up: only characters are written to it. */
#include "arch/aarch64/cpu.h"

enum { REG_DATA = 0x00, REG_FLAG = 0x18 };
enum { FLAG_TRANSMIT_FULL = 1 << 5 };

/* Looks before a character is given up. */
#define READY_READS 1000000

static uint64_t registers;

void arch_serial_at(uint64_t base)
{
	registers = base;
}

uint64_t serial_registers(void)
{
	return registers & ~(uint64_t)(PAGE_SIZE - 1);
}

/* exceptions.S: 1 if the access raises an exception. */
int read32_safe(uint64_t address, uint32_t *value);

/* A table may name any address: one that cannot be read is no port. */
enum err arch_serial_init(void)
{
	uint32_t flags;

	if (registers % sizeof(flags) || (registers && read32_safe(registers + REG_FLAG, &flags)))
		registers = 0;
	return registers ? OK : ERR_NOT_FOUND;
}

/* One port that does not take characters costs one time-out, not one a character. */
static void put(char c)
{
	volatile uint32_t *flag = (volatile uint32_t *)(registers + REG_FLAG);

	for (unsigned int i = 0; i < READY_READS; i++) {
		if (!(*flag & FLAG_TRANSMIT_FULL)) {
			*(volatile uint32_t *)(registers + REG_DATA) = (uint8_t)c;
			return;
		}
		arch_pause();
	}
	registers = 0;
}

void arch_serial_write(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	for (size_t i = 0; i < len && registers; i++) {
		if (text[i] == '\n')
			put('\r');
		if (registers)
			put(text[i]);
	}
}
