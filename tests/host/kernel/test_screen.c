/* SPDX-License-Identifier: MIT */
/* kernel/screen.c and raster.c: pixels, text, scrolling, panics. */
#include "tests/host/test.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "tests/host/kernel/canvas.h"

static void start(uint32_t width, uint32_t height, uint32_t more, enum canvas_format format)
{
	canvas_open(width, height, more, format);
	log_set_level(LOG_WARN); /* without its own line of introduction */
	screen_start(&canvas_boot, &canvas_pages);
	assert_true(screen_is_on());
	assert_int_equal(canvas_mapped, ARCH_MAP_WRITE | ARCH_MAP_COMBINE);
}

/* No pixel of the picture is left as it was; every pixel between the lines is. */
static void assert_covered(uint32_t more)
{
	const struct boot_framebuffer *fb = &canvas_boot.framebuffer;

	for (uint32_t y = 0; y < fb->height; y++) {
		for (uint32_t x = 0; x < fb->width; x++)
			assert_false(canvas_is_poison(x, y));
		for (uint32_t x = 0; x < more && y + 1 < fb->height; x++)
			assert_true(canvas_is_poison(fb->width + x, y));
	}
}

static void every_format_size_and_pitch(void **state)
{
	static const uint32_t sizes[][2] = {{800, 600}, {1024, 768}, {1366, 768},  {1920, 1080},
					    {801, 601}, {246, 126},  {2560, 1440}, {640, 480}};
	static const uint32_t mores[] = {0, 1, 13, 64};

	(void)state;
	for (unsigned int format = 0; format < CANVAS_FORMATS; format++) {
		for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
			uint32_t more = mores[(i + format) % ARRAY_COUNT(mores)];

			start(sizes[i][0], sizes[i][1], more, (enum canvas_format)format);
			canvas_say("Ag#@\nx");
			assert_covered(more);
			assert_true(canvas_reads(0, 0, "Ag#@ ", RGB_INK, RGB_PAPER));
			assert_true(canvas_reads(0, 1, "x", RGB_INK, RGB_PAPER));
			screen_put(screen_columns() - 1, screen_rows() - 1,
				   (struct cell){GLYPH_RULE, COLOUR_TILE_INK, COLOUR_TILE_HV,
						 GAP_RIGHT | GAP_BELOW});
			assert_true(canvas_shows(screen_columns() - 1, screen_rows() - 1,
						 GLYPH_RULE, RGB_TILE_INK, RGB_HV,
						 GAP_RIGHT | GAP_BELOW));
			assert_covered(more);
		}
	}
}

static void every_glyph_is_its_own(void **state)
{
	(void)state;
	for (unsigned int f = 0; f < FONTS; f++) {
		size_t size = (size_t)fonts[f].height * font_row_bytes(&fonts[f]);

		for (uint8_t a = '!'; a < GLYPH_END; a++) {
			for (uint8_t b = ' '; b < a; b++)
				assert_memory_not_equal(font_glyph(&fonts[f], a),
							font_glyph(&fonts[f], b), size);
		}
	}
}

static void what_is_no_cell_is_not_drawn(void **state)
{
	(void)state;
	start(800, 600, 0, CANVAS_BGRX);
	canvas_poison();
	screen_put(screen_columns(), 0, (struct cell){'x', COLOUR_INK, COLOUR_PAPER, 0});
	screen_put(0, screen_rows(), (struct cell){'x', COLOUR_INK, COLOUR_PAPER, 0});
	screen_put(0, 0, (struct cell){GLYPH_END, COLOUR_INK, COLOUR_PAPER, 0});
	screen_put(0, 0, (struct cell){'\n', COLOUR_INK, COLOUR_PAPER, 0});
	for (uint32_t y = 0; y < 600; y++) {
		for (uint32_t x = 0; x < 800; x++)
			assert_true(canvas_is_poison(x, y));
	}
}

/*
 * The framebuffer is spoilt before the screen scrolls, by 9 of its 37 rows: what changes is drawn
 * from memory, what does not change is not drawn.
 */
static void scrolling_reads_no_video_memory(void **state)
{
	char line[32];

	(void)state;
	start(800, 600, 0, CANVAS_BGRX);
	for (int i = 0; i < 37; i++) {
		snprintf(line, sizeof(line), "%s%03d same", i ? "\n" : "", i);
		canvas_say(line);
	}
	canvas_poison();
	canvas_say("\n037 same");
	for (uint32_t row = 0; row <= 28; row++) {
		assert_true(canvas_shows(2, row, (uint8_t)('0' + (row + 9) % 10), RGB_INK,
					 RGB_PAPER, 0));
		for (uint32_t x = 4 + 4 * 8; row < 28 && x < 4 + 8 * 8; x++) {
			for (uint32_t y = 0; y < 16; y++)
				assert_true(canvas_is_poison(x, 4 + row * 16 + y));
		}
	}
	for (uint32_t row = 29; row < 37; row++)
		assert_true(canvas_reads(4, row, "    ", RGB_INK, RGB_PAPER));
}

