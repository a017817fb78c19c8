/* SPDX-License-Identifier: MIT */
/* The glyphs, made by tests/tools/screen/font.py: Terminus, SIL Open Font License 1.1. */
#include "screen/font.h"

#include "font.inc"

_Static_assert(sizeof(glyphs_6x12) == 12UL * (GLYPH_END - GLYPH_FIRST),
	       "glyphs of font.py and font.h");
