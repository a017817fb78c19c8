/* SPDX-License-Identifier: MIT */
/* The screen as rows and columns of cells, on which the grid is drawn. Private to screen/. */
#pragma once

#include "screen/raster.h"

uint32_t screen_columns(void);
uint32_t screen_rows(void);

/* Keep the upper rows, now blank, from the text, for the caller to draw on; once. */
void screen_pin(uint32_t rows);
/* Nothing is drawn if the cell looks like that already, or does not exist. */
void screen_put(uint32_t column, uint32_t row, struct cell cell);
