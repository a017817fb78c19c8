/* SPDX-License-Identifier: MIT */
/* Where the grid's tiles lie: arithmetic only. Private to screen/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum grid_size {
	GRID_DOT,    /* one character, in groups, rows with labels */
	GRID_SMALL,  /* one row: state, APIC id */
	GRID_MEDIUM, /* two rows: and VP index */
	GRID_LARGE,  /* three rows: state in words, APIC id, VP index */
};

struct grid_layout {
	enum grid_size size;
	uint32_t tile_columns, tile_rows; /* characters */
	uint32_t across;                  /* tiles in a row */
	uint32_t label, group;            /* of GRID_DOT: width of a label, tiles between gaps */
	uint32_t first, legend, end;      /* rows: first tile, legend, first row below it all */
};

/*
 * The largest tiles that leave enough rows for the text. digits: of the longest APIC id. False: the
 * screen is too small for any grid.
 */
bool grid_fit(struct grid_layout *out, size_t count, uint32_t digits, uint32_t columns,
	      uint32_t rows);

/* Upper left character of tile number i. */
void grid_place(const struct grid_layout *g, size_t i, uint32_t *column, uint32_t *row);
