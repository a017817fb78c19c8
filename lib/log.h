/* SPDX-License-Identifier: MIT */
/*
 * Lines for people, to sinks that the kernel registers (serial port, screen). Only the boot
 * processor logs; an AP that has something to say writes it into its ledger record. Warnings and
 * errors are also kept as texts, because the report repeats them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

typedef void (*log_sink_fn)(void *ctx, const char *text, size_t len);
typedef uint64_t (*log_clock_fn)(void); /* nanoseconds since boot */

/* At most 4 sinks; ERR_FULL beyond. */
enum err log_add_sink(log_sink_fn sink, void *ctx);
void log_set_level(enum log_level highest);
/* With a clock, lines begin with a time "[    0.001234] "; without (NULL), they do not. */
void log_set_clock(log_clock_fn clock);

/* One line, without the final newline in fmt. */
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Text as it is, to every sink, whatever the level: the report. */
void log_text(const char *text, size_t len);
void log_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

/* The warnings and errors so far. At most LOG_KEPT texts are kept; the count goes on. */
enum { LOG_KEPT = 32, LOG_KEPT_SIZE = 192 };
size_t log_kept_count(void);
const char *log_kept(size_t i); /* NULL beyond the kept ones */
void log_reset(void);           /* forget sinks, clock and texts: for tests */
