/* SPDX-License-Identifier: MIT */
/* A piece of the configuration's text; never terminated by a zero. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const char *at;
	size_t length;
};

bool span_is(struct span s, const char *word);

/* Cut off what stands before `delimiter` (all, if there is none) and leave the rest. */
struct span span_cut(struct span *rest, char delimiter);

/* Without blanks, tabs and a carriage return around it. */
struct span span_trim(struct span s);

/* Decimal, or hexadecimal after 0x. False: not a number, or above `max`. */
bool span_number(struct span s, uint64_t max, uint64_t *value);
