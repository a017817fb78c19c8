/* SPDX-License-Identifier: MIT */
/*
 * MPIDR's affinity fields as the interrupt controller has them (Arm IHI 0069): Aff3 in 39:32, Aff2
 * to Aff0 in 23:0, each any number from 0 to 255. Pure.
 */
#pragma once

#include <stdint.h>

/* What ICC_SGI1R_EL1 names besides the cluster: 16 processors from 16 * selector on, a bit each. */
enum { AFFINITY_RANGE = 16 };

/* GICR_TYPER[63:32]: four bytes, the highest level on top. */
static inline uint32_t affinity_packed(uint64_t hw_id)
{
	return (uint32_t)(hw_id & 0xFFFFFFU) | (uint32_t)(hw_id >> 32 & 0xFF) << 24;
}

/* 0: an interrupt controller without range selector reaches it, too. */
static inline uint64_t affinity_selector(uint64_t hw_id)
{
	return (hw_id & 0xFF) / AFFINITY_RANGE;
}

/* ICC_SGI1R_EL1 for one processor: sixteen of one range can be named at once, one is. */
static inline uint64_t affinity_sgi(uint64_t hw_id, unsigned int intid)
{
	return (hw_id >> 32 & 0xFF) << 48 | affinity_selector(hw_id) << 44 |
	       (hw_id >> 16 & 0xFF) << 32 | (uint64_t)intid << 24 | (hw_id >> 8 & 0xFF) << 16 |
	       1UL << (hw_id & 0xFF) % AFFINITY_RANGE;
}
