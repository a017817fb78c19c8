/* SPDX-License-Identifier: MIT */
/* The text console: cells, a cursor, scrolling. */
#include "screen/screen.h"

#include "lib/log.h"
#include "lib/string.h"
#include "screen/cells.h"

enum { EARLY_SIZE = 4096 };

static struct {
	bool on;
	struct raster raster;
	struct cell *cells;
	uint32_t first;       /* row of the text's region */
	uint32_t column, row; /* where the next character goes; row may be one too far */
	enum colour ink, paper;
	bool line_begins, for_machines;
	char early[EARLY_SIZE]; /* until there are cells */
	size_t early_len;
} screen = {.ink = COLOUR_INK, .line_begins = true};

void screen_reset(void)
{
	memset(&screen, 0, sizeof(screen));
	screen.ink = COLOUR_INK;
	screen.line_begins = true;
}

bool screen_is_on(void)
{
	return screen.on;
}

uint32_t screen_columns(void)
{
	return screen.raster.columns;
}

uint32_t screen_rows(void)
{
	return screen.raster.rows;
}

static struct cell blank(void)
{
	return (struct cell){GLYPH_FIRST, COLOUR_INK, (uint8_t)screen.paper, 0};
}

static struct cell *cell_at(uint32_t column, uint32_t row)
{
	return &screen.cells[(size_t)row * screen.raster.columns + column];
}

void screen_put(uint32_t column, uint32_t row, struct cell cell)
{
	struct cell *shown;

	if (!screen.on || column >= screen.raster.columns || row >= screen.raster.rows ||
	    cell.glyph < GLYPH_FIRST || cell.glyph >= GLYPH_END)
		return;
	shown = cell_at(column, row);
	if (!memcmp(shown, &cell, sizeof(cell)))
		return;
	*shown = cell;
	raster_cell(&screen.raster, column, row, cell);
}

static void copy_row(uint32_t to, uint32_t from)
{
	for (uint32_t column = 0; column < screen.raster.columns; column++)
		screen_put(column, to, *cell_at(column, from));
}

static void clear_row(uint32_t row)
{
	for (uint32_t column = 0; column < screen.raster.columns; column++)
		screen_put(column, row, blank());
}

static void clear_all(void)
{
	raster_clear(&screen.raster, screen.paper);
	for (uint32_t row = 0; row < screen.raster.rows; row++) {
		for (uint32_t column = 0; column < screen.raster.columns; column++)
			*cell_at(column, row) = blank();
	}
}

/* By a quarter of the region, so that thousands of lines do not redraw the screen each. */
static void scroll(void)
{
	uint32_t room = screen.raster.rows - screen.first;
	uint32_t step = room < 8 ? 1 : room / 4;

	for (uint32_t row = screen.first; row < screen.raster.rows; row++) {
		if (row + step < screen.raster.rows)
			copy_row(row, row + step);
		else
			clear_row(row);
	}
	screen.row -= step;
}

void screen_pin(uint32_t rows)
{
	uint32_t room = screen.raster.rows - rows;
	uint32_t kept = screen.row < room ? screen.row : room;
	uint32_t from = screen.row - kept;

	if (!screen.on || rows >= screen.raster.rows || screen.first)
		return;
	screen.first = rows;
	for (uint32_t i = 0; i < kept; i++) {
		uint32_t line = rows > from ? kept - 1 - i : i; /* source and target overlap */

		copy_row(rows + line, from + line);
	}
	for (uint32_t row = 0; row < screen.raster.rows; row++) {
		if (row < rows || row >= rows + kept)
			clear_row(row);
	}
	screen.row = rows + kept;
}

/* The whole screen, in red; the last lines of text stay, above what is to come. */
static void take_over(void)
{
	uint32_t most = screen.raster.rows / 3;
	uint32_t row = screen.row < screen.raster.rows ? screen.row : screen.raster.rows;
	uint32_t kept = row - screen.first < most ? row - screen.first : most;

	screen.paper = COLOUR_PANIC_PAPER;
	screen.ink = COLOUR_BRIGHT;
	screen.first = 0;
	screen.row = kept;
	raster_clear(&screen.raster, screen.paper);
	for (uint32_t to = 0; to < screen.raster.rows; to++) {
		for (uint32_t column = 0; column < screen.raster.columns; column++) {
			struct cell old = *cell_at(column, to < kept ? row - kept + to : to);

			*cell_at(column, to) = blank();
			if (to < kept)
				screen_put(column, to,
					   (struct cell){old.glyph, COLOUR_INK, screen.paper, 0});
		}
	}
}

/* What a line's first words say about it. */
static const struct {
	const char *text;
	enum colour ink;
	bool ends_all;
} beginnings[] = {
	{"warning: ", COLOUR_WARN, false},      {"error: ", COLOUR_BAD, false},
	{"verdict: ok", COLOUR_GOOD, false},    {"verdict: degraded", COLOUR_WARN, false},
	{"verdict: failed", COLOUR_BAD, false}, {"exception ", COLOUR_BRIGHT, true},
	{"PANIC: ", COLOUR_BRIGHT, true},
};

static bool begins(const char *text, size_t len, const char *with)
{
	size_t n = str_len(with);

	return n <= len && !memcmp(text, with, n);
}

static void start_line(const char *text, size_t len)
{
	screen.line_begins = false;
	screen.for_machines = *text == '@';
	if (screen.paper == COLOUR_PANIC_PAPER)
		return;
	if (*text == '[') { /* the time */
		while (len && *text != ']')
			text++, len--;
		text += len < 2 ? len : 2;
		len -= len < 2 ? len : 2;
	}
	screen.ink = COLOUR_INK;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		if (!begins(text, len, beginnings[i].text))
			continue;
		screen.ink = beginnings[i].ink;
		if (beginnings[i].ends_all)
			take_over();
	}
}

static void new_line(void)
{
	screen.line_begins = true;
	if (screen.for_machines) {
		screen.for_machines = false;
		return;
	}
	screen.column = 0;
	screen.row++;
}

static void show(char c)
{
	bool printable = c >= ' ' && c <= '~';

	if (screen.column == screen.raster.columns) {
		screen.column = 0;
		screen.row++;
	}
	if (screen.row >= screen.raster.rows)
		scroll();
	screen_put(screen.column++, screen.row,
		   (struct cell){(uint8_t)(printable ? c : '?'), (uint8_t)screen.ink,
				 (uint8_t)screen.paper, 0});
}

static void keep(const char *text, size_t len)
{
	for (size_t i = 0; i < len && screen.early_len < EARLY_SIZE; i++)
		screen.early[screen.early_len++] = text[i];
}

void screen_write(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	if (!screen.on) {
		keep(text, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (screen.line_begins && text[i] != '\n')
			start_line(text + i, len - i);
		if (text[i] == '\n')
			new_line();
		else if (!screen.for_machines)
			show(text[i]);
	}
}

size_t screen_bytes(const struct screen_surface *surface)
{
	struct raster r;

	if (!raster_init(&r, surface))
		return 0;
	return (size_t)r.columns * r.rows * sizeof(struct cell);
}

void screen_start(const struct screen_surface *surface, void *cells)
{
	struct raster *r = &screen.raster;

	if (!raster_init(r, surface))
		return;
	screen.cells = cells;
	clear_all();
	screen.on = true;
	screen_write(NULL, screen.early, screen.early_len);
	log_info("screen: %ux%u, %u bits a pixel, %ux%u characters of %ux%u", surface->width,
		 surface->height, surface->bytes * 8, r->columns, r->rows, r->font->width,
		 r->font->height);
}
