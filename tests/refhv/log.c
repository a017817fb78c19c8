/* SPDX-License-Identifier: MIT */
/* Output of log lines: REP OUTSB to the debug console under one lock. */
#include "cpu.h"
#include "log.h"

#define PORT_DEBUGCON   0x402
#define PORT_DEBUG_EXIT 0xF4 /* isa-debug-exit: QEMU returns 2 * value + 1 */
#define EXIT_ERROR      0x7E
#define EXIT_SHUTDOWN   0x7F
#define LOCK_PAUSES     (1u << 22)

static uint32_t lock;
static struct line fatal_line;

void hv_lock(void)
{
	for (uint32_t i = 0; i < LOCK_PAUSES; i++) {
		if (!__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
			return;
		cpu_pause();
	}
}

void hv_unlock(void)
{
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

void log_emit(struct line *line)
{
	line->text[line->length] = '\n';
	hv_lock();
	cpu_out_string(PORT_DEBUGCON, line->text, line->length + 1);
	hv_unlock();
}

static _Noreturn void end_qemu(uint32_t value)
{
	cpu_outl(PORT_DEBUG_EXIT, value);
	for (;;)
		cpu_hlt();
}

void log_end_with_error(struct line *line)
{
	log_emit(line);
	end_qemu(EXIT_ERROR);
}

void log_fatal(const char *what)
{
	line_begin(&fatal_line, "error");
	line_add(&fatal_line, " what=%s", what);
	log_end_with_error(&fatal_line);
}

void log_end_with_shutdown(void)
{
	end_qemu(EXIT_SHUTDOWN);
}
