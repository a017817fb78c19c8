/* SPDX-License-Identifier: MIT */
/*
 * Addresses that nothing answers. One page of ones, and tables that lead everywhere to it, fill
 * whatever is missing in the nested tables: reads need no decoder. A write is let through to a
 * scratch page instead, for this one instruction: it is made with the trap flag set, and without
 * interrupts. So it needs no decoder either, and no VP ever sees what was written.
 */
#include "tests/refhv/vmm/holes.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/vmm/paging.h"
#include "tests/refhv/vmm/vcpu.h"

#define ONES 0xFF

static uint64_t ones_page;
static uint64_t scratch_page;
static uint64_t ones[PAGING_TOP]; /* an entry of level n + 1 that leads to ones */

static uint64_t filled_table(uint64_t entry)
{
	uint64_t *table = paging_take_table();

	for (uint64_t i = 0; i < PAGING_ENTRIES; i++)
		table[i] = entry;
	return (uint64_t)table | PAGING_FLAGS;
}

/* Under the lock: made when first wanted, as most runs want none. */
static void prepare(void)
{
	if (ones_page)
		return;
	scratch_page = (uint64_t)paging_take_table();
	cpu_fill((void *)scratch_page, ONES, PAGE_SIZE);
	ones_page = (uint64_t)paging_take_table();
	cpu_fill((void *)ones_page, ONES, PAGE_SIZE);
	ones[0] = ones_page | PAGING_READ_ONLY;
	for (int level = 1; level < PAGING_TOP; level++)
		ones[level] = filled_table(ones[level - 1]);
}

uint64_t holes_ones(void)
{
	prepare();
	return ones[0];
}

/* The page's entry, all of whose way is there now. */
static uint64_t *fill(const struct page_tables *tables, uint64_t gpa)
{
	uint64_t *table = tables->root;

	for (int level = PAGING_TOP;; level--) {
		uint64_t *entry = paging_at(table, level, gpa);

		if (!(*entry & PAGING_PRESENT))
			__atomic_store_n(entry, ones[level - 1], __ATOMIC_RELEASE);
		if (level == 1)
			return entry;
		if (*entry & PAGING_LARGE)
			log_fatal("hole_is_mapped");
		table = paging_next(*entry);
	}
}

static void step(struct vp *vp, const struct page_tables *tables, uint64_t *entry)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	struct vp_step *step = &vp->step;

	__atomic_store_n(entry, scratch_page | PAGING_FLAGS, __ATOMIC_RELEASE);
	for (uint32_t i = 0; i < step->count; i++)
		if (step->entries[i] == entry)
			return; /* the end of another VP's step has taken it away */
	if (step->count == STEP_PAGES)
		log_fatal("write_to_three_holes_at_once");
	step->entries[step->count++] = entry;
	if (step->count > 1)
		return;
	step->flags = vmcb->rflags & (RFLAGS_IF | RFLAGS_TF);
	step->nested_cr3 = vmcb->nested_cr3;
	vmcb->nested_cr3 = (uint64_t)tables->root;
	vmcb->rflags = (vmcb->rflags | RFLAGS_TF) & ~RFLAGS_IF;
	vmcb->intercept_exceptions |= 1U << EXCEPTION_DB;
}

void holes_answer(struct vp *vp, const struct page_tables *tables, uint64_t gpa, bool is_write)
{
	hv_lock();
	prepare();
	uint64_t *entry = fill(tables, gpa);

	if (is_write)
		step(vp, tables, entry);
	hv_unlock();
}

void holes_step_exit(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	struct vp_step *step = &vp->step;

	if (!step->count)
		log_fatal("debug_exception_without_a_step");
	while (step->count)
		__atomic_store_n(step->entries[--step->count], ones[0], __ATOMIC_RELEASE);
	cpu_fill((void *)scratch_page, ONES, PAGE_SIZE);
	vmcb->nested_cr3 = step->nested_cr3;
	vmcb->rflags = (vmcb->rflags & ~(RFLAGS_IF | RFLAGS_TF)) | step->flags;
	vmcb->intercept_exceptions &= ~(1U << EXCEPTION_DB);
	if (step->flags & RFLAGS_TF)
		vcpu_inject(vp, EXCEPTION_DB); /* the guest steps itself: DR6.BS is its own */
	else
		vmcb->dr6 &= ~DR6_BS;
}
