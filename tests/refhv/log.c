/* SPDX-License-Identifier: MIT */
/*
 * Log lines: into a ring under the lock, out to the debug console by the processor that finds it
 * idle.
 */
#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"

#define PORT_DEBUGCON   0x402
#define PORT_DEBUG_EXIT 0xF4 /* isa-debug-exit: QEMU returns 2 * value + 1 */
#define EXIT_ERROR      0x7E
#define EXIT_SHUTDOWN   0x7F
#define WAIT_PAUSES     (1U << 21)
#define WRITE_MAX       4096U

static uint32_t lock;
static uint32_t writing; /* a processor is at the port */
static bool hurry;
static bool late;
static char *ring;
static uint64_t ring_size;
static uint64_t head; /* bytes ever put in */
static uint64_t tail; /* bytes ever written out */

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

static uint64_t load(const uint64_t *value)
{
	return __atomic_load_n(value, __ATOMIC_ACQUIRE);
}

/* The writer goes on while there are lines, unless it is wanted elsewhere and there is room. */
static bool has_work(void)
{
	uint64_t queued = load(&head) - load(&tail);

	return queued && (queued > ring_size / 2 || (!__atomic_load_n(&late, __ATOMIC_ACQUIRE) &&
						     !__atomic_load_n(&hurry, __ATOMIC_ACQUIRE)));
}

static void write_some(void)
{
	uint64_t at = tail % ring_size;
	uint64_t n = load(&head) - tail;

	if (n > WRITE_MAX)
		n = WRITE_MAX;
	if (n > ring_size - at)
		n = ring_size - at;
	cpu_out_string(PORT_DEBUGCON, ring + at, n);
	__atomic_store_n(&tail, tail + n, __ATOMIC_RELEASE);
}

/* A processor that finds another one writing need not wait: that one will see the new lines. */
void log_drain(void)
{
	while (has_work()) {
		if (__atomic_exchange_n(&writing, 1, __ATOMIC_ACQUIRE))
			return;
		while (has_work())
			write_some();
		__atomic_store_n(&writing, 0, __ATOMIC_RELEASE);
	}
}

void log_hurry(bool on)
{
	__atomic_store_n(&hurry, on, __ATOMIC_RELEASE);
}

void log_late(bool on)
{
	__atomic_store_n(&late, on, __ATOMIC_RELEASE);
}

static void put(const char *text, uint64_t length)
{
	uint64_t at = head % ring_size;
	uint64_t first = length < ring_size - at ? length : ring_size - at;

	cpu_copy(ring + at, text, first);
	cpu_copy(ring, text + first, length - first);
	__atomic_store_n(&head, head + length, __ATOMIC_RELEASE);
}

void log_start(char *memory, uint64_t size)
{
	ring_size = size;
	ring = memory;
}

void log_queue(struct line *line)
{
	uint64_t length = line->length + 1;

	if (line->is_muted)
		return;
	line->text[line->length] = '\n';
	if (!ring) {
		cpu_out_string(PORT_DEBUGCON, line->text, length);
		return;
	}
	hv_lock();
	while (head - load(&tail) + length > ring_size) {
		hv_unlock();
		log_drain();
		cpu_pause();
		hv_lock();
	}
	put(line->text, length);
	hv_unlock();
}

void log_emit(struct line *line)
{
	log_queue(line);
	log_drain();
}

bool log_flush(void)
{
	log_late(false);
	for (uint32_t i = 0; i < WAIT_PAUSES; i++) {
		log_drain();
		if (load(&tail) == load(&head))
			return true;
		cpu_pause();
	}
	return false;
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
	/* The writer may be this processor itself, in an exception: then past the ring. */
	if (!log_flush())
		cpu_out_string(PORT_DEBUGCON, line->text, line->length + 1);
	end_qemu(EXIT_ERROR);
}

void log_fatal(const char *what)
{
	static struct line line;

	line_begin(&line, "error");
	line_add(&line, " what=%s", what);
	log_end_with_error(&line);
}

void log_end_with_shutdown(void)
{
	log_flush();
	end_qemu(EXIT_SHUTDOWN);
}
