/* SPDX-License-Identifier: MIT */
/*
 * One log line under construction. Each VP owns one, so that a line is composed without a lock and
 * given to the port as a whole.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest line: 0x9A with 1020 elements, each an APIC id and a VP index of four digits. */
#define LINE_SIZE 12288

struct line {
	size_t length;
	bool is_muted;
	char text[LINE_SIZE];
};

/* Begin the line of an event: "refhv: <event>". */
void line_begin(struct line *line, const char *event);

/* If it is not wanted, what is added to the line is dropped, and the log does not take it. */
void line_begin_if(struct line *line, const char *event, bool is_wanted);

/*
 * Append text. Known: %s, %u, %lu, %x and %lx, the last two with an optional zero-padded width
 * (%04x). What does not fit is dropped, and the line then ends in '~'.
 */
void line_add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
