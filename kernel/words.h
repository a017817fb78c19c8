/* SPDX-License-Identifier: MIT */
/* Option text as words; what they mean is options.c's. Private to kernel/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 1280 }; /* bytes of a word without its quotes */

struct words {
	const char *text; /* what is left */
	const char *raw;  /* the word as it stands there, quotes and all */
	size_t raw_len;
	char word[WORDS_MAX]; /* without them, cut if it is too long */
	size_t len;
	bool is_open; /* its last quote was not closed: it ends with the line */
	bool is_cut;
};

static inline void words_begin(struct words *w, const char *text)
{
	w->text = text;
}

/*
 * The next word of a text: blanks and line ends part words, but not between double quotes, and '#'
 * where a word would begin makes the rest of the line a comment. False: there is none.
 */
bool words_next(struct words *w);
