/* SPDX-License-Identifier: MIT */
/*
 * VP numbering. A kernel that takes an APIC id for a VP index works by accident where the two
 * agree, so by default they never do.
 */
#include <stdbool.h>

#include "tests/refhv/calls/topology.h"

#define SPARSE_STEP   3
#define SPARSE_OFFSET 2
_Static_assert(SPARSE_STEP *(MAX_VPS - 1) + SPARSE_OFFSET < MAX_VP_INDEXES, "indexes fit");
_Static_assert(MAX_APIC_IDS <= MAX_VP_INDEXES, "identity numbering fits");

static uint32_t number(enum vp_numbering numbering, uint32_t apic_id, uint32_t rank)
{
	switch (numbering) {
	case VP_IDENTITY: return apic_id;
	case VP_SPARSE: return SPARSE_STEP * rank + SPARSE_OFFSET;
	default: return rank;
	}
}

void topology_number(enum vp_numbering numbering, const uint32_t *apic_ids, uint32_t count,
		     uint32_t *vp_indexes)
{
	/*
	 * Ranks are rotated, by half a turn first. An APIC id can equal its index under one
	 * rotation only, and ids that are not simply 0..n-1 leave one rotation free of that.
	 */
	for (uint32_t turn = 0; turn < count; turn++) {
		bool differs = true;

		for (uint32_t i = 0; i < count; i++) {
			uint32_t rank = (i + count / 2 + turn) % count;

			vp_indexes[i] = number(numbering, apic_ids[i], rank);
			differs = differs && vp_indexes[i] != apic_ids[i];
		}
		if (differs)
			return;
	}
}
