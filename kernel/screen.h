/* SPDX-License-Identifier: MIT */
/*
 * A text console on the framebuffer. What is on the screen is kept in memory as cells; only cells that
 * change are drawn, and video memory is never read. Private to kernel/. Boot processor only, but for a
 * panic, which stops all other processors first.
 */
#pragma once

#include <stddef.h>

#include "kernel/raster.h"
#include "lib/pages.h"

/*
 * A log sink. Keeps what comes before screen_start, and shows it then. Lines for machines ("@report
 * {...}") are left out; warnings, errors and verdicts are coloured by their first words; an exception
 * or a panic takes the whole screen.
 */
void screen_write(void *ctx, const char *text, size_t len);

/* Own page tables active. No framebuffer: nothing happens. One that cannot be used: a warning. */
void screen_start(const struct boot_info *boot, struct pages *pages);

bool screen_is_on(void);
uint32_t screen_columns(void);
uint32_t screen_rows(void);

/* Keep the upper rows out of the text's way, once: they are blank then, and whoever asked draws there. */
void screen_pin(uint32_t rows);
/* Forget everything: for tests. */
void screen_reset(void);
/* One cell; nothing is drawn if it looks like that already, or does not exist. */
void screen_put(uint32_t column, uint32_t row, struct cell cell);
