/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/paging.c: what is mapped how, and that no processor keeps on with what was mapped
 * before. The tables are the kernel's own, in this program's memory; nobody walks them but it.
 */
#include "tests/host/test.h"

#include <string.h>
#include <sys/mman.h>

#include "arch/x86_64/cpu.h"
#include "tests/host/arch/x86_64/privileged.h"

enum { TABLE_PAGES = 64 };
#define MIB   0x100000UL
#define LARGE (2 * MIB)
#define OTHER (40 * MIB)

static struct pages pages;
static void *memory;

bool feature_pat(void)
{
	return true;
}

bool feature_1g_pages(void)
{
	return false;
}

uint64_t feature_cr4_bits(void)
{
	return CR4_PGE;
}

uint64_t feature_pat_now(void)
{
	return *privileged_msr(MSR_PAT);
}

bool arch_can_forbid_execution(void)
{
	return true;
}

int call_on_tables(uint64_t cr3, uint64_t stack, void (*fn)(void *), void *arg);
int call_on_tables(uint64_t cr3, uint64_t stack, void (*fn)(void *), void *arg)
{
	(void)cr3;
	(void)stack;
	fn(arg);
	return 0;
}

/* The root must lie below 4 GiB: processors load it before they have 64 bits. */
static void begin(void)
{
	struct page_range range = {.size = TABLE_PAGES * PAGE_SIZE};

	memory = mmap(NULL, range.size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	assert_ptr_not_equal(memory, MAP_FAILED);
	range.base = (uint64_t)memory;
	privileged_begin();
	pages_init(&pages, &range, 1);
	assert_int_equal(arch_paging_init(&pages), OK);
}

static int tear_down(void **state)
{
	(void)state;
	return munmap(memory, TABLE_PAGES * PAGE_SIZE);
}

static bool was_flushed(uint64_t va)
{
	for (size_t i = 0; i < privileged.flushes; i++) {
		if (privileged.flushed[i] == va)
			return true;
	}
	return false;
}

static void what_is_changed_is_flushed(void **state)
{
	(void)state;
	begin();
	assert_int_equal(arch_map(0, 0, 2 * LARGE, ARCH_MAP_WRITE), OK);
	assert_int_equal(privileged.flushes, 0); /* not in force yet */
	arch_paging_enable();
	assert_int_equal(arch_map(LARGE, LARGE, 3L * PAGE_SIZE, 0), OK);
	for (uint64_t i = 0; i < 3; i++)
		assert_true(was_flushed(LARGE + i * PAGE_SIZE));
	assert_int_equal(arch_map(0, 0, LARGE, ARCH_MAP_EXEC), OK);
	assert_true(was_flushed(0));
}

static void they_are_put_in_force(void **state)
{
	(void)state;
	begin();
	privileged.cr[4] = CR4_LA57; /* set by firmware, and stays */
	assert_int_equal(arch_paging_init(&pages), OK);
	arch_paging_enable();
	assert_int_equal(privileged.cr[3], paging_root());
	assert_int_equal(privileged.cr[4], CR4_LA57 | CR4_PAE | CR4_PGE);
	assert_int_equal(privileged.cr[0] & (CR0_WP | CR0_PG), CR0_WP | CR0_PG);
	assert_int_equal(*privileged_msr(MSR_EFER), EFER_NXE);
	assert_true(arch_can_combine());
	assert_int_equal(*privileged_msr(MSR_PAT) >> 8 & 7, 1); /* entry 1 combines writes */
}

/* How a page came out; nothing: never seen. */
static struct seen {
	uint64_t at, size;
	unsigned int flags;
	size_t times;
} seen;

static void look_for(void *ctx, uint64_t va, uint64_t size, unsigned int flags)
{
	const uint64_t *wanted = ctx;

	if (*wanted >= va && *wanted - va < size)
		seen = (struct seen){va, size, flags, seen.times + 1};
}

static void assert_mapped(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	seen = (struct seen){0};
	arch_walk_pages(look_for, &va);
	assert_int_equal(seen.times, 1);
	assert_int_equal(seen.size, size);
	assert_int_equal(seen.flags, flags);
	assert_int_equal(arch_physical(va), pa);
	assert_true(arch_mapped(va, 1));
}

static void a_page_of_a_large_one_changes_alone(void **state)
{
	(void)state;
	begin();
	assert_int_equal(arch_map(OTHER, OTHER, 2 * LARGE, ARCH_MAP_WRITE), OK);
	arch_paging_enable();
	assert_mapped(OTHER + 5, OTHER + 5, LARGE, ARCH_MAP_WRITE);
	assert_int_equal(arch_map(OTHER + PAGE_SIZE, OTHER + PAGE_SIZE, PAGE_SIZE, ARCH_MAP_EXEC),
			 OK);
	assert_mapped(OTHER + 5, OTHER + 5, PAGE_SIZE, ARCH_MAP_WRITE);
	assert_mapped(OTHER + PAGE_SIZE, OTHER + PAGE_SIZE, PAGE_SIZE, ARCH_MAP_EXEC);
	assert_mapped(OTHER + LARGE - 1, OTHER + LARGE - 1, PAGE_SIZE, ARCH_MAP_WRITE);
	assert_mapped(OTHER + LARGE, OTHER + LARGE, LARGE, ARCH_MAP_WRITE);
	assert_false(arch_mapped(OTHER, 2 * LARGE + 1));
	assert_false(arch_mapped(OTHER - 1, 1));
	assert_false(arch_mapped(OTHER, ~0UL)); /* around the end of all addresses */
}

/* Each changes alone, and a table of the one is none of the other. */
static void a_copy_has_tables_of_its_own(void **state)
{
	enum { MORE = 16 };
	static uint8_t more[MORE * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	struct pages apart;
	uint64_t first;
	size_t before;

	(void)state;
	begin();
	arch_paging_enable();
	assert_int_equal(arch_map(0, 0, 2 * LARGE, ARCH_MAP_WRITE), OK);
	assert_int_equal(arch_map(LARGE, LARGE, PAGE_SIZE, 0), OK);
	first = paging_root();
	before = pages_left(&pages);
	assert_true(pages_init(&apart, &(struct page_range){(uint64_t)more, sizeof(more)}, 1));
	assert_int_equal(paging_size(), 4);
	privileged.cr[3] = paging_copy(&apart);
	assert_int_not_equal(privileged.cr[3], 0);
	assert_int_equal(pages_left(&apart), MORE - paging_size());
	assert_int_equal(paging_root(), first);
	assert_ptr_equal(paging_use(privileged.cr[3], &apart), &pages);
	assert_mapped(0, 0, LARGE, ARCH_MAP_WRITE);
	assert_mapped(LARGE, LARGE, PAGE_SIZE, 0);
	assert_int_equal(arch_map(LARGE, OTHER, PAGE_SIZE, ARCH_MAP_EXEC), OK);
	assert_mapped(LARGE, OTHER, PAGE_SIZE, ARCH_MAP_EXEC);
	assert_int_equal(arch_map(OTHER, OTHER, PAGE_SIZE, ARCH_MAP_EXEC), OK);
	assert_true(pages_left(&apart) < MORE - paging_size() + 2);
	assert_ptr_equal(paging_use(first, &pages), &apart);
	assert_int_equal(pages_left(&pages), before);
	privileged.cr[3] = first;
	assert_mapped(LARGE, LARGE, PAGE_SIZE, 0);
	pages.fail_at = 2;
	assert_int_equal(paging_copy(&pages), 0);
}

static void the_upper_half_comes_out_canonical(void **state)
{
	const uint64_t stack = 0xFFFFFE0000001000UL;

	(void)state;
	begin();
	assert_int_equal(paging_map_stack(stack, 7L * PAGE_SIZE, 2), OK);
	arch_paging_enable();
	assert_mapped(stack + PAGE_SIZE, 8L * PAGE_SIZE, PAGE_SIZE, ARCH_MAP_WRITE);
	assert_false(arch_mapped(stack - 1, 1));
	assert_false(arch_mapped(stack & 0x0000FFFFFFFFFFFFUL, 1));
}

static void devices_are_not_cached(void **state)
{
	(void)state;
	begin();
	assert_int_equal(arch_map(OTHER, OTHER, PAGE_SIZE, ARCH_MAP_WRITE | ARCH_MAP_DEVICE), OK);
	assert_int_equal(arch_map(LARGE, LARGE, PAGE_SIZE, ARCH_MAP_WRITE | ARCH_MAP_COMBINE), OK);
	arch_paging_enable();
	assert_mapped(OTHER, OTHER, PAGE_SIZE, ARCH_MAP_WRITE | ARCH_MAP_DEVICE);
	assert_mapped(LARGE, LARGE, PAGE_SIZE, ARCH_MAP_WRITE | ARCH_MAP_COMBINE);
}

static void what_must_not_be_mapped(void **state)
{
	static const struct {
		uint64_t va, pa, size;
		unsigned int flags;
	} wrong[] = {
		{OTHER, OTHER, PAGE_SIZE, ARCH_MAP_WRITE | ARCH_MAP_EXEC},
		{OTHER + 1, OTHER, PAGE_SIZE, 0},
		{OTHER, OTHER + 1, PAGE_SIZE, 0},
		{OTHER, OTHER, PAGE_SIZE + 1, 0},
		{OTHER, 1UL << 40, PAGE_SIZE, 0}, /* beyond this processor's width */
	};

	(void)state;
	begin();
	for (size_t i = 0; i < ARRAY_COUNT(wrong); i++)
		assert_int_equal(arch_map(wrong[i].va, wrong[i].pa, wrong[i].size, wrong[i].flags),
				 ERR_INVALID);
	assert_false(arch_mapped(OTHER, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_is_changed_is_flushed, tear_down),
		cmocka_unit_test_teardown(they_are_put_in_force, tear_down),
		cmocka_unit_test_teardown(a_page_of_a_large_one_changes_alone, tear_down),
		cmocka_unit_test_teardown(a_copy_has_tables_of_its_own, tear_down),
		cmocka_unit_test_teardown(the_upper_half_comes_out_canonical, tear_down),
		cmocka_unit_test_teardown(devices_are_not_cached, tear_down),
		cmocka_unit_test_teardown(what_must_not_be_mapped, tear_down),
	};

	return cmocka_run_group_tests_name("arch/x86_64/paging", tests, NULL, NULL);
}
