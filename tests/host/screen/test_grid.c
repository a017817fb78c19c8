/* SPDX-License-Identifier: MIT */
/* screen/grid.c: what tiles show, and how much one step draws. */
#include "tests/host/test.h"

#include <stdio.h>
#include <string.h>

#include "screen/grid.h"
#include "lib/log.h"
#include "tests/host/screen/canvas.h"

static struct smp *start(uint32_t width, uint32_t height, size_t count)
{
	struct smp *smp = canvas_smp(count);

	canvas_open(width, height, 0, CANVAS_BGRX);
	canvas_start();
	assert_true(screen_is_on());
	return smp;
}

static bool tile_reads(uint32_t column, uint32_t row, const char *text, uint32_t ink,
		       uint32_t paper)
{
	for (; *text; text++) {
		uint8_t glyph = *text == '~' ? GLYPH_DOT : (uint8_t)*text;
		bool found = false;

		for (unsigned int gaps = 0; gaps < 4; gaps++)
			found |= canvas_shows(column, row, glyph, ink, paper, gaps);
		if (!found)
			return false;
		column++;
	}
	return true;
}

static void large_tiles_say_it_all(void **state)
{
	struct smp *smp = start(800, 600, 2);

	(void)state;
	grid_begin(smp);
	assert_true(canvas_reads(0, 0, "hvsmp", RGB_BRIGHT, RGB_PAPER));
	assert_true(canvas_reads(7, 0, "1 of 2 online, 0 starting, 1 waiting, 0 failed ", RGB_INK,
				 RGB_PAPER));
	smp->config.vtl = 1;
	grid_begin(smp);
	assert_true(canvas_reads(53, 0, ", VTL 1 ", RGB_BRIGHT, RGB_PAPER));
	smp->config.vtl = 0;
	grid_begin(smp);
	assert_true(tile_reads(0, 2, " B online   ", RGB_TILE_INK, RGB_BOOT));
	assert_true(tile_reads(0, 3, " APIC 0 ", RGB_TILE_INK, RGB_BOOT));
	assert_true(tile_reads(0, 4, " VP - ", RGB_TILE_INK, RGB_BOOT));
	assert_true(tile_reads(24, 2, " ~ waiting  ", RGB_DIM, RGB_IDLE));
	smp_cpu(smp, 1)->start.method = HVSMP_METHOD_SECOND;
	smp_cpu(smp, 1)->start.vp_index = 1234;
	canvas_progress[1] = CPU_STARTING;
	grid_step(smp);
	assert_true(tile_reads(24, 2, " s starting ", RGB_TILE_INK, RGB_STARTING));
	assert_true(tile_reads(24, 4, " VP 1234 ", RGB_TILE_INK, RGB_STARTING));
	assert_true(canvas_reads(7, 0, "1 of 2 online, 1 starting, 0 waiting, 0 failed ", RGB_INK,
				 RGB_PAPER));
	canvas_progress[1] = CPU_UP;
	grid_step(smp);
	assert_true(tile_reads(24, 2, " S online   ", RGB_TILE_INK, RGB_SIPI));
	assert_true(canvas_reads(7, 0, "2 of 2 online, 0 starting, 0 waiting, 0 failed ", RGB_INK,
				 RGB_PAPER));
	smp_cpu(smp, 1)->verdict = CPU_ONLINE;
	grid_end(smp);
	assert_true(tile_reads(24, 2, " S online   ", RGB_TILE_INK, RGB_SIPI));
}

/* In a row of 255: each state has a letter and a paper; as dots the good ones have softer ink. */
static const struct {
	enum cpu_verdict verdict;
	enum hvsmp_method method;
	char letter;
	uint32_t paper, dot_ink;
} ends[] = {
	{CPU_ONLINE, HVSMP_METHOD_HYPERCALL, 'H', RGB_HV, RGB_SOFT_HV},
	{CPU_ONLINE, HVSMP_METHOD_SECOND, 'S', RGB_SIPI, RGB_SOFT_SIPI},
	{CPU_MISSING, HVSMP_METHOD_HYPERCALL, '?', RGB_MISSING, RGB_TILE_INK},
	{CPU_REFUSED, HVSMP_METHOD_NONE, 'x', RGB_ODD, RGB_TILE_INK},
	{CPU_LATE, HVSMP_METHOD_HYPERCALL, 'L', RGB_ODD, RGB_TILE_INK},
	{CPU_ABSENT, HVSMP_METHOD_NONE, '-', RGB_ODD, RGB_TILE_INK},
	{CPU_MISMATCH, HVSMP_METHOD_HYPERCALL, '!', RGB_MISMATCH, RGB_TILE_INK},
};

