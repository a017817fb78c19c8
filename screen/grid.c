/* SPDX-License-Identifier: MIT */
/* From the ledger to tiles; only those that have changed are drawn. */
#include "screen/grid.h"

#include "arch/arch.h"
#include "lib/format.h"
#include "lib/string.h"
#include "screen/cells.h"
#include "screen/grid_layout.h"

/* One step looks at so many processors, draws about so many cells, and pauses after it. */
enum { LOOKS = 64, DRAWN_CELLS = 240 };
#define STEP_NS 5000000UL
enum { BAR = 24, BAR_FROM = 90 }; /* columns */
enum { TEXT_SIZE = 128 };

/* What a tile can say. */
enum state {
	STATE_WAITING,
	STATE_STARTING_HV,
	STATE_STARTING_SIPI,
	STATE_BOOT,
	STATE_HV,
	STATE_SIPI,
	STATE_MISSING,
	STATE_REFUSED,
	STATE_LATE,
	STATE_ABSENT,
	STATE_MISMATCH,
	STATES,
};

#define INK COLOUR_TILE_INK

/* Each state has a letter of its own; the colour only repeats it. */
static const struct {
	uint8_t letter, paper, ink;
	uint8_t dot_ink;  /* as a dot, one of very many */
	const char *word; /* on a large tile */
} looks[STATES] = {
	[STATE_WAITING] = {GLYPH_DOT, COLOUR_TILE_IDLE, COLOUR_DIM, COLOUR_DIM, "waiting"},
	[STATE_STARTING_HV] = {'h', COLOUR_TILE_STARTING, INK, INK, "starting"},
	[STATE_STARTING_SIPI] = {'s', COLOUR_TILE_STARTING, INK, INK, "starting"},
	[STATE_BOOT] = {'B', COLOUR_TILE_BOOT, INK, INK, "online"},
	[STATE_HV] = {'H', COLOUR_TILE_HV, INK, COLOUR_SOFT_HV, "online"},
	[STATE_SIPI] = {'S', COLOUR_TILE_SIPI, INK, COLOUR_SOFT_SIPI, "online"},
	[STATE_MISSING] = {'?', COLOUR_TILE_MISSING, INK, INK, "missing"},
	[STATE_REFUSED] = {'x', COLOUR_TILE_ODD, INK, INK, "refused"},
	[STATE_LATE] = {'L', COLOUR_TILE_ODD, INK, INK, "late"},
	[STATE_ABSENT] = {'-', COLOUR_TILE_ODD, INK, INK, "absent"},
	[STATE_MISMATCH] = {'!', COLOUR_TILE_MISMATCH, INK, INK, "mismatch"},
};

static const struct {
	uint8_t row;
	enum state state;
	const char *word;
} legend[] = {
	{0, STATE_BOOT, "boot processor"},
	{0, STATE_HV, "by hypercall"},
	{0, STATE_SIPI, "by " ARCH_SECOND},
	{0, STATE_STARTING_HV, ""},
	{0, STATE_STARTING_SIPI, "starting"},
	{0, STATE_WAITING, "waiting"},
	{1, STATE_MISSING, "missing"},
	{1, STATE_REFUSED, "refused"},
	{1, STATE_LATE, "late"},
	{1, STATE_ABSENT, "absent"},
	{1, STATE_MISMATCH, "mismatch"},
};

static struct {
	bool on, ended;
	struct grid_layout layout;
	size_t next;                 /* to look at */
	uint64_t next_ns;            /* not before */
	uint8_t shown[SMP_MAX_CPUS]; /* 1 + state, and whether the VP index is known */
	uint32_t count[STATES];
} grid;

enum { SHOWN_VP = 0x80 };

static enum state final_state(const struct cpu *cpu)
{
	switch (cpu->verdict) {
	case CPU_ONLINE:
		if (cpu->start.is_bsp)
			return STATE_BOOT;
		return cpu->start.method == HVSMP_METHOD_SECOND ? STATE_SIPI : STATE_HV;
	case CPU_LATE: return STATE_LATE;
	case CPU_MISSING: return STATE_MISSING;
	case CPU_MISMATCH: return STATE_MISMATCH;
	case CPU_ABSENT: return STATE_ABSENT;
	default: return STATE_REFUSED;
	}
}

