/* SPDX-License-Identifier: MIT */
/*
 * lib/pages.c: allocation from memory that really is there (an aligned arena), and its arithmetic
 * on ranges at the edges of the address space, which are never touched because they are empty.
 */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "lib/pages.h"

enum { ARENA_PAGES = 64 };

static uint8_t *arena;
static uint64_t base;
static struct pages pages;

static int set_up(void **state)
{
	(void)state;
	arena = aligned_alloc(PAGE_SIZE, ARENA_PAGES * PAGE_SIZE);
	memset(arena, 0xa5, ARENA_PAGES * PAGE_SIZE);
	base = (uintptr_t)arena;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(arena);
	return 0;
}

static bool all_zero(const uint8_t *p, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (p[i] != 0)
			return false;
	}
	return true;
}

static void pages_are_zeroed_aligned_and_disjoint(void **state)
{
	const struct page_range whole = {base, ARENA_PAGES * PAGE_SIZE};
	size_t left = ARENA_PAGES;

	(void)state;
	assert_int_equal(pages_init(&pages, &whole, 1), ARENA_PAGES);
	for (size_t count = 1; left >= count; count++) {
		uint8_t *p = pages_alloc(&pages, count, 0);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % PAGE_SIZE, 0);
		assert_in_range((uintptr_t)p, base, base + (ARENA_PAGES - count) * PAGE_SIZE);
		assert_true(
			all_zero(p, count * PAGE_SIZE)); /* a page given twice would be marked */
		memset(p, 0x5a, count * PAGE_SIZE);
		left -= count;
		assert_int_equal(pages_left(&pages), left);
	}
	assert_null(pages_alloc(&pages, left + 1, 0));
	assert_non_null(pages_alloc(&pages, left, 0));
	assert_int_equal(pages_left(&pages), 0);
	assert_null(pages_alloc(&pages, 1, 0));
}

static void only_whole_pages_are_used(void **state)
{
	const struct page_range ranges[] = {
		{base + 1, 2 * PAGE_SIZE},                 /* one whole page inside */
		{base + 4 * PAGE_SIZE, PAGE_SIZE - 1},     /* none */
		{base + 8 * PAGE_SIZE - 1, PAGE_SIZE + 2}, /* one */
		{base + 12 * PAGE_SIZE, 0},                /* none */
	};

	(void)state;
	assert_int_equal(pages_init(&pages, ranges, ARRAY_COUNT(ranges)), 2);
	assert_ptr_equal(pages_alloc(&pages, 1, 0), arena + 8 * PAGE_SIZE);
	assert_ptr_equal(pages_alloc(&pages, 1, 0), arena + PAGE_SIZE);
	assert_null(pages_alloc(&pages, 1, 0));
}

static void below_is_a_limit_for_the_last_byte(void **state)
{
	const struct page_range whole = {base, 8 * PAGE_SIZE};

	(void)state;
	pages_init(&pages, &whole, 1);
	assert_null(pages_alloc(&pages, 1, base + PAGE_SIZE - 1));
	assert_null(pages_alloc(&pages, 1, base));
	assert_ptr_equal(pages_alloc(&pages, 2, base + 4 * PAGE_SIZE + 17), arena + 2 * PAGE_SIZE);
	assert_int_equal(pages_left(&pages), 6); /* what lies above is not lost */
	assert_ptr_equal(pages_alloc(&pages, 1, base + PAGE_SIZE), arena);
	assert_ptr_equal(pages_alloc(&pages, 4, 0), arena + 4 * PAGE_SIZE);
	assert_ptr_equal(pages_alloc(&pages, 1, 0), arena + PAGE_SIZE);
}

static void low_pages_are_kept_for_those_that_need_them(void **state)
{
	const struct page_range ranges[] = {{base + 32 * PAGE_SIZE, 4 * PAGE_SIZE},
					    {base, 4 * PAGE_SIZE}};

	(void)state;
	pages_init(&pages, ranges, 2);
	for (int i = 0; i < 4; i++)
		assert_true((uintptr_t)pages_alloc(&pages, 1, 0) >= base + 32 * PAGE_SIZE);
	assert_non_null(pages_alloc(&pages, 4, base + 4 * PAGE_SIZE));
}

