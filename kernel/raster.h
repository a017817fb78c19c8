/* SPDX-License-Identifier: MIT */
/*
 * From characters to pixels: what the framebuffer looks like, and how one cell is drawn on it. Video
 * memory is only ever written. Private to kernel/.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/font.h"
#include "kernel/kernel.h"

/* The palette; colours of cells that mean something follow Okabe and Ito, safe for colour-blind eyes. */
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
	COLOUR_SOFT_HV, /* the two good ones, where many small tiles stand: what is odd stands out */
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
	volatile uint8_t *base;
	uint32_t width, height; /* pixels */
	uint32_t bytes;         /* a pixel's */
	uint64_t pitch, size;   /* bytes: of a line; up to the last pixel */
	uint32_t pixel[COLOURS];
	const struct font *font;
	uint32_t columns, rows; /* cells */
	uint32_t left, top;     /* margins, pixels */
};

/*
 * Hold the framebuffer's description against itself and choose a font. NULL, or why nothing can be
 * drawn there. Does not touch the framebuffer.
 */
const char *raster_init(struct raster *r, const struct boot_framebuffer *fb);
/* All pixels, margins as well, in one colour. */
void raster_clear(const struct raster *r, enum colour colour);
void raster_cell(const struct raster *r, uint32_t column, uint32_t row, struct cell cell);
