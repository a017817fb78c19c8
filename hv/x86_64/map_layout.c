/* SPDX-License-Identifier: MIT */
/* Elements of 0x9A on x64: both lists have 4 bytes an element, or both have 8. */
#include "hv/map_layout.h"

static bool is_packed(struct hvsmp_map_walk *w, uint32_t bsp_id)
{
	const uint32_t vp = w->caller->hv->bsp_vp_index;
	/* Who reads 8-byte elements can make nothing of the third word, or answers it. */
	const uint32_t list[HVSMP_PROBE_WORDS] = {bsp_id, bsp_id, HVSMP_MAP_UNTOUCHED,
						  HVSMP_MAP_UNTOUCHED};
	struct hvsmp_result r;

	return hvsmp_map_probe(w, list, HVSMP_PROBE_KNOWN, &r) &&
	       hvsmp_answers(&r, HVSMP_STATUS_SUCCESS) && w->out[0] == vp && w->out[1] == vp &&
	       w->out[2] == HVSMP_MAP_UNTOUCHED && w->out[3] == HVSMP_MAP_UNTOUCHED;
}

static bool is_padded(struct hvsmp_map_walk *w, uint32_t bsp_id)
{
	const uint32_t vp = w->caller->hv->bsp_vp_index;
	/*
	 * Three, of which the last is no processor's: a reader of 4-byte elements never gets there.
	 */
	const uint32_t list[HVSMP_PROBE_WORDS] = {bsp_id, 0, bsp_id, 0, HVSMP_MAP_UNTOUCHED, 0};
	struct hvsmp_result r;

	return hvsmp_map_probe(w, list, HVSMP_PROBE_KNOWN + 1, &r) && hvsmp_map_is_unknown_id(&r) &&
	       w->out[0] == vp && w->out[2] == vp && hvsmp_map_is_padding(w->out[1]) &&
	       hvsmp_map_is_padding(w->out[3]);
}

bool hvsmp_map_find_layout(struct hvsmp_map_walk *w, uint64_t bsp_id)
{
	if (is_packed(w, (uint32_t)bsp_id))
		w->layout = (struct hvsmp_map_layout){HVSMP_MAP_PACKED, HVSMP_MAP_PACKED};
	else if (is_padded(w, (uint32_t)bsp_id))
		w->layout = (struct hvsmp_map_layout){HVSMP_MAP_PADDED, HVSMP_MAP_PADDED};
	else
		return false;
	return true;
}