static void every_end_has_its_letter(void **state)
{
	struct smp *smp = start(800, 600, 255);

	(void)state;
	grid_begin(smp);
	for (size_t i = 1; i < smp->count; i++) {
		smp_cpu(smp, i)->verdict = ends[i % ARRAY_COUNT(ends)].verdict;
		smp_cpu(smp, i)->start.method = ends[i % ARRAY_COUNT(ends)].method;
	}
	grid_end(smp);
	for (size_t i = 1; i < smp->count; i++) {
		uint32_t column = (uint32_t)i % 16 * 6;
		uint32_t row = 2 + (uint32_t)i / 16;
		char text[32];

		snprintf(text, sizeof(text), "%c %zu ", ends[i % ARRAY_COUNT(ends)].letter, i);
		assert_true(tile_reads(column, row, text, RGB_TILE_INK,
				       ends[i % ARRAY_COUNT(ends)].paper));
		assert_true(canvas_shows(column + 5, row, ' ', RGB_INK,
					 ends[i % ARRAY_COUNT(ends)].paper, GAP_RIGHT | GAP_BELOW));
	}
	/* 254 = 36 * 7 + 2: of the ends, the second and third are there once more */
	assert_true(canvas_reads(7, 0, "74 of 255 online, 0 starting, 0 waiting, 181 failed ",
				 RGB_BAD, RGB_PAPER));
}

static void dots_have_labels_and_groups(void **state)
{
	struct smp *smp = start(800, 600, 2048);

	(void)state;
	grid_begin(smp);
	assert_true(canvas_shows(6, 1, 'B', RGB_TILE_INK, RGB_BOOT, GAP_RIGHT | GAP_BELOW));
	assert_true(canvas_shows(7, 1, GLYPH_DOT, RGB_DIM, RGB_IDLE, GAP_RIGHT | GAP_BELOW));
	assert_true(canvas_reads(0, 2, "   80 ", RGB_DIM, RGB_PAPER));
	assert_true(canvas_reads(0, 26, " 2000 ", RGB_DIM, RGB_PAPER));
	assert_true(canvas_reads(6 + 16, 1, " ", RGB_INK, RGB_PAPER)); /* between groups */
	for (size_t i = 1; i < smp->count; i++) {
		smp_cpu(smp, i)->verdict = ends[i % ARRAY_COUNT(ends)].verdict;
		smp_cpu(smp, i)->start.method = ends[i % ARRAY_COUNT(ends)].method;
	}
	grid_end(smp);
	for (size_t i = 1; i < smp->count; i++) {
		uint32_t x = (uint32_t)i % 80;

		assert_true(canvas_shows(6 + x + x / 16, 1 + (uint32_t)i / 80,
					 (uint8_t)ends[i % ARRAY_COUNT(ends)].letter,
					 ends[i % ARRAY_COUNT(ends)].dot_ink,
					 ends[i % ARRAY_COUNT(ends)].paper, GAP_RIGHT | GAP_BELOW));
	}
}

static void live_states_show(void **state)
{
	struct smp *smp = start(1024, 768, 64);

	(void)state;
	grid_begin(smp);
	for (unsigned int i = 1; i < 6; i++)
		smp_cpu(smp, i)->start.method = HVSMP_METHOD_HYPERCALL;
	canvas_progress[1] = CPU_STARTING;
	canvas_progress[2] = CPU_UP;
	canvas_progress[3] = CPU_UP;
	smp_cpu(smp, 3)->mismatch_count = 1;
	canvas_progress[4] = CPU_LOST;
	grid_step(smp);
	assert_true(tile_reads(15, 2, " h 1 ", RGB_TILE_INK, RGB_STARTING));
	assert_true(tile_reads(30, 2, " H 2 ", RGB_TILE_INK, RGB_HV));
	assert_true(tile_reads(45, 2, " ! 3 ", RGB_TILE_INK, RGB_MISMATCH));
	assert_true(tile_reads(60, 2, " ? 4 ", RGB_TILE_INK, RGB_MISSING));
	assert_true(tile_reads(75, 2, " ~ 5 ", RGB_DIM, RGB_IDLE));
	assert_true(canvas_reads(7, 0, "2 of 64 online, 1 starting, 59 waiting, 2 failed ", RGB_BAD,
				 RGB_PAPER));
}

/* --- how much a step draws --- */

static unsigned int drawn_tiles(const struct smp *smp)
{
	unsigned int drawn = 0;

	for (uint32_t i = 0; i < smp->count; i++) {
		uint32_t x = i % 80;

		drawn += !canvas_is_poison(4 + (6 + x + x / 16) * 8, 4 + (1 + i / 80) * 16);
	}
	return drawn;
}

