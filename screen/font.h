/* SPDX-License-Identifier: MIT */
/*
 * The glyphs of the screen, in a few sizes; made by tests/tools/screen/font.py from a console font.
 */
#pragma once

#include <stdint.h>

/* A glyph's number: printable ASCII as it is, then what font.py lists after it. */
enum { GLYPH_FIRST = ' ', GLYPH_RULE = 0x7F, GLYPH_DOT, GLYPH_END };

struct font {
	uint8_t width, height; /* pixels */
	const uint8_t *glyphs; /* rows of whole bytes, leftmost pixel in the highest bit */
};

enum { FONTS = 4 };
extern const struct font fonts[FONTS]; /* smallest first */

static inline unsigned int font_row_bytes(const struct font *f)
{
	return (f->width + 7U) / 8U;
}

static inline const uint8_t *font_glyph(const struct font *f, uint8_t glyph)
{
	return f->glyphs + (glyph - (unsigned int)GLYPH_FIRST) * f->height * font_row_bytes(f);
}
