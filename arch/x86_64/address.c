/* SPDX-License-Identifier: MIT */
/*
 * Which addresses can be memory here. Firmware hands in many, in tables and in its memory map, and
 * one that lies beyond the processor's width sets reserved bits of a page table's entry, or is
 * dropped to another address without a word. Sources: SDM volume 3, 4.1.4; APM volume 3, E.4.7.
 */
#include "arch/x86_64/cpu.h"

#define CPUID_ADDRESS_SIZES 0x80000008U
/* SDM volume 2, CPUID: a processor without the leaf, and with PAE, has so many. */
enum { BITS_BEFORE_LEAF = 36 };
/* Memory is mapped to itself, so an address is canonical only in the lower half. */
enum { LOWER_HALF_4_LEVELS = 47, LOWER_HALF_5_LEVELS = 56 };

uint64_t address_limit(void)
{
	uint32_t lower = machine_has_five_levels() ? LOWER_HALF_5_LEVELS : LOWER_HALF_4_LEVELS;
	uint32_t bits = BITS_BEFORE_LEAF;

	if (arch_cpuid(0x80000000U, 0).eax >= CPUID_ADDRESS_SIZES)
		bits = arch_cpuid(CPUID_ADDRESS_SIZES, 0).eax & 0xFF;
	if (bits < BITS_BEFORE_LEAF)
		bits = BITS_BEFORE_LEAF;
	return 1UL << (bits < lower ? bits : lower);
}

bool arch_is_physical(uint64_t pa, uint64_t size)
{
	static uint64_t limit; /* asked once: with a hypervisor CPUID is an exit */

	if (!limit)
		limit = address_limit();
	return size <= limit && pa <= limit - size;
}

/* I/O APICs, chipset, local APIC and the firmware's flash: SDM volume 3, 11.4.1, and every PC. */
#define DEVICES     0xFEC00000UL
#define DEVICES_END 0x100000000UL

bool arch_is_device(uint64_t pa, uint64_t size)
{
	return pa < DEVICES_END && DEVICES < pa + size;
}
