/* SPDX-License-Identifier: MIT */
/*
 * COM1, a 16550. In a Hyper-V Gen2 VM the port exists only when a pipe was configured, and reads
 * all ones otherwise: it is believed only if its scratch register keeps two values.
 */
#include "arch/x86_64/cpu.h"

#define COM1 0x3F8

/* Register offsets and bits: 16550 data sheet. */
enum { REG_DATA = 0, REG_IER = 1, REG_FCR = 2, REG_LCR = 3, REG_MCR = 4, REG_LSR = 5, REG_SCR = 7 };
enum {
	LCR_8N1 = 0x03,
	LCR_DLAB = 0x80,
	FCR_ENABLE = 0x07,
	MCR_DTR_RTS = 0x03,
	LSR_THR_EMPTY = 0x20
};
enum { DIVISOR_115200 = 1 };

/* Looks at the line status before a character is given up; at 1 us a port read about 100 ms. */
#define READY_READS 100000

static bool present;

enum err arch_serial_init(void)
{
	static const uint8_t probes[] = {0x5A, 0xA5};

	for (unsigned int i = 0; i < sizeof(probes); i++) {
		arch_port_write8(COM1 + REG_SCR, probes[i]);
		if (arch_port_read8(COM1 + REG_SCR) != probes[i])
			return ERR_NOT_FOUND;
	}
	arch_port_write8(COM1 + REG_IER, 0);
	arch_port_write8(COM1 + REG_LCR, LCR_DLAB);
	arch_port_write8(COM1 + REG_DATA, DIVISOR_115200);
	arch_port_write8(COM1 + REG_IER, 0);
	arch_port_write8(COM1 + REG_LCR, LCR_8N1);
	arch_port_write8(COM1 + REG_FCR, FCR_ENABLE);
	arch_port_write8(COM1 + REG_MCR, MCR_DTR_RTS);
	present = true;
	return OK;
}

/* One port that does not take characters costs one time-out, not one a character. */
static void put(char c)
{
	for (unsigned int i = 0; i < READY_READS; i++) {
		if (arch_port_read8(COM1 + REG_LSR) & LSR_THR_EMPTY) {
			arch_port_write8(COM1 + REG_DATA, (uint8_t)c);
			return;
		}
		arch_pause();
	}
	present = false;
}

void arch_serial_write(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	for (size_t i = 0; i < len && present; i++) {
		if (text[i] == '\n')
			put('\r');
		put(text[i]);
	}
}