static enum state live_state(const struct cpu *cpu)
{
	switch (cpu_progress(cpu)) {
	case CPU_WAITING: return STATE_WAITING;
	case CPU_STARTING:
		return cpu->start.method == HVSMP_METHOD_SECOND ? STATE_STARTING_SIPI
								: STATE_STARTING_HV;
	case CPU_UP:
		if (cpu->start.is_bsp)
			return STATE_BOOT;
		if (cpu->mismatch_count)
			return STATE_MISMATCH;
		return cpu->start.method == HVSMP_METHOD_SECOND ? STATE_SIPI : STATE_HV;
	default: return STATE_MISSING;
	}
}

static uint32_t write(uint32_t column, uint32_t row, enum colour ink, const char *text)
{
	for (; *text; text++)
		screen_put(column++, row, (struct cell){(uint8_t)*text, ink, COLOUR_PAPER, 0});
	return column;
}

/* A tile's one row: the text, blanks to its end, seams where the tile ends. */
static void tile_row(uint32_t column, uint32_t row, enum state state, const char *text, bool last)
{
	uint32_t width = grid.layout.tile_columns;
	uint32_t wide = (uint32_t)str_len(text);
	uint8_t ink = grid.layout.size == GRID_DOT ? looks[state].dot_ink : looks[state].ink;

	for (uint32_t i = 0; i < width; i++)
		screen_put(column + i, row,
			   (struct cell){i < wide ? (uint8_t)text[i] : (uint8_t)' ', ink,
					 looks[state].paper,
					 (i + 1 == width ? GAP_RIGHT : 0) |
						 (last ? GAP_BELOW : 0)});
}

static void vp_text(char *out, size_t size, const struct cpu *cpu)
{
	if (cpu->start.vp_index == HVSMP_VP_UNKNOWN)
		format(out, size, " VP -");
	else
		format(out, size, " VP %u", cpu->start.vp_index);
}

static void draw_tile(const struct cpu *cpu, enum state state)
{
	char letter = (char)looks[state].letter;
	char vp[16];
	char text[32];
	uint32_t column;
	uint32_t row;

	grid_place(&grid.layout, cpu->start.index, &column, &row);
	vp_text(vp, sizeof(vp), cpu);
	switch (grid.layout.size) {
	case GRID_DOT:
		format(text, sizeof(text), "%c", letter);
		tile_row(column, row, state, text, true);
		break;
	case GRID_SMALL:
		format(text, sizeof(text), grid.layout.tile_columns > 6 ? " %c %lu" : "%c %lu",
		       letter, cpu_id(cpu));
		tile_row(column, row, state, text, true);
		break;
	case GRID_MEDIUM:
		format(text, sizeof(text), " %c %lu", letter, cpu_id(cpu));
		tile_row(column, row, state, text, false);
		tile_row(column, row + 1, state, vp, true);
		break;
	case GRID_LARGE:
		format(text, sizeof(text), " %c %s", letter, looks[state].word);
		tile_row(column, row, state, text, false);
		format(text, sizeof(text), " APIC %lu", cpu_id(cpu));
		tile_row(column, row + 1, state, text, false);
		tile_row(column, row + 2, state, vp, true);
		break;
	}
}

/* Draw its tile if it has changed. */
static bool look(const struct smp *smp, size_t i)
{
	const struct cpu *cpu = smp_cpu(smp, i);
	enum state state = grid.ended ? final_state(cpu) : live_state(cpu);
	uint8_t now =
		(uint8_t)(1 + state) | (cpu->start.vp_index == HVSMP_VP_UNKNOWN ? 0 : SHOWN_VP);
	uint8_t before = grid.shown[i];

	if (now == before)
		return false;
	if (before)
		grid.count[(before & ~SHOWN_VP) - 1]--;
	grid.count[state]++;
	grid.shown[i] = now;
	draw_tile(cpu, state);
	return true;
}

static void draw_bar(size_t all, uint32_t online, uint32_t starting, uint32_t failed)
{
	uint32_t from = screen_columns() - BAR;
	uint32_t done = (uint32_t)(online * BAR / all);
	/* Rounded up, and the good down: one among thousands shows, and both find room. */
	uint32_t bad = (uint32_t)((failed * BAR + all - 1) / all);
	uint32_t way = (uint32_t)((online + starting) * BAR / all) - done;

	for (uint32_t i = 0; i < BAR; i++) {
		enum colour paper = i < done         ? COLOUR_GOOD
				    : i < done + way ? COLOUR_TILE_STARTING
				    : i >= BAR - bad ? COLOUR_TILE_MISSING
						     : COLOUR_TILE_IDLE;

		screen_put(from + i, 0, (struct cell){' ', COLOUR_INK, paper, GAP_RIGHT});
	}
}

