/* SPDX-License-Identifier: MIT */
/*
 * Things of one kind: how many, and the first few of them by number. Firmware that is wrong once is
 * wrong a thousand times, and a line for each hides everything else.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { TALLY_FIRST = 4, TALLY_TEXT_SIZE = 128 };

struct tally {
	size_t count;
	uint64_t first[TALLY_FIRST];
};

static inline void tally_add(struct tally *t, uint64_t number)
{
	if (t->count < TALLY_FIRST)
		t->first[t->count] = number;
	t->count++;
}

/* "5, 6", "0x5, 0x6", "1, 2, 3, 4 and 59996 more" */
enum tally_form { TALLY_DECIMAL, TALLY_HEX };
const char *tally_text(const struct tally *t, enum tally_form form, char out[TALLY_TEXT_SIZE]);
