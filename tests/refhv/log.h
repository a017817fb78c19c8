/* SPDX-License-Identifier: MIT */
/* The log on QEMU's debug console, and the end of the run. */
#ifndef REFHV_LOG_H
#define REFHV_LOG_H

#include "line.h"

/* Write a line to the port as a whole. Any processor. */
void log_emit(struct line *line);

/*
 * The hypervisor's one lock: the port, and what belongs to the partition as a whole. Nobody waits
 * for another processor while holding it, save ipi.c. Bounded: after some seconds one goes on
 * without it, for a garbled log is better than a silent hang.
 */
void hv_lock(void);
void hv_unlock(void);

/* "refhv: error what=<what>": refhv cannot go on; ends QEMU. */
_Noreturn void log_fatal(const char *what);

/* As log_fatal, for a line that tells the rest itself. */
_Noreturn void log_end_with_error(struct line *line);

/* The guest is at its end (triple fault); ends QEMU. */
_Noreturn void log_end_with_shutdown(void);

#endif
