/* SPDX-License-Identifier: MIT */
/*
 * What a run has cost the hypervisor, counted and not timed: exits of all VPs since
 * ExitBootServices, page tables, bytes of the arena. With N VPs none of them may grow faster than
 * N.
 */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/state.h"

void cost_log(struct vp *vp)
{
	const struct partition *partition = &hv.partition;
	uint64_t exits = 0;

	/* Other VPs may still run: a count slightly out of date will do. */
	for (uint32_t i = 0; i < partition->vp_count; i++)
		exits += __atomic_load_n(&partition->vps[i]->processor.exits, __ATOMIC_RELAXED);
	line_begin(&vp->line, "cost");
	line_add(&vp->line, " vps=%u exits=%lu tables=%lu bytes=%lu", partition->vp_count, exits,
		 paging_tables(), memory_taken() * PAGE_SIZE);
	log_emit(&vp->line);
}
