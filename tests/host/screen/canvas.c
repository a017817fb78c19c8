/* SPDX-License-Identifier: MIT */
/* The canvas: its own idea of fonts, margins and colours, to hold the room's against. */
#include "tests/host/screen/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

struct screen_surface canvas;
enum cpu_progress canvas_progress[SMP_MAX_CPUS];

static uint8_t *pixels;
static size_t size;
static void *cells;

uint64_t canvas_tick = 100000000;

uint64_t arch_clock_ns(void)
{
	static uint64_t now;

	now += canvas_tick;
	return now;
}

enum cpu_progress cpu_progress(const struct cpu *cpu)
{
	return canvas_progress[cpu->start.index];
}

static const struct {
	uint32_t red, green, blue;
	unsigned int bytes;
} formats[CANVAS_FORMATS] = {
	[CANVAS_BGRX] = {0xFF0000, 0xFF00, 0xFF, 4},
	[CANVAS_RGBX] = {0xFF, 0xFF00, 0xFF0000, 4},
	[CANVAS_MASK32] = {0x3FF00000, 0xFFC00, 0x3FF, 4},
	[CANVAS_MASK24] = {0xFF0000, 0xFF00, 0xFF, 3},
	[CANVAS_565] = {0xF800, 0x7E0, 0x1F, 2},
	[CANVAS_555] = {0x7C00, 0x3E0, 0x1F, 2},
};

void canvas_open(uint32_t width, uint32_t height, uint32_t more, enum canvas_format format)
{
	unsigned int bytes = formats[format].bytes;

	canvas_close();
	size = ((size_t)(width + more) * (height - 1) + width) * bytes;
	pixels = malloc(size);
	canvas = (struct screen_surface){
		.base = pixels,
		.width = width,
		.height = height,
		.bytes = bytes,
		.pitch = (uint64_t)(width + more) * bytes,
		.red = formats[format].red,
		.green = formats[format].green,
		.blue = formats[format].blue,
	};
	canvas_poison();
}

void canvas_start(void)
{
	free(cells);
	cells = malloc(screen_bytes(&canvas));
	screen_start(&canvas, cells);
}

void canvas_poison(void)
{
	memset(pixels, CANVAS_POISON, size);
}

void canvas_close(void)
{
	free(pixels);
	free(cells);
	pixels = NULL;
	cells = NULL;
	screen_reset();
}

int canvas_set_up(void **state)
{
	(void)state;
	log_reset();
	log_set_level(LOG_WARN);
	return 0;
}

int canvas_tear_down(void **state)
{
	(void)state;
	canvas_close();
	return 0;
}

void canvas_say(const char *text)
{
	screen_write(NULL, text, strlen(text));
}

static uint32_t raw(uint32_t x, uint32_t y)
{
	uint32_t value = 0;

	memcpy(&value, pixels + y * canvas.pitch + (size_t)x * canvas.bytes, canvas.bytes);
	return value;
}

bool canvas_is_poison(uint32_t x, uint32_t y)
{
	uint32_t all = 0xFFFFFFFF >> 8 * (4 - canvas.bytes);

	return raw(x, y) == (CANVAS_POISON * 0x01010101U & all);
}

static uint32_t eight_bits(uint32_t value, uint32_t mask)
{
	double part = (double)(value & mask) / mask;

	return (uint32_t)(part * 255 + 0.5);
}

uint32_t canvas_pixel(uint32_t x, uint32_t y)
{
	uint32_t value = raw(x, y);

	return eight_bits(value, canvas.red) << 16 | eight_bits(value, canvas.green) << 8 |
	       eight_bits(value, canvas.blue);
}

static bool near(uint32_t a, uint32_t b, uint32_t mask, unsigned int shift)
{
	int step = 255 / (int)(mask >> __builtin_ctz(mask)); /* what the format cannot tell apart */
	int difference = (int)(a >> shift & 0xFF) - (int)(b >> shift & 0xFF);

	return difference <= step / 2 + 1 && -difference <= step / 2 + 1;
}

static bool is_colour(uint32_t x, uint32_t y, uint32_t rgb)
{
	uint32_t is = canvas_pixel(x, y);

	return near(is, rgb, canvas.red, 16) && near(is, rgb, canvas.green, 8) &&
	       near(is, rgb, canvas.blue, 0);
}

static const struct font *canvas_font(void)
{
	const struct font *best = &fonts[0];

	for (unsigned int i = 1; i < FONTS; i++) {
		if (canvas.width >= 100U * fonts[i].width &&
		    canvas.height >= 36U * fonts[i].height + fonts[i].width)
			best = &fonts[i];
	}
	return best;
}

bool canvas_shows(uint32_t column, uint32_t row, uint8_t glyph, uint32_t ink, uint32_t paper,
		  unsigned int gaps)
{
	const struct font *f = canvas_font();
	uint32_t columns = (canvas.width - f->width) / f->width;
	uint32_t rows = (canvas.height - f->width) / f->height;
	uint32_t left = (canvas.width - columns * f->width) / 2 + column * f->width;
	uint32_t top = (canvas.height - rows * f->height) / 2 + row * f->height;
	uint32_t seam = f->width == 16 ? 2 : 1;
	uint32_t line_bytes = f->width > 8 ? 2 : 1;
	const uint8_t *bits = f->glyphs + (size_t)(glyph - 32) * line_bytes * f->height;

	for (uint32_t y = 0; y < f->height; y++) {
		for (uint32_t x = 0; x < f->width; x++) {
			bool set = bits[y * line_bytes + x / 8] >> (7 - x % 8) & 1;
			bool in_seam = (gaps & GAP_RIGHT && x >= f->width - seam) ||
				       (gaps & GAP_BELOW && y >= f->height - seam);

			if (!is_colour(left + x, top + y, in_seam ? RGB_PAPER : set ? ink : paper))
				return false;
		}
	}
	return true;
}

bool canvas_reads(uint32_t column, uint32_t row, const char *text, uint32_t ink, uint32_t paper)
{
	for (; *text; text++) {
		if (!canvas_shows(column++, row, (uint8_t)*text, ink, paper, 0))
			return false;
	}
	return true;
}

struct smp *canvas_smp(size_t count)
{
	static struct cpu record[SMP_MAX_CPUS] __attribute__((aligned(256)));
	static struct hvsmp_cpu *list[SMP_MAX_CPUS];
	static struct smp smp;

	memset(record, 0, sizeof(record));
	for (uint32_t i = 0; i < count; i++) {
		list[i] = &record[i].start;
		record[i] = (struct cpu){.start.index = i,
					 .start.hw_id = i,
					 .start.vp_index = HVSMP_VP_UNKNOWN,
					 .start.is_bsp = i == 0};
		record[i].start.owner = &record[i];
		canvas_progress[i] = i ? CPU_WAITING : CPU_UP;
	}
	smp = (struct smp){.record = list, .count = count, .bsp = &record[0]};
	return &smp;
}
