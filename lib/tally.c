/* SPDX-License-Identifier: MIT */
/* Counts as text. */
#include "lib/tally.h"

#include "lib/format.h"

const char *tally_text(const struct tally *t, enum tally_form form, char out[TALLY_TEXT_SIZE])
{
	size_t shown = t->count < TALLY_FIRST ? t->count : TALLY_FIRST;
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < shown; i++)
		at += format(out + at, TALLY_TEXT_SIZE - at,
			     form == TALLY_HEX ? "%s0x%lx" : "%s%lu", i ? ", " : "",
			     (unsigned long)t->first[i]);
	if (t->count > shown)
		format(out + at, TALLY_TEXT_SIZE - at, " and %lu more",
		       (unsigned long)(t->count - shown));
	return out;
}
