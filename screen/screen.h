/* SPDX-License-Identifier: MIT */
/*
 * A text console on a framebuffer. The screen's content is kept in memory as cells; only cells that
 * change are drawn, and video memory is never read. Boot processor only, except in a panic, which
 * stops all other processors first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Video memory. The caller has checked that it is what this says, and mapped it. */
struct screen_surface {
	volatile uint8_t *base;
	uint32_t width, height;    /* pixels */
	uint32_t bytes;            /* of a pixel: 2, 3 or 4 */
	uint64_t pitch;            /* bytes from one line to the next */
	uint32_t red, green, blue; /* masks: one run of bits each, none in common */
};

/*
 * A log sink. What comes before screen_start is kept and shown then. Lines for machines ("@report
 * {...}") are left out; warnings, errors and verdicts are coloured by their first words; an
 * exception or a panic takes the whole screen.
 */
void screen_write(void *ctx, const char *text, size_t len);

/* Bytes of memory that the screen's cells take; 0: the surface is too small for text. */
size_t screen_bytes(const struct screen_surface *surface);
/* cells: screen_bytes() of memory, the screen's from now on. */
void screen_start(const struct screen_surface *surface, void *cells);

bool screen_is_on(void);
/* Forget everything: for tests. */
void screen_reset(void);
