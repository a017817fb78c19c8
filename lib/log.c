/* SPDX-License-Identifier: MIT */
/* The log: one buffer, a few sinks, and the warnings and errors kept for the report. */
#include <stdarg.h>

#include "lib/format.h"
#include "lib/log.h"
#include "lib/string.h"

enum { MAX_SINKS = 4, LINE_SIZE = 512, NS_PER_US = 1000, US_PER_S = 1000000 };

static struct {
	struct {
		log_sink_fn write;
		void *ctx;
	} sink[MAX_SINKS];
	size_t sinks;
	enum log_level highest;
	log_clock_fn clock;
	char kept[LOG_KEPT][LOG_KEPT_SIZE];
	size_t kept_count;
} log_state = {.highest = LOG_INFO};

enum err log_add_sink(log_sink_fn sink, void *ctx)
{
	if (log_state.sinks == MAX_SINKS)
		return ERR_FULL;
	log_state.sink[log_state.sinks].write = sink;
	log_state.sink[log_state.sinks].ctx = ctx;
	log_state.sinks++;
	return OK;
}

void log_set_level(enum log_level highest)
{
	log_state.highest = highest;
}

void log_set_clock(log_clock_fn clock)
{
	log_state.clock = clock;
}

void log_text(const char *text, size_t len)
{
	for (size_t i = 0; i < log_state.sinks; i++)
		log_state.sink[i].write(log_state.sink[i].ctx, text, len);
}

/* Send a text of which `len` bytes were wanted and at most size - 1 are there. */
static void send(const char *text, size_t size, size_t len)
{
	log_text(text, len < size ? len : size - 1);
}

void log_print(const char *fmt, ...)
{
	char text[LINE_SIZE];
	va_list args;
	size_t len;

	va_start(args, fmt);
	len = format_va(text, sizeof(text), fmt, args);
	va_end(args);
	send(text, sizeof(text), len);
}

static void keep(const char *text)
{
	if (log_state.kept_count < LOG_KEPT)
		str_copy(log_state.kept[log_state.kept_count], LOG_KEPT_SIZE, text, str_len(text));
	log_state.kept_count++;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	static const char *const prefix[] = {[LOG_ERROR] = "error: ",
					     [LOG_WARN] = "warning: ",
					     [LOG_INFO] = "",
					     [LOG_DEBUG] = ""};
	char text[LINE_SIZE], line[LINE_SIZE + 64];
	size_t len = 0;
	va_list args;

	va_start(args, fmt);
	format_va(text, sizeof(text), fmt, args);
	va_end(args);
	if (level <= LOG_WARN)
		keep(text);
	if (level > log_state.highest)
		return;
	if (log_state.clock != NULL) {
		uint64_t us = log_state.clock() / NS_PER_US;

		len = format(line, sizeof(line), "[%5llu.%06llu] ",
			     (unsigned long long)us / US_PER_S, (unsigned long long)us % US_PER_S);
	}
	len += format(line + len, sizeof(line) - len, "%s%s\n", prefix[level], text);
	send(line, sizeof(line), len);
}

size_t log_kept_count(void)
{
	return log_state.kept_count;
}

const char *log_kept(size_t i)
{
	return i < log_state.kept_count && i < LOG_KEPT ? log_state.kept[i] : NULL;
}

void log_reset(void)
{
	memset(&log_state, 0, sizeof(log_state));
	log_state.highest = LOG_INFO;
}
