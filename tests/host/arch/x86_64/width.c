/* SPDX-License-Identifier: MIT */
/*
 * For tests that link the real address check (arch/x86_64/address.c): a processor of 40 physical
 * bits and four levels.
 */
#include "arch/x86_64/cpu.h"

enum { BITS = 40 };

struct arch_cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf)
{
	(void)subleaf;
	if (leaf == 0x80000000U)
		return (struct arch_cpuid){.eax = 0x80000008U};
	return (struct arch_cpuid){.eax = leaf == 0x80000008U ? BITS : 0};
}

bool machine_has_five_levels(void)
{
	return false;
}