static void preferred_ranges_come_first(void **state)
{
	const struct page_range whole = {base, 16 * PAGE_SIZE};
	const struct page_range near[] = {
		{base + 4 * PAGE_SIZE, 2 * PAGE_SIZE},
		{base + 8 * PAGE_SIZE + 1, 2 * PAGE_SIZE}, /* one whole page inside */
		{UINT64_MAX - PAGE_SIZE, PAGE_SIZE},       /* nothing is there */
	};

	(void)state;
	pages_init(&pages, &whole, 1);
	pages_prefer(&pages, near, ARRAY_COUNT(near));
	assert_ptr_equal(pages_alloc(&pages, 1, 0), arena + 5 * PAGE_SIZE);
	assert_ptr_equal(pages_alloc(&pages, 2, 0), arena + 14 * PAGE_SIZE); /* none has two */
	assert_ptr_equal(pages_alloc(&pages, 1, base + 4 * PAGE_SIZE), arena + 3 * PAGE_SIZE);
	assert_ptr_equal(pages_alloc(&pages, 1, 0), arena + 4 * PAGE_SIZE);
	assert_ptr_equal(pages_alloc(&pages, 1, 0), arena + 9 * PAGE_SIZE);
	assert_ptr_equal(pages_alloc(&pages, 1, 0), arena + 13 * PAGE_SIZE); /* all used up */
	pages_prefer(&pages, NULL, 0);
	assert_ptr_equal(pages_alloc(&pages, 1, 0), arena + 12 * PAGE_SIZE);
	assert_int_equal(pages_left(&pages), 16 - 8);
}

static void f70_the_kth_allocation_fails(void **state)
{
	const struct page_range whole = {base, 8 * PAGE_SIZE};

	(void)state;
	pages_init(&pages, &whole, 1);
	pages.fail_at = 3;
	assert_non_null(pages_alloc(&pages, 1, 0));
	assert_non_null(pages_alloc(&pages, 1, 0));
	assert_null(pages_alloc(&pages, 1, 0));
	assert_int_equal(pages_left(&pages), 6);
	assert_non_null(pages_alloc(&pages, 1, 0));
}

static void impossible_requests_get_null(void **state)
{
	const struct page_range whole = {base, 8 * PAGE_SIZE};

	(void)state;
	pages_init(&pages, &whole, 1);
	assert_null(pages_alloc(&pages, 0, 0));
	assert_null(pages_alloc(&pages, 9, 0));
	assert_null(pages_alloc(&pages, SIZE_MAX, 0));
	assert_null(pages_alloc(&pages, SIZE_MAX / PAGE_SIZE, 0));
	assert_int_equal(pages_init(&pages, NULL, 0), 0);
	assert_null(pages_alloc(&pages, 1, 0));
}

/* Nothing is allocated from these: only the count is looked at. */
static void ranges_at_the_edges_of_the_address_space(void **state)
{
	struct page_range r = {0, 3 * PAGE_SIZE};

	(void)state;
	assert_int_equal(pages_init(&pages, &r, 1), 2); /* never page 0 */
	r = (struct page_range){100, PAGE_SIZE};
	assert_int_equal(pages_init(&pages, &r, 1), 0);
	r = (struct page_range){UINT64_MAX - 10, 100};
	assert_int_equal(pages_init(&pages, &r, 1), 0);
	r = (struct page_range){UINT64_MAX - 2 * PAGE_SIZE + 1, UINT64_MAX};
	assert_int_equal(pages_init(&pages, &r, 1), 1); /* the last one ends at 2^64 */
}

static void too_many_ranges_lose_the_smallest(void **state)
{
	enum { MANY = PAGES_MAX_RANGES + 40 };
	struct page_range ranges[MANY];
	size_t expected = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		size_t size = 1 + (i * 61) % MANY; /* each size once, in a mixed order */

		ranges[i].base = (i + 1) << 32;
		ranges[i].size = size * PAGE_SIZE;
		if (size > MANY - PAGES_MAX_RANGES)
			expected += size;
	}
	assert_int_equal(pages_init(&pages, ranges, MANY), expected);
	assert_int_equal(pages.count, PAGES_MAX_RANGES);
}

static void a_split_in_a_full_table_loses_only_the_smallest(void **state)
{
	struct page_range ranges[PAGES_MAX_RANGES];

	(void)state;
	ranges[0] = (struct page_range){base, 32 * PAGE_SIZE};
	for (size_t i = 1; i < PAGES_MAX_RANGES; i++)
		ranges[i] = (struct page_range){i << 52, 2 * PAGE_SIZE};
	pages_init(&pages, ranges, PAGES_MAX_RANGES);
	assert_ptr_equal(pages_alloc(&pages, 1, base + 16 * PAGE_SIZE), arena + 15 * PAGE_SIZE);
	/* 15 below and 16 above stay; one of the small ranges made room. */
	assert_int_equal(pages_left(&pages), 31 + (PAGES_MAX_RANGES - 2) * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_zeroed_aligned_and_disjoint),
		cmocka_unit_test(only_whole_pages_are_used),
		cmocka_unit_test(below_is_a_limit_for_the_last_byte),
		cmocka_unit_test(low_pages_are_kept_for_those_that_need_them),
		cmocka_unit_test(preferred_ranges_come_first),
		cmocka_unit_test(f70_the_kth_allocation_fails),
		cmocka_unit_test(impossible_requests_get_null),
		cmocka_unit_test(ranges_at_the_edges_of_the_address_space),
		cmocka_unit_test(too_many_ranges_lose_the_smallest),
		cmocka_unit_test(a_split_in_a_full_table_loses_only_the_smallest),
	};

	return cmocka_run_group_tests_name("lib/pages", tests, set_up, tear_down);
}
