/* SPDX-License-Identifier: MIT */
/* kernel/framebuffer.c: from the firmware's description to a surface, or to a warning. */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/setup.h"
#include "lib/log.h"
#include "screen/cells.h"

static struct boot_info boot;
static struct pages pages;
static uint64_t mapped_from, mapped_to;
static uint64_t physical_limit = 1UL << 48;
static unsigned int mapped; /* ARCH_MAP_...; 0: nothing was mapped */

enum { PAGES = 600 };
static void *page_memory;
static uint8_t *pixels;

/* Where the image lies; linker.ld says so elsewhere. */
__asm__(".data\n.globl _text, _image_end\n_text: .space 4096\n_image_end:\n.byte 0\n.previous\n");

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	if (va != pa || va % PAGE_SIZE || size % PAGE_SIZE)
		return ERR_INVALID;
	mapped = flags;
	mapped_from = va;
	mapped_to = va + size;
	return OK;
}

bool arch_is_physical(uint64_t pa, uint64_t size)
{
	return pa <= physical_limit - size;
}

uint64_t arch_clock_ns(void)
{
	return 0;
}

enum cpu_progress cpu_progress(const struct cpu *cpu)
{
	(void)cpu;
	return CPU_WAITING;
}

/* In a block in which ASan sees a step outside, with 13 pixels more in each line. */
static struct boot_framebuffer *describe(uint32_t width, uint32_t height, unsigned int bytes)
{
	uint32_t line = width + 13;
	size_t size = ((size_t)line * (height - 1) + width) * bytes;

	free(pixels);
	pixels = malloc(size);
	boot.framebuffer = (struct boot_framebuffer){.base = (uint64_t)pixels,
						     .size = size,
						     .width = width,
						     .height = height,
						     .pixels_per_line = line,
						     .format = BOOT_PIXEL_BGRX};
	mapped = 0;
	return &boot.framebuffer;
}

static struct boot_framebuffer *good(void)
{
	struct boot_framebuffer *fb = describe(800, 600, 4);

	fb->format = BOOT_PIXEL_MASK;
	fb->red_mask = 0x3FF00000;
	fb->green_mask = 0xFFC00;
	fb->blue_mask = 0x3FF;
	fb->reserved_mask = 0xC0000000;
	return fb;
}

static int set_up(void **state)
{
	(void)state;
	log_reset();
	log_set_level(LOG_WARN);
	screen_reset();
	boot = (struct boot_info){0};
	page_memory = aligned_alloc(PAGE_SIZE, (size_t)PAGES * PAGE_SIZE);
	pages_init(&pages, &(struct page_range){(uint64_t)page_memory, (uint64_t)PAGES * PAGE_SIZE},
		   1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(pixels);
	free(page_memory);
	pixels = NULL;
	return 0;
}

static void assert_refused(const char *why)
{
	log_reset();
	framebuffer_open(&boot, &pages);
	assert_false(screen_is_on());
	assert_int_equal(mapped, 0);
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), "no screen: the framebuffer at 0x"));
	if (!strstr(log_kept(0), why))
		fail_msg("\"%s\" does not say \"%s\"", log_kept(0), why);
	screen_write(NULL, "into the void\n", 14);
	screen_pin(3);
	screen_put(0, 0, (struct cell){'x', COLOUR_INK, COLOUR_PAPER, 0});
}

static void f8a_no_physical_address(void **state)
{
	struct boot_framebuffer *fb = describe(320, 240, 4);

	(void)state;
	fb->base = physical_limit - PAGE_SIZE; /* only its beginning */
	assert_refused("it is no physical address");
	fb->base = physical_limit;
	assert_refused("it is no physical address");
}

/* Of the upper left pixel, which is margin. */
static uint32_t paper(unsigned int bytes)
{
	uint32_t value = 0;

	memcpy(&value, pixels, bytes);
	return value;
}