static void long_texts_scroll_to_their_end(void **state)
{
	char text[32];

	(void)state;
	start(800, 600, 0, CANVAS_BGRX);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%d\n", i);
		canvas_say(text);
	}
	for (uint32_t row = 0; row < 37; row++) {
		if (canvas_reads(0, row, "999", RGB_INK, RGB_PAPER)) {
			assert_true(row >=
				    27); /* at most a quarter of the screen is blank below it */
			for (uint32_t up = 1; up <= row; up++) {
				snprintf(text, sizeof(text), "%u", 999 - up);
				assert_true(canvas_reads(0, row - up, text, RGB_INK, RGB_PAPER));
			}
			return;
		}
	}
	fail_msg("the last line is not on the screen");
}

static void long_lines_wrap(void **state)
{
	char text[151];

	(void)state;
	start(800, 600, 0, CANVAS_BGRX);
	memset(text, 'a', 99);
	memset(text + 99, 'b', 51);
	text[150] = '\0';
	canvas_say(text);
	canvas_say("\nc");
	assert_true(canvas_reads(98, 0, "a", RGB_INK, RGB_PAPER));
	assert_true(canvas_reads(0, 1, "bb", RGB_INK, RGB_PAPER));
	assert_true(canvas_reads(50, 1, "b ", RGB_INK, RGB_PAPER));
	assert_true(canvas_reads(0, 2, "c", RGB_INK, RGB_PAPER));
	text[99] = '\0'; /* exactly a line */
	canvas_say("\n");
	canvas_say(text);
	canvas_say("\nd\x01\xE4");
	assert_true(canvas_reads(0, 4, "d??", RGB_INK, RGB_PAPER));
}

static void lines_for_machines_are_left_out(void **state)
{
	(void)state;
	start(800, 600, 0, CANVAS_BGRX);
	canvas_say("one\n@report {");
	canvas_say("\"a\":");
	canvas_say("1}\ntwo @x\n");
	canvas_say("@report {}\n\nthree");
	assert_true(canvas_reads(0, 0, "one ", RGB_INK, RGB_PAPER));
	assert_true(canvas_reads(0, 1, "two @x ", RGB_INK, RGB_PAPER));
	assert_true(canvas_reads(0, 2, "      ", RGB_INK, RGB_PAPER));
	assert_true(canvas_reads(0, 3, "three ", RGB_INK, RGB_PAPER));
}

static void early_text_is_shown_later(void **state)
{
	(void)state;
	canvas_open(800, 600, 0, CANVAS_BGRX);
	canvas_say("early\nwarning: bird\n");
	for (int i = 0; i < 1000; i++)
		canvas_say("much more than is kept\n");
	log_set_level(LOG_WARN);
	screen_start(&canvas_boot, &canvas_pages);
	assert_true(canvas_reads(0, 20, "much more than is kept", RGB_INK, RGB_PAPER));
	start(800, 600, 0, CANVAS_BGRX); /* anew, without the flood */
	canvas_open(800, 600, 0, CANVAS_BGRX);
	canvas_say("early\nwarning: bird\n");
	screen_start(&canvas_boot, &canvas_pages);
	canvas_say("now");
	assert_true(canvas_reads(0, 0, "early ", RGB_INK, RGB_PAPER));
	assert_true(canvas_reads(0, 1, "warning: bird ", RGB_WARN, RGB_PAPER));
	assert_true(canvas_reads(0, 2, "now ", RGB_INK, RGB_PAPER));
}

static void first_words_colour_a_line(void **state)
{
	static const struct {
		const char *text;
		uint32_t ink;
	} lines[] = {
		{"warning: w", RGB_WARN},
		{"[    0.000123] warning: w", RGB_WARN},
		{"error: e", RGB_BAD},
		{"verdict: ok - 4", RGB_GOOD},
		{"verdict: degraded", RGB_WARN},
		{"verdict: failed", RGB_BAD},
		{"verdict", RGB_INK},
		{"no warning: w", RGB_INK},
		{"[", RGB_INK},
		{"[ 0.1]", RGB_INK},
		{"  PANIC: not at the beginning", RGB_INK},
	};

	(void)state;
	start(800, 600, 0, CANVAS_BGRX);
	for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
		canvas_say(lines[i].text);
		canvas_say("\n");
		assert_true(canvas_reads(0, (uint32_t)i, lines[i].text, lines[i].ink, RGB_PAPER));
	}
}

