/* SPDX-License-Identifier: MIT */
/* Option text as words, quotes and comments. */
#include "kernel/words.h"

static bool is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || is_line_end(c);
}

static void skip(struct words *w)
{
	bool comment = false;

	while (*w->text && (comment || is_blank(*w->text) || *w->text == '#')) {
		comment = *w->text == '#' || (comment && *w->text != '\n');
		w->text++;
	}
}

bool words_next(struct words *w)
{
	bool quoted = false;

	skip(w);
	w->raw = w->text;
	w->len = 0;
	w->is_cut = false;
	while (*w->text && (quoted ? !is_line_end(*w->text) : !is_blank(*w->text))) {
		char c = *w->text++;

		if (c == '"')
			quoted = !quoted;
		else if (w->len < sizeof(w->word))
			w->word[w->len++] = c;
		else
			w->is_cut = true;
	}
	w->is_open = quoted;
	w->raw_len = (size_t)(w->text - w->raw);
	return w->raw_len != 0;
}
