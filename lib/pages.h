/* SPDX-License-Identifier: MIT */
/*
 * Physical pages, handed out from given ranges and never taken back: what the kernel allocates
 * lives until the machine stops. Physical addresses are identity-mapped, so a page's address is
 * also its pointer. Only the boot processor allocates.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum { PAGE_SIZE = 4096 };

struct page_range {
	uint64_t base; /* bytes, any alignment; only whole pages are used */
	uint64_t size; /* bytes */
};

enum { PAGES_MAX_RANGES = 128 };

struct pages {
	size_t count;
	struct page_range range[PAGES_MAX_RANGES]; /* what is left, page-aligned */
	const struct page_range *near; /* where pages come from first; see pages_prefer */
	size_t near_count;
	uint64_t fail_at; /* 0: off; k: the k-th allocation from now fails, once: for tests */
};

static inline size_t pages_of(size_t bytes)
{
	return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* Take over the ranges, largest first if there are too many. Returns the pages gained. */
size_t pages_init(struct pages *p, const struct page_range *ranges, size_t count);

/*
 * count contiguous zeroed pages, all of them below the address `below` (0: anywhere), the first
 * one never at address 0. NULL when there are none.
 */
void *pages_alloc(struct pages *p, size_t count, uint64_t below);

/*
 * From now on pages come from these ranges if they can, and else from anywhere; with count 0 from
 * anywhere at once. The ranges are the caller's and must stay.
 */
void pages_prefer(struct pages *p, const struct page_range *near, size_t count);

/* Pages not handed out yet. */
size_t pages_left(const struct pages *p);
