/* SPDX-License-Identifier: MIT */
/* Which VP index belongs to which APIC id. */
#pragma once

#include <stdint.h>

#define MAX_VPS        1024U
#define MAX_APIC_IDS   2048U /* APIC ids are padded at socket and node borders */
#define MAX_VP_INDEXES 4096U /* also what CPUID leaf 0x40000005 reports */

enum vp_numbering {
	VP_PERMUTED, /* 0..n-1, no index equal to its APIC id when n > 1 */
	VP_IDENTITY, /* the APIC id itself */
	VP_SPARSE,   /* with gaps */
	VP_NUMBERINGS,
};

/* Choose the VP index of each of `count` APIC ids (ascending, all different). */
void topology_number(enum vp_numbering numbering, const uint32_t *apic_ids, uint32_t count,
		     uint32_t *vp_indexes);
