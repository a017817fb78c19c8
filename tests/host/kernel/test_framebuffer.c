/* SPDX-License-Identifier: MIT */
/* kernel/screen.c: framebuffers that cannot be, and machines without one. */
#include "tests/host/test.h"

#include <string.h>

#include "lib/log.h"
#include "tests/host/kernel/canvas.h"

static struct boot_framebuffer *bad(void)
{
	canvas_open(800, 600, 0, CANVAS_MASK32);
	return &canvas_boot.framebuffer;
}

static void assert_refused(const char *why)
{
	log_reset();
	screen_start(&canvas_boot, &canvas_pages);
	assert_false(screen_is_on());
	assert_int_equal(canvas_mapped, 0);
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), "no screen: the framebuffer at 0x"));
	if (!strstr(log_kept(0), why))
		fail_msg("\"%s\" does not say \"%s\"", log_kept(0), why);
	canvas_say("into the void\n");
	screen_pin(3);
	screen_put(0, 0, (struct cell){'x', COLOUR_INK, COLOUR_PAPER, 0});
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	bad()->width = 0;
	assert_refused("width or height makes no sense");
	bad()->height = 0;
	assert_refused("width or height makes no sense");
	bad()->pixels_per_line = 0xFFFFFFFF;
	canvas_boot.framebuffer.width = 0xFFFFFFFF;
	assert_refused("width or height makes no sense");
	bad()->height = 16385;
	assert_refused("width or height makes no sense");
	bad()->pixels_per_line = 799;
	assert_refused("lines are shorter than its width");
	bad()->pixels_per_line = 0xFFFFFFFF;
	assert_refused("smaller than its lines need");
	bad()->size--;
	assert_refused("smaller than its lines need");
	bad()->size = 0;
	assert_refused("smaller than its lines need");
	bad()->base = 0xFFFFFFFFFFF00000;
	assert_refused("smaller than its lines need");
	bad()->base = 0xA0000;
	assert_refused("in the first MiB");
	bad()->format = BOOT_PIXEL_NONE;
	assert_refused("pixels are not in memory");
	bad()->format = (enum boot_pixel_format)9;
	assert_refused("pixels are not in memory");
}

static void odd_masks_are_refused(void **state)
{
	(void)state;
	bad()->red_mask = 0;
	assert_refused("colour masks");
	bad()->green_mask = 0x505;
	assert_refused("colour masks");
	bad()->green_mask = 0x3FF00000;
	assert_refused("colour masks");
	bad()->blue_mask = 0x3FF;
	canvas_boot.framebuffer.green_mask = 0x7FF;
	assert_refused("colour masks");
	bad()->blue_mask = 0x3FF00000;
	assert_refused("colour masks");
	*bad() = (struct boot_framebuffer){.base = canvas_boot.framebuffer.base,
					   .size = 480000,
					   .width = 800,
					   .height = 600,
					   .pixels_per_line = 800,
					   .format = BOOT_PIXEL_MASK,
					   .red_mask = 0xE0,
					   .green_mask = 0x1C,
					   .blue_mask = 3};
	assert_refused("fewer than 16 bits");
}

static void too_small_is_refused(void **state)
{
	(void)state;
	canvas_open(245, 126, 0, CANVAS_BGRX);
	assert_refused("too small for text");
	canvas_open(246, 125, 0, CANVAS_BGRX);
	assert_refused("too small for text");
	canvas_open(1, 1, 0, CANVAS_555);
	assert_refused("too small for text");
}

static void other_peoples_memory_is_refused(void **state)
{
	struct boot_memory map[] = {{0x100000, 0x1000, BOOT_MEMORY_KEEP}, {0, 1, BOOT_MEMORY_FREE}};
	extern char _image_end[];

	(void)state;
	bad();
	canvas_boot.memory = map;
	canvas_boot.memory_count = 2;
	map[1].base = canvas_boot.framebuffer.base + canvas_boot.framebuffer.size - 1;
	assert_refused("overlaps free memory");
	bad()->base = (uint64_t)_image_end - 1;
	assert_refused("overlaps the kernel");
	canvas_boot.memory_count = 0;
}

static void no_memory_is_no_screen(void **state)
{
	(void)state;
	bad();
	canvas_pages.fail_at = 1;
	assert_refused("no memory");
}

static void no_framebuffer_is_no_warning(void **state)
{
	(void)state;
	canvas_boot.framebuffer = (struct boot_framebuffer){0};
	screen_start(&canvas_boot, &canvas_pages);
	assert_false(screen_is_on());
	assert_int_equal(log_kept_count(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CANVAS_TEST(nonsense_is_refused),    CANVAS_TEST(odd_masks_are_refused),
		CANVAS_TEST(too_small_is_refused),   CANVAS_TEST(other_peoples_memory_is_refused),
		CANVAS_TEST(no_memory_is_no_screen), CANVAS_TEST(no_framebuffer_is_no_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