static void a_step_is_small(void **state)
{
	struct smp *smp = start(800, 600, 2048);
	unsigned int drawn = 0;
	unsigned int steps = 0;

	(void)state;
	grid_begin(smp);
	canvas_poison();
	for (unsigned int i = 0; i < 100; i++)
		grid_step(smp);
	assert_int_equal(drawn_tiles(smp), 0); /* nothing happened, nothing is drawn */
	for (size_t i = 1; i < smp->count; i++) {
		canvas_progress[i] = CPU_UP;
		smp_cpu(smp, i)->start.method = HVSMP_METHOD_HYPERCALL;
	}
	for (; drawn < 2047 && steps < 1000; steps++) {
		unsigned int before = drawn;

		grid_step(smp);
		drawn = drawn_tiles(smp);
		assert_true(drawn - before <= 64);
	}
	assert_int_equal(drawn, 2047);
	assert_true(steps <= 2048 / 64 + 1);
}

/* Tiles of 24 times 3 cells: four of them. */
static void a_step_draws_few_large_tiles(void **state)
{
	struct smp *smp = start(1920, 1080, 16);
	uint32_t in_the_way = 1000;

	(void)state;
	grid_begin(smp);
	for (size_t i = 1; i < smp->count; i++)
		canvas_progress[i] = CPU_STARTING;
	while (in_the_way > 0) {
		uint32_t left = 0;

		grid_step(smp);
		for (uint32_t i = 1; i < 8; i++)
			left += canvas_shows(i * 19, 2, ' ', 0, RGB_IDLE, 0);
		for (uint32_t i = 0; i < 8; i++)
			left += canvas_shows(i * 19, 5, ' ', 0, RGB_IDLE, 0);
		assert_true(left < in_the_way && (in_the_way == 1000 ? left >= 10 : true));
		assert_true(in_the_way == 1000 || in_the_way - left <= 5);
		in_the_way = left;
	}
}

static void steps_keep_their_distance(void **state)
{
	struct smp *smp = start(800, 600, 4);

	(void)state;
	grid_begin(smp);
	grid_step(smp);
	canvas_tick = 1000000;
	canvas_progress[1] = CPU_UP;
	for (int i = 1; i < 5; i++) {
		grid_step(smp);
		assert_true(tile_reads(24, 2, " ~ waiting ", RGB_DIM, RGB_IDLE));
	}
	grid_step(smp);
	assert_true(tile_reads(24, 2, " H online ", RGB_TILE_INK, RGB_HV));
	canvas_tick = 100000000;
}

static void processors_without_a_record_have_failed(void **state)
{
	struct smp *smp = start(800, 600, 4);

	(void)state;
	smp->left_out = 3;
	grid_begin(smp);
	assert_true(canvas_reads(7, 0, "1 of 7 online, 0 starting, 3 waiting, 3 failed ", RGB_BAD,
				 RGB_PAPER));
}

/* Among 2048 one that failed is seen in the bar, too. */
static void one_failure_is_seen_in_the_bar(void **state)
{
	struct smp *smp = start(800, 600, 2048);

	(void)state;
	grid_begin(smp);
	for (size_t i = 1; i < smp->count; i++) {
		smp_cpu(smp, i)->verdict = i == 7 ? CPU_MISSING : CPU_ONLINE;
		smp_cpu(smp, i)->start.method = HVSMP_METHOD_HYPERCALL;
	}
	grid_end(smp);
	assert_true(canvas_shows(98, 0, ' ', 0, RGB_MISSING, GAP_RIGHT));
	assert_true(canvas_shows(97, 0, ' ', 0, RGB_GOOD, GAP_RIGHT));
	assert_true(canvas_shows(75, 0, ' ', 0, RGB_GOOD, GAP_RIGHT));
}

static void without_a_screen_nothing_happens(void **state)
{
	struct smp *smp = canvas_smp(4);

	(void)state;
	grid_begin(smp);
	grid_step(smp);
	grid_end(smp);
	assert_false(screen_is_on());
	smp = start(246, 126, 2048); /* a screen, but none for so many */
	screen_write(NULL, "text", 4);
	grid_begin(smp);
	grid_step(smp);
	grid_end(smp);
	assert_true(canvas_reads(0, 0, "text ", RGB_INK, RGB_PAPER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CANVAS_TEST(large_tiles_say_it_all),
		CANVAS_TEST(every_end_has_its_letter),
		CANVAS_TEST(dots_have_labels_and_groups),
		CANVAS_TEST(live_states_show),
		CANVAS_TEST(a_step_is_small),
		CANVAS_TEST(a_step_draws_few_large_tiles),
		CANVAS_TEST(steps_keep_their_distance),
		CANVAS_TEST(processors_without_a_record_have_failed),
		CANVAS_TEST(one_failure_is_seen_in_the_bar),
		CANVAS_TEST(without_a_screen_nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
