/* SPDX-License-Identifier: MIT */
/*
 * Views of the nested page tables that differ in the page of the local APIC. A view has four tables
 * of its own, those on the way to that page (and a fifth where the APIC has moved to); everything
 * else it shares with the first VTL's tables, entry by entry.
 */
#include "tests/refhv/vmm/views.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/holes.h"
#include "tests/refhv/vmm/paging.h"

#define LEVEL_2M 2
#define LEVEL_1G 3

struct view {
	struct page_tables tables;
	uint64_t *level[PAGING_TOP]; /* on the way to the APIC's default page */
	uint64_t *far;               /* on the way to where it has moved, if that is elsewhere */
	uint64_t moved;              /* where that is; APIC_PAGE: nowhere */
};

static struct view none, elsewhere;

static bool same_entry(int level, uint64_t a, uint64_t b)
{
	return a / paging_level_size(level) == b / paging_level_size(level);
}

/* The table of the first VTL on the way to `gpa`. */
static uint64_t *shared_table(int level, uint64_t gpa)
{
	uint64_t *table = hv_first_tables()->root;

	(void)paging_entry(hv_first_tables(), gpa); /* all of the way is there */
	for (int above = PAGING_TOP; above > level; above--)
		table = paging_next(*paging_at(table, above, gpa));
	return table;
}

/* Other VPs may be walking: the view's own entries are never any others. */
static void copy_but(uint64_t *to, const uint64_t *from, const uint64_t *own, const uint64_t *also)
{
	for (uint64_t i = 0; i < PAGING_ENTRIES; i++)
		if (to + i != own && to + i != also)
			to[i] = from[i];
}

static void update(struct view *view)
{
	bool is_near = same_entry(LEVEL_2M, view->moved, APIC_PAGE);

	for (int level = PAGING_TOP; level; level--) {
		uint64_t *own = view->level[level - 1];
		uint64_t also = level == 1 && !is_near ? APIC_PAGE : view->moved;

		copy_but(own, shared_table(level, APIC_PAGE), paging_at(own, level, APIC_PAGE),
			 paging_at(own, level, also));
	}
	if (!is_near)
		copy_but(view->far, shared_table(1, view->moved),
			 paging_at(view->far, 1, view->moved), NULL);
}

static void make(struct view *view, uint64_t moved)
{
	view->moved = moved;
	for (int level = 0; level < PAGING_TOP; level++)
		view->level[level] = paging_take_table();
	view->far = view->level[0];
	if (!same_entry(LEVEL_2M, moved, APIC_PAGE))
		view->far = paging_take_table();
	update(view);
	*paging_at(view->far, 1, moved) = APIC_PAGE | PAGING_READ_ONLY;
	*paging_at(view->level[0], 1, APIC_PAGE) = holes_ones();
	*paging_at(view->level[LEVEL_2M - 1], LEVEL_2M, moved) = (uint64_t)view->far | PAGING_FLAGS;
	for (int level = 1; level < PAGING_TOP; level++)
		*paging_at(view->level[level], level + 1, APIC_PAGE) =
			(uint64_t)view->level[level - 1] | PAGING_FLAGS;
	view->tables.root = view->level[PAGING_TOP - 1];
}

void views_update(void)
{
	if (none.tables.root)
		update(&none);
	if (elsewhere.tables.root)
		update(&elsewhere);
}

const struct page_tables *views_without_apic(void)
{
	if (!none.tables.root)
		make(&none, APIC_PAGE);
	views_update();
	return &none.tables;
}

const struct page_tables *views_with_apic_at(uint64_t gpa)
{
	if (gpa == APIC_PAGE)
		return hv_first_tables();
	if (!same_entry(LEVEL_1G, gpa, APIC_PAGE))
		return NULL;
	if (!elsewhere.tables.root)
		make(&elsewhere, gpa);
	views_update();
	return elsewhere.moved == gpa ? &elsewhere.tables : NULL;
}
