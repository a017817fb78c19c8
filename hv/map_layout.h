/* SPDX-License-Identifier: MIT */
/*
 * How the lists of 0x9A lie in memory: what vp_map.c and each architecture's map_layout.c share.
 * Private to hv/.
 */
#pragma once

#include "hv/hv.h"
#include "hv/tlfs.h"

enum { HVSMP_MAP_PACKED = 4, HVSMP_MAP_PADDED = 8 };
enum { HVSMP_PROBE_WORDS = 6, HVSMP_PROBE_KNOWN = 2 };

/* What the output is filled with: no valid VP index. */
#define HVSMP_MAP_UNTOUCHED HVSMP_VP_INDEX_ANY

/* Bytes from one element to the next. */
struct hvsmp_map_layout {
	unsigned int in, out;
};

struct hvsmp_map_walk {
	const struct hvsmp_caller *caller;
	struct hvsmp_map_info *info;
	uint32_t limit;
	uint32_t *in, *out;
	struct hvsmp_map_layout layout;
};

/* The architecture's: true, and w->layout is that of lists; false where a doubt is left. */
bool hvsmp_map_find_layout(struct hvsmp_map_walk *w, uint64_t bsp_id);

/* A list of `count` elements that begins with the BSP twice; were exactly these two answered? */
bool hvsmp_map_probe(struct hvsmp_map_walk *w, const uint32_t words[HVSMP_PROBE_WORDS],
		     size_t count, struct hvsmp_result *r);
bool hvsmp_map_is_unknown_id(const struct hvsmp_result *r);

/* May the half of an element behind the VP index have this? */
static inline bool hvsmp_map_is_padding(uint32_t word)
{
	return word == 0 || word == HVSMP_MAP_UNTOUCHED;
}
