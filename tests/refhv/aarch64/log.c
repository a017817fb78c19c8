/* SPDX-License-Identifier: MIT */
/*
 * The log by semihosting: a line is one call, which QEMU makes whole before the processor goes on,
 * so that there is no ring as behind x86-64's port.
 */
#include "tests/refhv/log.h"

#include "tests/refhv/aarch64/arm.h"

#define SYS_WRITE0                  0x04
#define SYS_EXIT                    0x18
#define ADP_STOPPED_APPLICATIONEXIT 0x20026UL
#define EXIT_ERROR                  253U /* as where QEMU has x86-64's exit device */
#define WAIT_PAUSES                 (1U << 21)

static uint32_t lock;

void hv_lock(void)
{
	for (uint32_t i = 0; i < WAIT_PAUSES; i++) {
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
	if (line->is_muted)
		return;
	/* line_add leaves room for these two: LINE_SIZE - 1 is the newline's at the latest. */
	if (line->length > LINE_SIZE - 2)
		line->length = LINE_SIZE - 2;
	line->text[line->length] = '\n';
	line->text[line->length + 1] = 0;
	hv_lock();
	cpu_semihosting(SYS_WRITE0, line->text);
	hv_unlock();
}

void log_queue(struct line *line)
{
	log_emit(line);
}

void log_drain(void)
{
}

void log_end_with_error(struct line *line)
{
	const uint64_t block[] = {ADP_STOPPED_APPLICATIONEXIT, EXIT_ERROR};

	log_emit(line);
	for (;;)
		cpu_semihosting(SYS_EXIT, block);
}

void log_fatal(const char *what)
{
	static struct line line;

	line_begin(&line, "error");
	line_add(&line, " what=%s", what);
	log_end_with_error(&line);
}
