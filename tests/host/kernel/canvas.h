/* SPDX-License-Identifier: MIT */
/*
 * A framebuffer in this program's memory, and a ledger made by hand: what kernel/screen.c and
 * kernel/grid.c stand on.
 */
#pragma once

#include "kernel/screen.h"
#include "smp/smp.h"

/* In pixel formats that firmware has: 4, 4, 4, 3, 2 and 2 bytes a pixel. */
enum canvas_format {
	CANVAS_BGRX,
	CANVAS_RGBX,
	CANVAS_MASK32,
	CANVAS_MASK24,
	CANVAS_565,
	CANVAS_555
};
enum { CANVAS_FORMATS = CANVAS_555 + 1 };

extern struct boot_info canvas_boot;
extern struct pages canvas_pages;
extern unsigned int canvas_mapped; /* ARCH_MAP_... of the framebuffer; 0: it was not mapped */

/*
 * A new framebuffer of this size, with so many pixels more in each line, all bytes CANVAS_POISON,
 * in a block in which ASan sees a step outside; and pages. The screen is off.
 */
enum { CANVAS_POISON = 0xA5 };
void canvas_open(uint32_t width, uint32_t height, uint32_t more, enum canvas_format format);
void canvas_poison(void);
void canvas_close(void);

/* Each test begins without a log and ends without a canvas. */
int canvas_set_up(void **state);
int canvas_tear_down(void **state);
#define CANVAS_TEST(name) cmocka_unit_test_setup_teardown(name, canvas_set_up, canvas_tear_down)

/* What the log says, to the screen. */
void canvas_say(const char *text);

/* A pixel as 8 bits of red, green and blue; the canvas's own arithmetic, not the kernel's. */
uint32_t canvas_pixel(uint32_t x, uint32_t y);
bool canvas_is_poison(uint32_t x, uint32_t y);
/* Is this what stands there, to the last pixel? Fonts and margins by arithmetic of its own. */
bool canvas_shows(uint32_t column, uint32_t row, uint8_t glyph, uint32_t ink, uint32_t paper,
		  unsigned int gaps);
/* In ink on paper, without seams. */
bool canvas_reads(uint32_t column, uint32_t row, const char *text, uint32_t ink, uint32_t paper);

/* The palette once more. */
enum {
	RGB_PAPER = 0x0F1419,
	RGB_INK = 0xC9D1D9,
	RGB_BRIGHT = 0xFFFFFF,
	RGB_DIM = 0x6E7A87,
	RGB_GOOD = 0x3FD6A0,
	RGB_WARN = 0xF0C542,
	RGB_BAD = 0xFF7B54,
	RGB_PANIC = 0x7A0C12,
	RGB_TILE_INK = 0x0B0F13,
	RGB_SOFT_HV = 0x1B6594,
	RGB_SOFT_SIPI = 0x07553D,
	RGB_IDLE = 0x27303A,
	RGB_BOOT = 0xE4E8EC,
	RGB_HV = 0x56B4E9,
	RGB_SIPI = 0x1DB386,
	RGB_STARTING = 0xF0E442,
	RGB_MISSING = 0xE8641B,
	RGB_ODD = 0xE69F00,
	RGB_MISMATCH = 0xCC79A7,
};

/* `count` processors with APIC ids 0, 1, ...; all of them wait. */
struct smp *canvas_smp(size_t count);
/* Nanoseconds that go by between two looks at the clock; 100 ms at first. */
extern uint64_t canvas_tick;
/* How far each is: what cpu_progress says. */
extern enum cpu_progress canvas_progress[SMP_MAX_CPUS];
