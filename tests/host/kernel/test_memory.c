/* SPDX-License-Identifier: MIT */
/* kernel/memory.c: which memory the readers of tables are shown, and what is mapped for them. */
#include "tests/host/test.h"

#include <string.h>

#include "arch/arch.h"
#include "kernel/setup.h"
#include "lib/log.h"

enum { RAM = 0x100000, RESERVED = 0x200000, UNLISTED = 0x300000, SCREEN = 0x400000 };
#define MIB 0x100000UL

/* linker.ld's, which only the set-up asks for. */
char _text[1], _etext[1], _erodata[1], _image_end[1], _data[1];

static const struct boot_memory listed[] = {
	{0, PAGE_SIZE, BOOT_MEMORY_RESERVED},
	{PAGE_SIZE, MIB - PAGE_SIZE, BOOT_MEMORY_KEEP},
	{RAM, MIB, BOOT_MEMORY_FREE},
	{RESERVED, MIB, BOOT_MEMORY_RESERVED},
};
static struct boot_info boot;
static struct acpi_memory memory;

static struct {
	uint64_t first, size;
} mapped[1024];
static size_t mappings;

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	assert_int_equal(va, pa);
	assert_int_equal((va | size) % PAGE_SIZE, 0);
	assert_int_equal(flags, 0); /* to be read, and nothing else */
	assert_in_range(mappings, 0, 1023);
	mapped[mappings].first = va;
	mapped[mappings++].size = size;
	return OK;
}

bool arch_can_forbid_execution(void)
{
	return true;
}

bool arch_mapped(uint64_t pa, uint64_t size)
{
	if (pa >= PAGE_SIZE && pa + size <= RESERVED)
		return true;
	for (size_t i = 0; i < mappings; i++) {
		if (pa >= mapped[i].first && pa + size <= mapped[i].first + mapped[i].size)
			return true;
	}
	return false;
}

enum err arch_paging_init(struct pages *pages)
{
	(void)pages;
	return ERR_NO_MEMORY;
}

void arch_paging_enable(void)
{
}

static const void *at(uint64_t pa, size_t size)
{
	return memory.at(memory.ctx, pa, size);
}

static bool warned(const char *text)
{
	for (size_t i = 0; log_kept(i); i++) {
		if (strstr(log_kept(i), text))
			return true;
	}
	return false;
}

static void what_is_mapped_is_shown(void **state)
{
	(void)state;
	assert_ptr_equal(at(RAM + 3, 36), (const void *)(RAM + 3UL));
	assert_null(at(0, 8));
	assert_null(at(RAM, 0));
	assert_int_equal(mappings, 0);
}

static void f8a_what_is_no_address_is_not_mapped(void **state)
{
	static const uint64_t none[] = {RAM | 1UL << 48, UNLISTED | 1UL << 63, 1UL << 40,
					UINT64_MAX - 8};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(none); i++)
		assert_null(at(none[i], 36));
	assert_null(at((1UL << 40) - 8, 9));
	assert_int_equal(mappings, 0);
}

static void f8f_reserved_and_unlisted_memory_is_mapped_for_reading(void **state)
{
	(void)state;
	assert_non_null(at(RESERVED + PAGE_SIZE - 4, 36));
	assert_int_equal(mappings, 1);
	assert_int_equal(mapped[0].first, RESERVED);
	assert_int_equal(mapped[0].size, 2 * PAGE_SIZE);
	memory_say_tables();
	assert_int_equal(log_kept_count(), 0); /* firmware may keep tables there */
	assert_non_null(at(UNLISTED + 0x10, 36));
	assert_non_null(at(UNLISTED + 0x10, 4000));
	assert_non_null(at(UNLISTED + 0x800, 36));
	assert_int_equal(mappings, 2);
	memory_say_tables();
	assert_true(warned("1 tables lie in memory that the memory map does not list: mapped for "
			   "reading, at 0x300010"));
}

static void f8f_what_is_no_memory_is_left_alone(void **state)
{
	(void)state;
	assert_null(at(16, 36));                 /* a null pointer must go on to fault */
	assert_null(at(RESERVED - 8, 36 + MIB)); /* from one kind into another */
	assert_null(at(UNLISTED - 8, 36));
	assert_null(at(SCREEN + 5, 36));
	assert_null(at(SCREEN - 8, 36));
	assert_null(at(0xFEE00020, 36)); /* the local APIC */
	assert_null(at(0xFFFFFFF0, 36));
	assert_int_equal(mappings, 2);
}

/* Each place costs pages for page tables, and a table that is nonsense names a million. */
static void f8f_it_ends_somewhere(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 60000; i++)
		(void)at((8UL << 30) + i * MIB, 36);
	assert_int_equal(mappings, 256);
	log_reset();
	memory_say_tables();
	assert_true(warned("59746 addresses are not looked at, 256 were mapped before"));
	assert_int_equal(log_kept_count(), 2);
	assert_non_null(at(UNLISTED + 0x10, 36)); /* what is mapped stays */
}

static int set_up(void **state)
{
	(void)state;
	boot = (struct boot_info){.memory = listed, .memory_count = ARRAY_COUNT(listed)};
	boot.framebuffer.base = SCREEN;
	boot.framebuffer.size = MIB;
	memory = memory_for_acpi(&boot);
	return 0;
}

int main(void)
{
	/* In this order: what was mapped stays mapped. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_mapped_is_shown),
		cmocka_unit_test(f8a_what_is_no_address_is_not_mapped),
		cmocka_unit_test(f8f_reserved_and_unlisted_memory_is_mapped_for_reading),
		cmocka_unit_test(f8f_what_is_no_memory_is_left_alone),
		cmocka_unit_test(f8f_it_ends_somewhere),
	};

	return cmocka_run_group_tests_name("kernel/memory", tests, set_up, NULL);
}
