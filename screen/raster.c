/* SPDX-License-Identifier: MIT */
/* Pixel values, fonts that fit, and drawing. */
#include "screen/raster.h"

enum {
	MIN_COLUMNS = 40,
	MIN_ROWS = 10,
	/* A larger font must leave room for the report's table and some of its lines. */
	GOOD_COLUMNS = 99,
	GOOD_ROWS = 36,
};

static const uint32_t palette[COLOURS] = {
	[COLOUR_PAPER] = 0x0F1419,         [COLOUR_INK] = 0xC9D1D9,
	[COLOUR_BRIGHT] = 0xFFFFFF,        [COLOUR_DIM] = 0x6E7A87,
	[COLOUR_GOOD] = 0x3FD6A0,          [COLOUR_WARN] = 0xF0C542,
	[COLOUR_BAD] = 0xFF7B54,           [COLOUR_PANIC_PAPER] = 0x7A0C12,
	[COLOUR_TILE_INK] = 0x0B0F13,      [COLOUR_SOFT_HV] = 0x1B6594,
	[COLOUR_SOFT_SIPI] = 0x07553D,     [COLOUR_TILE_IDLE] = 0x27303A,
	[COLOUR_TILE_BOOT] = 0xE4E8EC,     [COLOUR_TILE_HV] = 0x56B4E9,
	[COLOUR_TILE_SIPI] = 0x1DB386,     [COLOUR_TILE_STARTING] = 0xF0E442,
	[COLOUR_TILE_MISSING] = 0xE8641B,  [COLOUR_TILE_ODD] = 0xE69F00,
	[COLOUR_TILE_MISMATCH] = 0xCC79A7,
};

static uint32_t channel(uint32_t rgb, unsigned int shift, uint32_t mask)
{
	uint32_t at = (uint32_t)__builtin_ctz(mask);
	uint64_t most = mask >> at;

	return (uint32_t)(((rgb >> shift & 0xFF) * most + 127) / 255) << at;
}

/* Half a character of margin at least, on every side. */
static void fit(struct raster *r, const struct font *font)
{
	r->font = font;
	r->columns = r->on.width > font->width ? (r->on.width - font->width) / font->width : 0;
	r->rows = r->on.height > font->width ? (r->on.height - font->width) / font->height : 0;
	r->left = (r->on.width - r->columns * font->width) / 2;
	r->top = (r->on.height - r->rows * font->height) / 2;
}

bool raster_init(struct raster *r, const struct screen_surface *surface)
{
	r->on = *surface;
	for (unsigned int i = 0; i < COLOURS; i++)
		r->pixel[i] = channel(palette[i], 16, surface->red) |
			      channel(palette[i], 8, surface->green) |
			      channel(palette[i], 0, surface->blue);
	for (unsigned int i = FONTS; i-- > 0;) {
		fit(r, &fonts[i]);
		if (r->columns >= GOOD_COLUMNS && r->rows >= GOOD_ROWS)
			break;
	}
	return r->columns >= MIN_COLUMNS && r->rows >= MIN_ROWS;
}

static void put(volatile uint8_t *at, uint32_t bytes, uint32_t pixel)
{
	switch (bytes) {
	case 2: *(volatile uint16_t *)at = (uint16_t)pixel; break;
	case 3:
		at[0] = (uint8_t)pixel;
		at[1] = (uint8_t)(pixel >> 8);
		at[2] = (uint8_t)(pixel >> 16);
		break;
	default: *(volatile uint32_t *)at = pixel; break;
	}
}

void raster_clear(const struct raster *r, enum colour colour)
{
	for (uint32_t y = 0; y < r->on.height; y++) {
		volatile uint8_t *at = r->on.base + y * r->on.pitch;

		for (uint32_t x = 0; x < r->on.width; x++, at += r->on.bytes)
			put(at, r->on.bytes, r->pixel[colour]);
	}
}

void raster_cell(const struct raster *r, uint32_t column, uint32_t row, struct cell cell)
{
	const struct font *f = r->font;
	const uint8_t *bits = font_glyph(f, cell.glyph);
	uint32_t gap = f->width < 16 ? 1 : 2;
	uint32_t right = f->width - (cell.gaps & GAP_RIGHT ? gap : 0);
	uint32_t bottom = f->height - (cell.gaps & GAP_BELOW ? gap : 0);
	volatile uint8_t *line = r->on.base + (r->top + row * f->height) * r->on.pitch +
				 (uint64_t)(r->left + column * f->width) * r->on.bytes;

	for (uint32_t y = 0; y < f->height; y++, line += r->on.pitch, bits += font_row_bytes(f)) {
		volatile uint8_t *at = line;

		for (uint32_t x = 0; x < f->width; x++, at += r->on.bytes) {
			bool ink = bits[x / 8] & 0x80U >> x % 8;
			unsigned int colour = ink ? cell.ink : cell.paper;

			put(at, r->on.bytes,
			    r->pixel[x < right && y < bottom ? colour : COLOUR_PAPER]);
		}
	}
}
