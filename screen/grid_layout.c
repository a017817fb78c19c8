/* SPDX-License-Identifier: MIT */
/* Tile sizes, largest first; the first that fits is taken. */
#include "screen/grid_layout.h"

enum {
	GROUP = 16,
	LABEL = 6,
	LEGEND_ROWS = 2,
	TEXT_ROWS = 6,       /* at least */
	AIRY_TEXT_ROWS = 12, /* with these, blank rows around the tiles */
};

/* Columns of a tile: beside the digits of an APIC id, at least, at most. */
static const struct {
	enum grid_size size;
	uint32_t rows, beside, least, most;
} sizes[] = {
	{GRID_LARGE, 3, 7, 12, 24},
	{GRID_MEDIUM, 2, 4, 9, 16},
	{GRID_SMALL, 1, 3, 5, 10},
};

static uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t lines(size_t count, uint32_t across)
{
	return (uint32_t)((count + across - 1) / across);
}

/* The greatest power of two up to n; n at least 1. */
static uint32_t floor_power(uint32_t n)
{
	return 1U << (31 - __builtin_clz(n));
}

/* A power of two across, which makes ids easy to find, and no more than there are tiles. */
static bool fit_tiles(struct grid_layout *g, size_t i, size_t count, uint32_t digits,
		      uint32_t columns)
{
	uint32_t needed = sizes[i].beside + digits;

	if (needed < sizes[i].least)
		needed = sizes[i].least;
	if (columns < needed)
		return false;
	g->size = sizes[i].size;
	g->across = floor_power(columns / needed);
	while (g->across / 2 >= count)
		g->across /= 2;
	g->tile_columns = min(columns / g->across, sizes[i].most);
	g->tile_rows = sizes[i].rows;
	g->label = g->group = 0;
	return true;
}

static bool fit_dots(struct grid_layout *g, size_t count, uint32_t columns, uint32_t rows)
{
	uint32_t groups = columns > LABEL ? (columns - LABEL + 1) / (GROUP + 1) : 0;

	if (!groups)
		return false;
	if (lines(count, floor_power(groups) * GROUP) <= rows / 2)
		groups = floor_power(groups);
	*g = (struct grid_layout){.size = GRID_DOT,
				  .tile_columns = 1,
				  .tile_rows = 1,
				  .across = groups * GROUP,
				  .label = LABEL,
				  .group = GROUP};
	return true;
}

/* Heading, tiles, legend, rule; and is there room left for the text? */
static bool stack(struct grid_layout *g, size_t count, uint32_t rows)
{
	uint32_t tiles = lines(count, g->across) * g->tile_rows;
	uint32_t air = 1 + tiles + LEGEND_ROWS + 1 + 2 + AIRY_TEXT_ROWS <= rows;

	g->first = 1 + air;
	g->legend = g->first + tiles + air;
	g->end = g->legend + LEGEND_ROWS + 1;
	return g->end + TEXT_ROWS <= rows;
}

bool grid_fit(struct grid_layout *out, size_t count, uint32_t digits, uint32_t columns,
	      uint32_t rows)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (fit_tiles(out, i, count, digits, columns) &&
		    lines(count, out->across) * out->tile_rows <= rows / 2 &&
		    stack(out, count, rows))
			return true;
	}
	return fit_dots(out, count, columns, rows) && stack(out, count, rows);
}

void grid_place(const struct grid_layout *g, size_t i, uint32_t *column, uint32_t *row)
{
	uint32_t x = (uint32_t)(i % g->across);

	*column = g->label + x * g->tile_columns + (g->group ? x / g->group : 0);
	*row = g->first + (uint32_t)(i / g->across) * g->tile_rows;
}
