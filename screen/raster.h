/* SPDX-License-Identifier: MIT */
/*
 * From characters to pixels: how one cell is drawn on a surface. Video memory is only ever written.
 * Private to screen/.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "screen/font.h"
#include "screen/screen.h"

/* Colours that carry meaning are Okabe and Ito's, which colour-blind eyes tell apart. */
enum colour {
	COLOUR_PAPER,
	COLOUR_INK,
	COLOUR_BRIGHT,
	COLOUR_DIM,
	COLOUR_GOOD,
	COLOUR_WARN,
	COLOUR_BAD,
	COLOUR_PANIC_PAPER,
	COLOUR_TILE_INK, /* on all tiles but the idle one */
	COLOUR_SOFT_HV,  /* the two good ones among very many small tiles: odd ones stand out */
	COLOUR_SOFT_SIPI,
	COLOUR_TILE_IDLE,
	COLOUR_TILE_BOOT,
	COLOUR_TILE_HV,
	COLOUR_TILE_SIPI,
	COLOUR_TILE_STARTING,
	COLOUR_TILE_MISSING,
	COLOUR_TILE_ODD, /* refused, late, absent */
	COLOUR_TILE_MISMATCH,
	COLOURS,
};

enum { GAP_RIGHT = 1 << 0, GAP_BELOW = 1 << 1 }; /* a seam of paper at the cell's edge */

struct cell {
	uint8_t glyph, ink, paper, gaps;
};

struct raster {
	struct screen_surface on;
	uint32_t pixel[COLOURS];
	const struct font *font;
	uint32_t columns, rows; /* cells */
	uint32_t left, top;     /* margins, pixels */
};

/* Choose a font. False: no room for text. Does not touch the surface. */
bool raster_init(struct raster *r, const struct screen_surface *surface);
/* All pixels, margins as well, in one colour. */
void raster_clear(const struct raster *r, enum colour colour);
void raster_cell(const struct raster *r, uint32_t column, uint32_t row, struct cell cell);
