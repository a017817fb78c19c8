/* SPDX-License-Identifier: MIT */
/*
 * The log on QEMU's debug console, and the end of the run. Once log_start was called, lines go
 * through a ring: one processor at a time writes out what all have left there, and the others go on
 * with their guests. (With hundreds of VPs on two cores, waiting for the port takes minutes.)
 */
#pragma once

#include <stdbool.h>

#include "tests/refhv/line.h"

/*
 * Room for the lines of all starts, so that no VP waits: bytes for each VP, and at least so many.
 */
#define LOG_RING_PER_VP 0x1000U
#define LOG_RING_MIN    0x100000U
/* log=late: enough for a benchmark of all methods with hundreds of VPs. */
#define LOG_RING_LATE 0x1000000U

/*
 * Use `size` bytes of memory as the ring. Before this call there is one processor only, and
 * lines are written directly.
 */
void log_start(char *memory, uint64_t size);

/*
 * Log a line: queue it, and write out what is queued, unless another processor is at it. Lines come
 * out whole and in the order in which they were queued. Any processor.
 */
void log_emit(struct line *line);
void log_queue(struct line *line);
void log_drain(void);

/* While on, a processor that writes out lines of others lets go of it; log_drain afterwards. */
void log_hurry(bool on);

/* Keep lines until the ring is half full or log_flush is called: no VP waits for the port. */
void log_late(bool on);

/* Wait until all lines are out. False: it took too long. */
bool log_flush(void);

/*
 * The hypervisor's one lock: the ring, and what belongs to the partition as a whole. It is held
 * for microseconds. Bounded: after some seconds one goes on without it, for a garbled log is
 * better than a silent hang.
 */
void hv_lock(void);
void hv_unlock(void);

/* "refhv: error what=<what>": refhv cannot go on; ends QEMU. */
_Noreturn void log_fatal(const char *what);

/* As log_fatal, for a line that tells the rest itself. */
_Noreturn void log_end_with_error(struct line *line);

/* The guest is at its end (triple fault); ends QEMU. */
_Noreturn void log_end_with_shutdown(void);
