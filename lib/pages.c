/* SPDX-License-Identifier: MIT */
/*
 * Pages are taken from the highest address that will do, so that the scarce low ones are still
 * there for those that need them (real-mode start, 32-bit CR3).
 */
#include <stdbool.h>

#include "lib/pages.h"
#include "lib/string.h"

static bool page_aligned(const struct page_range *in, struct page_range *out)
{
	uint64_t end = in->base + in->size;
	uint64_t base = in->base;

	if (end < base)
		end = UINT64_MAX;
	if (base < PAGE_SIZE)
		base = PAGE_SIZE; /* page 0 would look like NULL */
	if (base > UINT64_MAX - (PAGE_SIZE - 1))
		return false;
	base = (base + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
	end &= ~(uint64_t)(PAGE_SIZE - 1);
	if (end <= base)
		return false;
	out->base = base;
	out->size = end - base;
	return true;
}

/* Add a range; when the table is full, the smallest range is dropped. */
static void add_range(struct pages *p, const struct page_range *range)
{
	size_t smallest = 0;

	if (p->count < PAGES_MAX_RANGES) {
		p->range[p->count++] = *range;
		return;
	}
	for (size_t i = 1; i < p->count; i++) {
		if (p->range[i].size < p->range[smallest].size)
			smallest = i;
	}
	if (p->range[smallest].size < range->size)
		p->range[smallest] = *range;
}

size_t pages_init(struct pages *p, const struct page_range *ranges, size_t count)
{
	struct page_range whole;

	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i < count; i++) {
		if (page_aligned(&ranges[i], &whole))
			add_range(p, &whole);
	}
	return pages_left(p);
}

/* Highest fitting start of `size` bytes in a range, within [from, below); 0 if there is none. */
static uint64_t highest_fit(const struct page_range *range, uint64_t size, uint64_t from,
			    uint64_t below)
{
	uint64_t base = range->base > from ? range->base : from;
	uint64_t end = range->base + range->size;

	if (below != 0 && below < end)
		end = below & ~(uint64_t)(PAGE_SIZE - 1);
	if (end <= base || end - base < size)
		return 0;
	return end - size;
}

/* Cut [base, base + size) out of range i; what lies above it becomes a range of its own. */
static void take(struct pages *p, size_t i, uint64_t base, uint64_t size)
{
	struct page_range *range = &p->range[i];
	struct page_range above = {base + size, range->base + range->size - (base + size)};

	range->size = base - range->base;
	if (range->size == 0)
		*range = p->range[--p->count];
	if (above.size > 0)
		add_range(p, &above);
}

/* Highest start of `size` bytes within [from, below), and in which range that is; 0: none. */
static uint64_t find(const struct pages *p, uint64_t size, uint64_t from, uint64_t below,
		     size_t *in)
{
	uint64_t best = 0;

	for (size_t i = 0; i < p->count; i++) {
		uint64_t base = highest_fit(&p->range[i], size, from, below);

		if (base > best) {
			best = base;
			*in = i;
		}
	}
	return best;
}

/* The same in the preferred ranges. */
static uint64_t find_near(const struct pages *p, uint64_t size, uint64_t below, size_t *in)
{
	for (size_t i = 0; i < p->near_count; i++) {
		uint64_t end = p->near[i].base + p->near[i].size;
		uint64_t best =
			find(p, size, p->near[i].base, below && below < end ? below : end, in);

		if (best)
			return best;
	}
	return 0;
}

void *pages_alloc(struct pages *p, size_t count, uint64_t below)
{
	uint64_t size, best;
	size_t from = 0;
	void *page;

	if (p->fail_at) {
		p->fail_at--;
		if (p->fail_at == 0)
			return NULL;
	}
	if (count == 0 || count > SIZE_MAX / PAGE_SIZE)
		return NULL;
	size = (uint64_t)count * PAGE_SIZE;
	best = find_near(p, size, below, &from);
	if (best == 0)
		best = find(p, size, 0, below, &from);
	if (best == 0)
		return NULL;
	take(p, from, best, size);
	page = (void *)(uintptr_t)best;
	memset(page, 0, size);
	return page;
}

void pages_prefer(struct pages *p, const struct page_range *near, size_t count)
{
	p->near = near;
	p->near_count = count;
}

size_t pages_left(const struct pages *p)
{
	uint64_t left = 0;

	for (size_t i = 0; i < p->count; i++)
		left += p->range[i].size / PAGE_SIZE;
	return left;
}
