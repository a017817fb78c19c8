/* SPDX-License-Identifier: MIT */
/*
 * From the firmware's description of its framebuffer to a surface for the screen. The description
 * is checked against itself and against the memory map; if anything is wrong, there is a warning
 * and no screen.
 */
#include "kernel/setup.h"

#include "arch/arch.h"
#include "lib/log.h"
#include "screen/screen.h"

#define ONE_MIB 0x100000UL
enum { MAX_SIDE = 16384 };

extern char _text[], _image_end[]; /* linker.ld */

/* One run of bits, not empty. */
static bool is_run(uint32_t mask)
{
	uint32_t low = mask ? mask >> __builtin_ctz(mask) : 0;

	return mask && !(low & (low + 1));
}

static const char *set_layout(struct screen_surface *s, const struct boot_framebuffer *fb)
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
	s->red = red;
	s->green = green;
	s->blue = blue;
	s->bytes = (39U - (uint32_t)__builtin_clz(all)) / 8U; /* UEFI: up to the highest bit used */
	return s->bytes < 2 ? "its pixels have fewer than 16 bits" : NULL;
}

/* Bytes, up to the last pixel. */
static uint64_t size_of(const struct screen_surface *s)
{
	return s->pitch * (s->height - 1) + (uint64_t)s->width * s->bytes;
}

static const char *set_size(struct screen_surface *s, const struct boot_framebuffer *fb)
{
	if (!fb->width || !fb->height || fb->width > MAX_SIDE || fb->height > MAX_SIDE)
		return "its width or height makes no sense";
	if (fb->pixels_per_line < fb->width)
		return "its lines are shorter than its width";
	s->base = (volatile uint8_t *)fb->base;
	s->width = fb->width;
	s->height = fb->height;
	s->pitch = (uint64_t)fb->pixels_per_line * s->bytes;
	if (size_of(s) > fb->size || fb->base + size_of(s) < fb->base)
		return "it is smaller than its lines need";
	if (!arch_is_physical(fb->base, size_of(s)))
		return "it is no physical address";
	return NULL;
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* Memory that has another use, or that must not become writable. */
static const char *find_clash(const struct boot_info *boot, uint64_t base, uint64_t size)
{
	if (base < ONE_MIB)
		return "it lies in the first MiB";
	if (overlap(base, size, (uint64_t)_text, (uint64_t)(_image_end - _text)))
		return "it overlaps the kernel";
	for (size_t i = 0; i < boot->memory_count; i++) {
		const struct boot_memory *m = &boot->memory[i];

		if (m->kind == BOOT_MEMORY_FREE && overlap(base, size, m->base, m->size))
			return "it overlaps free memory";
	}
	return NULL;
}

/* NULL, or what is wrong with it. Does not touch it. */
static const char *check(const struct boot_info *boot, struct screen_surface *s)
{
	const char *wrong = set_layout(s, &boot->framebuffer);

	if (!wrong)
		wrong = set_size(s, &boot->framebuffer);
	if (!wrong && !screen_bytes(s))
		wrong = "it is too small for text";
	return wrong ? wrong : find_clash(boot, boot->framebuffer.base, size_of(s));
}

static enum err map(const struct screen_surface *s)
{
	uint64_t base = (uint64_t)s->base;
	uint64_t first = base & ~(uint64_t)(PAGE_SIZE - 1);
	size_t pages = pages_of(base + size_of(s) - first);

	return arch_map(first, first, pages * PAGE_SIZE, ARCH_MAP_WRITE | ARCH_MAP_COMBINE);
}

void framebuffer_open(const struct boot_info *boot, struct pages *pages)
{
	const struct boot_framebuffer *fb = &boot->framebuffer;
	struct screen_surface surface;
	const char *wrong;
	void *cells = NULL;

	if (!fb->base)
		return;
	wrong = check(boot, &surface);
	if (!wrong) {
		cells = pages_alloc(pages, pages_of(screen_bytes(&surface)), 0);
		if (!cells || map(&surface))
			wrong = "no memory for it";
	}
	if (!wrong)
		screen_start(&surface, cells);
	else
		log_warn("no screen: the framebuffer at 0x%lx (%ux%u, %u pixels a line, %lu bytes) "
			 "cannot be used: %s",
			 (unsigned long)fb->base, fb->width, fb->height, fb->pixels_per_line,
			 (unsigned long)fb->size, wrong);
}