/* The paper is 0x0F1419: 15, 20 and 25 of 255. */
static void every_format_of_the_firmware(void **state)
{
	static const struct {
		enum boot_pixel_format format;
		uint32_t red, green, blue, reserved;
		unsigned int bytes;
		uint32_t paper;
	} formats[] = {
		{BOOT_PIXEL_BGRX, 0, 0, 0, 0, 4, 0x0F1419},
		{BOOT_PIXEL_RGBX, 1, 1, 1, 1, 4, 0x19140F},
		{BOOT_PIXEL_MASK, 0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000, 4, 0x03C14064},
		{BOOT_PIXEL_MASK, 0xFF0000, 0xFF00, 0xFF, 0, 3, 0x0F1419},
		{BOOT_PIXEL_MASK, 0xF800, 0x7E0, 0x1F, 0, 2, 0x10A3},
		{BOOT_PIXEL_MASK, 0x7C00, 0x3E0, 0x1F, 0x8000, 2, 0x0843},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(formats); i++) {
		struct boot_framebuffer *fb = describe(801, 601, formats[i].bytes);

		fb->format = formats[i].format;
		fb->red_mask = formats[i].red;
		fb->green_mask = formats[i].green;
		fb->blue_mask = formats[i].blue;
		fb->reserved_mask = formats[i].reserved;
		screen_reset();
		framebuffer_open(&boot, &pages);
		assert_true(screen_is_on());
		assert_int_equal(log_kept_count(), 0);
		assert_int_equal(mapped, ARCH_MAP_WRITE | ARCH_MAP_COMBINE);
		assert_true(mapped_from <= fb->base && fb->base - mapped_from < PAGE_SIZE);
		assert_true(mapped_to >= fb->base + fb->size &&
			    mapped_to - (fb->base + fb->size) < PAGE_SIZE);
		assert_int_equal(paper(formats[i].bytes), formats[i].paper);
	}
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	good()->width = 0;
	assert_refused("width or height makes no sense");
	good()->height = 0;
	assert_refused("width or height makes no sense");
	good()->pixels_per_line = 0xFFFFFFFF;
	boot.framebuffer.width = 0xFFFFFFFF;
	assert_refused("width or height makes no sense");
	good()->height = 16385;
	assert_refused("width or height makes no sense");
	good()->pixels_per_line = 799;
	assert_refused("lines are shorter than its width");
	good()->pixels_per_line = 0xFFFFFFFF;
	assert_refused("smaller than its lines need");
	good()->size--;
	assert_refused("smaller than its lines need");
	good()->size = 0;
	assert_refused("smaller than its lines need");
	good()->base = 0xFFFFFFFFFFF00000;
	assert_refused("smaller than its lines need");
	good()->base = 0xA0000;
	assert_refused("in the first MiB");
	good()->format = BOOT_PIXEL_NONE;
	assert_refused("pixels are not in memory");
	good()->format = (enum boot_pixel_format)9;
	assert_refused("pixels are not in memory");
}

static void odd_masks_are_refused(void **state)
{
	(void)state;
	good()->red_mask = 0;
	assert_refused("colour masks");
	good()->green_mask = 0x505;
	assert_refused("colour masks");
	good()->green_mask = 0x3FF00000;
	assert_refused("colour masks");
	good()->blue_mask = 0x3FF;
	boot.framebuffer.green_mask = 0x7FF;
	assert_refused("colour masks");
	good()->blue_mask = 0x3FF00000;
	assert_refused("colour masks");
	*describe(800, 600, 1) = (struct boot_framebuffer){.base = boot.framebuffer.base,
							   .size = boot.framebuffer.size,
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
	describe(245, 126, 4);
	assert_refused("too small for text");
	describe(246, 125, 4);
	assert_refused("too small for text");
	describe(1, 1, 4);
	assert_refused("too small for text");
	describe(246, 126, 4);
	log_reset();
	framebuffer_open(&boot, &pages);
	assert_true(screen_is_on());
}

static void other_peoples_memory_is_refused(void **state)
{
	struct boot_memory map[] = {{0x100000, 0x1000, BOOT_MEMORY_KEEP}, {0, 1, BOOT_MEMORY_FREE}};
	extern char _image_end[];

	(void)state;
	good();
	boot.memory = map;
	boot.memory_count = 2;
	map[1].base = boot.framebuffer.base + boot.framebuffer.size - 1;
	assert_refused("overlaps free memory");
	good()->base = (uint64_t)_image_end - 1;
	assert_refused("overlaps the kernel");
	boot.memory_count = 0;
}

static void neighbours_do_not_overlap(void **state)
{
	struct boot_memory map[2];

	(void)state;
	good();
	map[0] = (struct boot_memory){boot.framebuffer.base - 0x1000, 0x1000, BOOT_MEMORY_FREE};
	map[1] = (struct boot_memory){boot.framebuffer.base + boot.framebuffer.size, 0x1000,
				      BOOT_MEMORY_FREE};
	boot.memory = map;
	boot.memory_count = ARRAY_COUNT(map);
	framebuffer_open(&boot, &pages);
	assert_true(screen_is_on());
}

static void no_memory_is_no_screen(void **state)
{
	(void)state;
	good();
	pages.fail_at = 1;
	assert_refused("no memory");
}

static void no_framebuffer_is_no_warning(void **state)
{
	(void)state;
	framebuffer_open(&boot, &pages);
	assert_false(screen_is_on());
	assert_int_equal(log_kept_count(), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(every_format_of_the_firmware),    TEST(nonsense_is_refused),
		TEST(odd_masks_are_refused),           TEST(too_small_is_refused),
		TEST(other_peoples_memory_is_refused), TEST(no_memory_is_no_screen),
		TEST(no_framebuffer_is_no_warning),    TEST(f8a_no_physical_address),
		TEST(neighbours_do_not_overlap),
	};

	return cmocka_run_group_tests_name("kernel/framebuffer", tests, NULL, NULL);
}