/* Of a full screen a third stays, its newest lines. */
static void a_panic_keeps_the_last_lines(void **state)
{
	char text[32];

	(void)state;
	start(800, 600, 0, CANVAS_BGRX);
	for (int i = 0; i < 37; i++) {
		snprintf(text, sizeof(text), "warning: %d\n", i);
		canvas_say(text);
	}
	canvas_say("PANIC: x\n");
	for (uint32_t row = 0; row < 12; row++) {
		snprintf(text, sizeof(text), "warning: %u  ", 25 + row);
		assert_true(canvas_reads(0, row, text, RGB_INK, RGB_PANIC));
	}
	assert_true(canvas_reads(0, 12, "PANIC: x ", RGB_BRIGHT, RGB_PANIC));
	assert_covered(0);
}

/* In the middle of a line for machines, with rows pinned, the cursor somewhere. */
static void a_panic_takes_the_whole_screen(void **state)
{
	(void)state;
	start(800, 600, 0, CANVAS_BGRX);
	canvas_say("text\n");
	screen_pin(10);
	screen_put(3, 3, (struct cell){'G', COLOUR_INK, COLOUR_TILE_HV, 0});
	canvas_say("@report {\"x\":");
	canvas_say("\nexception #PF at 0x0\n");
	canvas_say("  rax\n\nPANIC: no way\n");
	canvas_say("warning: on\n");
	assert_covered(0);
	assert_true(canvas_reads(0, 0, "text  ", RGB_INK, RGB_PANIC));
	assert_true(canvas_reads(0, 1, "exception #PF at 0x0 ", RGB_BRIGHT, RGB_PANIC));
	assert_true(canvas_reads(0, 2, "  rax ", RGB_BRIGHT, RGB_PANIC));
	assert_true(canvas_reads(0, 3, "          ", RGB_BRIGHT, RGB_PANIC));
	assert_true(canvas_reads(0, 4, "PANIC: no way ", RGB_BRIGHT, RGB_PANIC));
	assert_true(canvas_reads(0, 5, "warning: on ", RGB_BRIGHT, RGB_PANIC));
	for (int i = 0; i < 40; i++)
		canvas_say("more\n");
	assert_true(canvas_reads(0, 1, "more ", RGB_BRIGHT, RGB_PANIC));
	assert_int_equal(canvas_pixel(0, 0), RGB_PANIC);
	assert_int_equal(canvas_pixel(799, 599), RGB_PANIC);
}

static void pinned_rows_stay(void **state)
{
	(void)state;
	for (int lines = 0; lines < 60; lines += 7) {
		char last[32] = "";
		char text[32];

		start(800, 600, 0, CANVAS_BGRX);
		for (int i = 0; i < lines; i++) {
			snprintf(last, sizeof(last), "line %d", i);
			canvas_say(last);
			canvas_say("\n");
		}
		screen_pin(12);
		for (uint32_t row = 0; row < 12; row++)
			assert_true(canvas_reads(0, row, "       ", RGB_INK, RGB_PAPER));
		if (lines) { /* the newest line is still there, below */
			bool found = false;

			for (uint32_t row = 12; row < 37; row++)
				found |= canvas_reads(0, row, last, RGB_INK, RGB_PAPER);
			assert_true(found);
		}
		screen_put(0, 11, (struct cell){'P', COLOUR_INK, COLOUR_PAPER, 0});
		for (int i = 0; i < 100; i++) {
			snprintf(text, sizeof(text), "\nmore %d", i);
			canvas_say(text);
		}
		assert_true(canvas_reads(0, 11, "P ", RGB_INK, RGB_PAPER));
		assert_true(canvas_reads(0, 12, "more ", RGB_INK, RGB_PAPER));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CANVAS_TEST(every_format_size_and_pitch),
		CANVAS_TEST(every_glyph_is_its_own),
		CANVAS_TEST(what_is_no_cell_is_not_drawn),
		CANVAS_TEST(scrolling_reads_no_video_memory),
		CANVAS_TEST(long_texts_scroll_to_their_end),
		CANVAS_TEST(long_lines_wrap),
		CANVAS_TEST(lines_for_machines_are_left_out),
		CANVAS_TEST(early_text_is_shown_later),
		CANVAS_TEST(first_words_colour_a_line),
		CANVAS_TEST(a_panic_keeps_the_last_lines),
		CANVAS_TEST(a_panic_takes_the_whole_screen),
		CANVAS_TEST(pinned_rows_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
