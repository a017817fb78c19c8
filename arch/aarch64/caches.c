/* SPDX-License-Identifier: MIT */
/*
 * A processor that comes by PSCI reads memory past the caches until its translation is on. What it
 * reads until then must have reached memory.
 */
#include "arch/aarch64/cpu.h"

/* CTR_EL0.DminLine: the smallest line in words of 4 bytes, as a power of two. */
static uint64_t line(void)
{
	return 4UL << (READ_SYSREG(ctr_el0) >> 16 & 0xF);
}

void caches_clean(const void *from, size_t size)
{
	uint64_t step = line();
	uint64_t end = (uint64_t)from + size;

	for (uint64_t at = (uint64_t)from & ~(step - 1); at < end; at += step)
		__asm__ volatile("dc cvac, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
}
