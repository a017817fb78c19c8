/* SPDX-License-Identifier: MIT */
/*
 * The manual's 10 ms between INIT and the first start-up IPI (SDM volume 3, 9.4.4.1) are those of
 * the processors of the nineties. Which need none is what Linux goes by (cpu_init_udelay), less the
 * Pentium 4; where INIT is a hypervisor's doing there is nothing to wait for either.
 */
#include "arch/x86_64/x86.h"

#define CPUID1_ECX_HYPERVISOR (1U << 31)

/* "Genu", "Auth", "Hygo": EBX of leaf 0. */
#define VENDOR_INTEL 0x756E6547U
#define VENDOR_AMD   0x68747541U
#define VENDOR_HYGON 0x6F677948U

enum { INTEL_P6 = 6, INTEL_AFTER_P4 = 0x10, AMD_K8 = 0xF, EXTENDED = 0xF };

static uint32_t family_of(uint32_t signature)
{
	uint32_t family = signature >> 8 & 0xF;

	return family == EXTENDED ? family + (signature >> 20 & 0xFF) : family;
}

bool arch_init_needs_delay(struct arch_cpuid (*cpuid)(uint32_t leaf, uint32_t subleaf))
{
	struct arch_cpuid features = cpuid(1, 0);
	uint32_t family = family_of(features.eax);

	if (features.ecx & CPUID1_ECX_HYPERVISOR)
		return false;
	switch (cpuid(0, 0).ebx) {
	case VENDOR_INTEL: return family != INTEL_P6 && family < INTEL_AFTER_P4;
	case VENDOR_AMD:
	case VENDOR_HYGON: return family < AMD_K8;
	default: return true;
	}
}
