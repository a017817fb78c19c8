/* SPDX-License-Identifier: MIT */
/* Pixel layouts, checks of the firmware's description, and drawing. */
#include "kernel/raster.h"

enum {
	MAX_SIDE = 16384,
	MIN_COLUMNS = 40,
	MIN_ROWS = 10,
	/* What a font must leave room for to be taken: the report's table, and some lines of it. */
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

/* One run of bits, and at least one. */
static bool is_run(uint32_t mask)
{
	uint32_t low = mask ? mask >> __builtin_ctz(mask) : 0;

	return mask && !(low & (low + 1));
}

static uint32_t channel(uint32_t rgb, unsigned int shift, uint32_t mask)
{
	uint32_t at = (uint32_t)__builtin_ctz(mask);
	uint64_t most = mask >> at;

	return (uint32_t)(((rgb >> shift & 0xFF) * most + 127) / 255) << at;
}

/* Masks in, bytes a pixel and the palette's pixel values out. */
static const char *set_layout(struct raster *r, const struct boot_framebuffer *fb)
{
	uint32_t red = fb->red_mask;
	uint32_t green = fb->green_mask;
	uint32_t blue = fb->blue_mask;
	uint32_t all;

	switch (fb->format) {
	case BOOT_PIXEL_RGBX: red = 0xFF, green = 0xFF00, blue = 0xFF0000; break;
	case BOOT_PIXEL_BGRX: red = 0xFF0000, green = 0xFF00, blue = 0xFF; break;
	case BOOT_PIXEL_MASK: break;
	default: return "its pixels are not in memory";
	}
	if (!is_run(red) || !is_run(green) || !is_run(blue) || red & green || red & blue ||
	    green & blue)
		return "its colour masks make no sense";
	all = red | green | blue | (fb->format == BOOT_PIXEL_MASK ? fb->reserved_mask : 0xFF000000);
	r->bytes = (39U - (uint32_t)__builtin_clz(all)) / 8U; /* UEFI: up to the highest bit used */
	if (r->bytes < 2)
		return "its pixels have fewer than 16 bits";
	for (unsigned int i = 0; i < COLOURS; i++)
		r->pixel[i] = channel(palette[i], 16, red) | channel(palette[i], 8, green) |
			      channel(palette[i], 0, blue);
	return NULL;
}

static const char *set_size(struct raster *r, const struct boot_framebuffer *fb)
{
	if (!fb->width || !fb->height || fb->width > MAX_SIDE || fb->height > MAX_SIDE)
		return "its width or height makes no sense";
	if (fb->pixels_per_line < fb->width)
		return "its lines are shorter than its width";
	r->base = (volatile uint8_t *)fb->base;
	r->width = fb->width;
	r->height = fb->height;
	r->pitch = (uint64_t)fb->pixels_per_line * r->bytes;
	r->size = r->pitch * (fb->height - 1) + (uint64_t)fb->width * r->bytes;
	if (r->size > fb->size || fb->base + r->size < fb->base)
		return "it is smaller than its lines need";
	return NULL;
}

/* Half a character of margin at least, on every side. */
static void fit(struct raster *r, const struct font *font)
{
	r->font = font;
	r->columns = r->width > font->width ? (r->width - font->width) / font->width : 0;
	r->rows = r->height > font->width ? (r->height - font->width) / font->height : 0;
	r->left = (r->width - r->columns * font->width) / 2;
	r->top = (r->height - r->rows * font->height) / 2;
}

const char *raster_init(struct raster *r, const struct boot_framebuffer *fb)
{
	const char *wrong = set_layout(r, fb);

	if (!wrong)
		wrong = set_size(r, fb);
	if (wrong)
		return wrong;
	for (unsigned int i = FONTS; i-- > 0;) {
		fit(r, &fonts[i]);
		if (r->columns >= GOOD_COLUMNS && r->rows >= GOOD_ROWS)
			break;
	}
	return r->columns < MIN_COLUMNS || r->rows < MIN_ROWS ? "it is too small for text" : NULL;
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
	for (uint32_t y = 0; y < r->height; y++) {
		volatile uint8_t *at = r->base + y * r->pitch;

		for (uint32_t x = 0; x < r->width; x++, at += r->bytes)
			put(at, r->bytes, r->pixel[colour]);
	}
}

void raster_cell(const struct raster *r, uint32_t column, uint32_t row, struct cell cell)
{
	const struct font *f = r->font;
	const uint8_t *bits = font_glyph(f, cell.glyph);
	uint32_t gap = f->width < 16 ? 1 : 2;
	uint32_t right = f->width - (cell.gaps & GAP_RIGHT ? gap : 0);
	uint32_t bottom = f->height - (cell.gaps & GAP_BELOW ? gap : 0);
	volatile uint8_t *line = r->base + (r->top + row * f->height) * r->pitch +
				 (uint64_t)(r->left + column * f->width) * r->bytes;

	for (uint32_t y = 0; y < f->height; y++, line += r->pitch, bits += font_row_bytes(f)) {
		volatile uint8_t *at = line;

		for (uint32_t x = 0; x < f->width; x++, at += r->bytes) {
			bool ink = bits[x / 8] & 0x80U >> x % 8;
			unsigned int colour = ink ? cell.ink : cell.paper;

			put(at, r->bytes,
			    r->pixel[x < right && y < bottom ? colour : COLOUR_PAPER]);
		}
	}
}
