/* SPDX-License-Identifier: MIT */
/*
 * Elements of 0x9A on ARM64: an id has 64 bits. A VP index is drawn with as many in the
 * specification, and shipping code reads 32.
 */
#include "hv/map_layout.h"

static bool is_answered(const struct hvsmp_map_walk *w, const uint32_t expected[4])
{
	for (unsigned int i = 0; i < 4; i++) {
		if (w->out[i] != expected[i])
			return false;
	}
	return true;
}

bool hvsmp_map_find_layout(struct hvsmp_map_walk *w, uint64_t bsp_id)
{
	const uint32_t vp = w->caller->hv->bsp_vp_index;
	const uint32_t low = (uint32_t)bsp_id, high = (uint32_t)(bsp_id >> 32);
	const uint32_t list[HVSMP_PROBE_WORDS] = {low, high, low, high};
	const uint32_t packed[] = {vp, vp, HVSMP_MAP_UNTOUCHED, HVSMP_MAP_UNTOUCHED};
	struct hvsmp_result r;

	if (!hvsmp_map_probe(w, list, HVSMP_PROBE_KNOWN, &r) ||
	    !hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
		return false;
	w->layout.in = HVSMP_MAP_PADDED;
	if (is_answered(w, packed))
		w->layout.out = HVSMP_MAP_PACKED;
	else if (w->out[0] == vp && w->out[2] == vp && hvsmp_map_is_padding(w->out[1]) &&
		 hvsmp_map_is_padding(w->out[3]))
		w->layout.out = HVSMP_MAP_PADDED;
	else
		return false;
	return true;
}
