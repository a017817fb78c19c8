/* SPDX-License-Identifier: MIT */
/*
 * What is switched on without being asked for, and only where CPUID offers it: a set-up menu or a
 * hypervisor may hide any of it, and a reserved bit is an exception. Without one of them the kernel
 * runs with less.
 */
#include "arch/x86_64/cpu.h"

#define CPUID_EXTENDED 0x80000001U
enum {
	EDX_DE = 1 << 2,
	EDX_MCE = 1 << 7,
	EDX_PGE = 1 << 13,
	EDX_PAT = 1 << 16, /* leaf 1 */
	EDX_NX = 1 << 20,  /* leaf 0x80000001 */
	EDX_1G = 1 << 26,
	EBX_SMEP = 1 << 7, /* leaf 7 */
	EBX_SMAP = 1 << 20,
	ECX_UMIP = 1 << 2,
};

static uint32_t extended_edx(void)
{
	if (arch_cpuid(0x80000000U, 0).eax < CPUID_EXTENDED)
		return 0;
	return arch_cpuid(CPUID_EXTENDED, 0).edx;
}

bool arch_can_forbid_execution(void)
{
	return extended_edx() & EDX_NX;
}

bool feature_1g_pages(void)
{
	return extended_edx() & EDX_1G;
}

/* Every processor reads its PAT, and with a hypervisor CPUID is an exit: asked once. */
static bool has_pat;

bool feature_pat(void)
{
	has_pat = arch_cpuid(1, 0).edx & EDX_PAT;
	return has_pat;
}

bool feature_has_pat(void)
{
	return has_pat;
}

uint64_t feature_pat_now(void)
{
	return has_pat ? rdmsr(MSR_PAT) : PAT_AFTER_RESET;
}

/* SMEP, SMAP and UMIP: nothing here runs in user mode. */
static uint64_t hardening_bits(void)
{
	struct arch_cpuid leaf7;

	if (arch_cpuid(0, 0).eax < 7)
		return 0;
	leaf7 = arch_cpuid(7, 0);
	return (leaf7.ebx & EBX_SMEP ? CR4_SMEP : 0) | (leaf7.ebx & EBX_SMAP ? CR4_SMAP : 0) |
	       (leaf7.ecx & ECX_UMIP ? CR4_UMIP : 0);
}

uint64_t feature_cr4_bits(void)
{
	uint32_t edx = arch_cpuid(1, 0).edx;

	return (edx & EDX_DE ? CR4_DE : 0) | (edx & EDX_MCE ? CR4_MCE : 0) |
	       (edx & EDX_PGE ? CR4_PGE : 0) | hardening_bits();
}

const char *arch_protection_missing(void)
{
	uint64_t offered = hardening_bits() & ~read_cr4();

	if (!(read_cr0() & CR0_WP))
		return "CR0.WP";
	if (arch_can_forbid_execution() && !(rdmsr(MSR_EFER) & EFER_NXE))
		return "EFER.NXE";
	if (offered & CR4_SMEP)
		return "CR4.SMEP";
	if (offered & CR4_SMAP)
		return "CR4.SMAP";
	return offered & CR4_UMIP ? "CR4.UMIP" : NULL;
}