static void draw_heading(const struct smp *smp)
{
	const uint32_t *n = grid.count;
	uint32_t online = n[STATE_BOOT] + n[STATE_HV] + n[STATE_SIPI];
	uint32_t starting = n[STATE_STARTING_HV] + n[STATE_STARTING_SIPI];
	size_t all = smp->count + smp->left_out;
	uint32_t failed = (uint32_t)all - online - starting - n[STATE_WAITING];
	uint32_t end = screen_columns() - (screen_columns() >= BAR_FROM ? BAR + 1 : 0);
	char text[TEXT_SIZE];
	uint32_t column;

	format(text, sizeof(text), "%u of %lu online, %u starting, %u waiting, %u failed", online,
	       (unsigned long)all, starting, n[STATE_WAITING], failed);
	column = write(0, 0, COLOUR_BRIGHT, "hvsmp");
	column = write(column + 2, 0, failed ? COLOUR_BAD : COLOUR_INK, text);
	if (smp->config.vtl) {
		format(text, sizeof(text), ", VTL %u", smp->config.vtl);
		column = write(column, 0, COLOUR_BRIGHT, text);
	}
	while (column < end)
		column = write(column, 0, COLOUR_INK, " ");
	if (screen_columns() >= BAR_FROM)
		draw_bar(all, online, starting, failed);
}

/* A tile of three columns: its letter does not touch its edges. */
static uint32_t draw_sample(uint32_t column, uint32_t row, enum state state)
{
	for (unsigned int i = 0; i < 3; i++)
		screen_put(column++, row,
			   (struct cell){i == 1 ? looks[state].letter : ' ', looks[state].ink,
					 looks[state].paper, GAP_BELOW | (i == 2 ? GAP_RIGHT : 0)});
	return column;
}

static void draw_legend(void)
{
	uint32_t column[2] = {0, 0};

	for (size_t i = 0; i < sizeof(legend) / sizeof(legend[0]); i++) {
		uint32_t row = grid.layout.legend + legend[i].row;
		uint32_t *at = &column[legend[i].row];

		*at = draw_sample(*at, row, legend[i].state);
		if (legend[i].word[0])
			*at = write(*at + 1, row, COLOUR_INK, legend[i].word) + 2;
	}
	for (uint32_t i = 0; i < screen_columns(); i++)
		screen_put(i, grid.layout.end - 1,
			   (struct cell){GLYPH_RULE, COLOUR_DIM, COLOUR_PAPER, 0});
}

/* The APIC id at the head of each row of dots. */
static void draw_labels(const struct smp *smp)
{
	for (size_t i = 0; i < smp->count && grid.layout.label; i += grid.layout.across) {
		uint32_t column;
		uint32_t row;
		char text[16];

		grid_place(&grid.layout, i, &column, &row);
		format(text, sizeof(text), "%5lu", cpu_id(smp_cpu(smp, i)));
		write(0, row, COLOUR_DIM, text);
	}
}

static uint32_t longest_id(const struct smp *smp)
{
	uint32_t longest = 1;

	for (size_t i = 0; i < smp->count; i++) {
		char text[16];
		size_t len = format(text, sizeof(text), "%lu", cpu_id(smp_cpu(smp, i)));

		longest = len > longest ? (uint32_t)len : longest;
	}
	return longest;
}

static void look_at_all(const struct smp *smp)
{
	for (size_t i = 0; i < smp->count; i++)
		(void)look(smp, i);
	draw_heading(smp);
}

void grid_begin(const struct smp *smp)
{
	memset(&grid, 0, sizeof(grid));
	if (!screen_is_on() || smp->count > SMP_MAX_CPUS ||
	    !grid_fit(&grid.layout, smp->count, longest_id(smp), screen_columns(), screen_rows()))
		return;
	grid.on = true;
	screen_pin(grid.layout.end);
	draw_legend();
	draw_labels(smp);
	look_at_all(smp);
}

void grid_step(const struct smp *smp)
{
	uint64_t now = arch_clock_ns();
	uint32_t drawn = 0;

	if (!grid.on || now < grid.next_ns)
		return;
	grid.next_ns = now + STEP_NS; /* drawing must not slow the wait down */
	for (unsigned int i = 0; i < LOOKS && i < smp->count && drawn < DRAWN_CELLS; i++) {
		if (look(smp, grid.next))
			drawn += grid.layout.tile_columns * grid.layout.tile_rows;
		grid.next = grid.next + 1 < smp->count ? grid.next + 1 : 0;
	}
	if (drawn)
		draw_heading(smp);
}

void grid_end(const struct smp *smp)
{
	if (!grid.on)
		return;
	grid.ended = true;
	look_at_all(smp);
}
