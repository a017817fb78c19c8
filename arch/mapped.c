/* SPDX-License-Identifier: MIT */
/* Where an address lies, and whether a range can be read, by the kernel's own tables. */
#include "arch/mapped.h"

#include "arch/arch.h"

uint64_t arch_physical(uint64_t va)
{
	struct mapping m;

	return paging_find(va, &m) ? m.pa | (va & (m.size - 1)) : 0;
}

bool arch_mapped(uint64_t pa, uint64_t size)
{
	uint64_t end = pa + size;

	if (end < pa)
		return false;
	while (pa < end) {
		struct mapping m;

		if (!paging_find(pa, &m))
			return false;
		pa = (pa | (m.size - 1)) + 1;
		if (!pa)
			break;
	}
	return true;
}
