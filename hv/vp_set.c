/* SPDX-License-Identifier: MIT */
/*
 * VP sets (TLFS, HV_VP_SET): whom a call is for, of more VPs than one 64-bit mask has bits. Sparse
 * only: the set of all VPs has a format of its own, which not every hypervisor takes.
 */
#include "hv/hv.h"
#include "hv/tlfs.h"

bool hvsmp_vp_set_add(struct hvsmp_vp_set *set, uint32_t vp_index)
{
	uint32_t bank = vp_index / HVSMP_VP_SET_BANK_VPS;

	if (bank >= HVSMP_VP_SET_BANKS)
		return false;
	set->bank[bank] |= 1UL << vp_index % HVSMP_VP_SET_BANK_VPS;
	return true;
}

bool hvsmp_vp_set_pack(const struct hvsmp_vp_set *set, void *out, size_t room, unsigned int *banks)
{
	struct hvsmp_sparse_vp_set *sparse = out;

	*banks = 0;
	if (room < sizeof(*sparse))
		return false;
	sparse->format = HVSMP_VP_SET_SPARSE_4K;
	sparse->valid_banks = 0;
	for (unsigned int i = 0; i < HVSMP_VP_SET_BANKS; i++) {
		if (!set->bank[i])
			continue;
		if ((room - sizeof(*sparse)) / sizeof(sparse->bank[0]) <= *banks)
			return false;
		sparse->valid_banks |= 1UL << i;
		sparse->bank[(*banks)++] = set->bank[i];
	}
	return true;
}
