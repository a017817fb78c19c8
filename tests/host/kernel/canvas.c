/* SPDX-License-Identifier: MIT */
#include "tests/host/kernel/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

struct boot_info canvas_boot;
struct pages canvas_pages;
unsigned int canvas_mapped;
enum cpu_progress canvas_progress[SMP_MAX_CPUS];

enum { PAGES = 600 };
static void *page_memory;
static uint8_t *pixels;
static unsigned int bytes;

/* Where the image lies; linker.ld says so elsewhere. */
__asm__(".data\n.globl _text, _image_end\n_text: .space 4096\n_image_end:\n.byte 0\n.previous\n");

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	if (va != pa || va % PAGE_SIZE || size % PAGE_SIZE)
		return ERR_INVALID;
	canvas_mapped = flags;
	return OK;
}

uint64_t canvas_tick = 100000000;

uint64_t arch_clock_ns(void)
{
	static uint64_t now;

	now += canvas_tick;
	return now;
}

enum cpu_progress cpu_progress(const struct cpu *cpu)
{
	return canvas_progress[cpu->index];
}

static const struct {
	enum boot_pixel_format format;
	uint32_t red, green, blue, reserved;
	unsigned int bytes;
} formats[CANVAS_FORMATS] = {
	[CANVAS_BGRX] = {BOOT_PIXEL_BGRX, 0xFF0000, 0xFF00, 0xFF, 0, 4},
	[CANVAS_RGBX] = {BOOT_PIXEL_RGBX, 0xFF, 0xFF00, 0xFF0000, 0, 4},
	[CANVAS_MASK32] = {BOOT_PIXEL_MASK, 0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000, 4},
	[CANVAS_MASK24] = {BOOT_PIXEL_MASK, 0xFF0000, 0xFF00, 0xFF, 0, 3},
	[CANVAS_565] = {BOOT_PIXEL_MASK, 0xF800, 0x7E0, 0x1F, 0, 2},
	[CANVAS_555] = {BOOT_PIXEL_MASK, 0x7C00, 0x3E0, 0x1F, 0x8000, 2},
};

void canvas_open(uint32_t width, uint32_t height, uint32_t more, enum canvas_format format)
{
	struct boot_framebuffer *fb = &canvas_boot.framebuffer;

	canvas_close();
	page_memory = aligned_alloc(PAGE_SIZE, (size_t)PAGES * PAGE_SIZE);
	pages_init(&canvas_pages,
		   &(struct page_range){(uint64_t)page_memory, (uint64_t)PAGES * PAGE_SIZE}, 1);
	bytes = formats[format].bytes;
	*fb = (struct boot_framebuffer){
		.size = ((uint64_t)(width + more) * (height - 1) + width) * bytes,
		.width = width,
		.height = height,
		.pixels_per_line = width + more,
		.format = formats[format].format,
		.red_mask = formats[format].red,
		.green_mask = formats[format].green,
		.blue_mask = formats[format].blue,
		.reserved_mask = formats[format].reserved,
	};
	pixels = malloc(fb->size);
	fb->base = (uint64_t)pixels;
	canvas_mapped = 0;
	canvas_poison();
}

void canvas_poison(void)
{
	memset(pixels, CANVAS_POISON, canvas_boot.framebuffer.size);
}

void canvas_close(void)
{
	free(pixels);
	free(page_memory);
	pixels = NULL;
	page_memory = NULL;
	screen_reset();
}

int canvas_set_up(void **state)
{
	(void)state;
	log_reset();
	log_set_level(LOG_WARN);
	canvas_boot = (struct boot_info){0};
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
	const struct boot_framebuffer *fb = &canvas_boot.framebuffer;
	uint32_t value = 0;

	memcpy(&value, pixels + ((size_t)y * fb->pixels_per_line + x) * bytes, bytes);
	return value;
}

bool canvas_is_poison(uint32_t x, uint32_t y)
{
	uint32_t all = 0xFFFFFFFF >> 8 * (4 - bytes);

	return raw(x, y) == (CANVAS_POISON * 0x01010101U & all);
}

static uint32_t eight_bits(uint32_t value, uint32_t mask)
{
	double part = (double)(value & mask) / mask;

	return (uint32_t)(part * 255 + 0.5);
}

uint32_t canvas_pixel(uint32_t x, uint32_t y)
{
	const struct boot_framebuffer *fb = &canvas_boot.framebuffer;
	uint32_t value = raw(x, y);

	return eight_bits(value, fb->red_mask) << 16 | eight_bits(value, fb->green_mask) << 8 |
	       eight_bits(value, fb->blue_mask);
}

static bool near(uint32_t a, uint32_t b, uint32_t mask, unsigned int shift)
{
	int step = 255 / (int)(mask >> __builtin_ctz(mask)); /* what the format cannot tell apart */
	int difference = (int)(a >> shift & 0xFF) - (int)(b >> shift & 0xFF);

	return difference <= step / 2 + 1 && -difference <= step / 2 + 1;
}

static bool is_colour(uint32_t x, uint32_t y, uint32_t rgb)
{
	const struct boot_framebuffer *fb = &canvas_boot.framebuffer;
	uint32_t is = canvas_pixel(x, y);

	return near(is, rgb, fb->red_mask, 16) && near(is, rgb, fb->green_mask, 8) &&
	       near(is, rgb, fb->blue_mask, 0);
}

static const struct font *canvas_font(void)
{
	const struct boot_framebuffer *fb = &canvas_boot.framebuffer;
	const struct font *best = &fonts[0];

	for (unsigned int i = 1; i < FONTS; i++) {
		if (fb->width >= 100U * fonts[i].width &&
		    fb->height >= 36U * fonts[i].height + fonts[i].width)
			best = &fonts[i];
	}
	return best;
}

bool canvas_shows(uint32_t column, uint32_t row, uint8_t glyph, uint32_t ink, uint32_t paper,
		  unsigned int gaps)
{
	const struct boot_framebuffer *fb = &canvas_boot.framebuffer;
	const struct font *f = canvas_font();
	uint32_t columns = (fb->width - f->width) / f->width;
	uint32_t rows = (fb->height - f->width) / f->height;
	uint32_t left = (fb->width - columns * f->width) / 2 + column * f->width;
	uint32_t top = (fb->height - rows * f->height) / 2 + row * f->height;
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
	static struct cpu *list[SMP_MAX_CPUS];
	static struct smp smp;

	memset(record, 0, sizeof(record));
	for (uint32_t i = 0; i < count; i++) {
		list[i] = &record[i];
		record[i] = (struct cpu){.index = i,
					 .apic_id = i,
					 .vp_index = HVSMP_VP_UNKNOWN,
					 .is_bsp = i == 0};
		canvas_progress[i] = i ? CPU_WAITING : CPU_UP;
	}
	smp = (struct smp){.cpu = list, .count = count, .bsp = &record[0]};
	return &smp;
}
