/* SPDX-License-Identifier: MIT */
/*
 * A guest that strays: where nothing is it reads ones, what it writes there is gone, it goes on.
 * The machine has 1 GiB, so the second GiB is such a place; the firmware has it mapped.
 */
#include "tests/guests/guest.h"

#define HOLE 0x50000000UL
#define PAGE 0x1000UL

void guest_main(void)
{
	uint64_t flags, count = PAGE;
	void *at = (void *)(HOLE + 5 * PAGE);

	expect("a byte", AT(uint8_t, HOLE), 0xFF);
	expect("two bytes", AT(uint16_t, HOLE + 2), 0xFFFF);
	expect("four bytes", AT(uint32_t, HOLE + PAGE), UINT32_MAX);
	expect("eight bytes of two pages", AT(uint64_t, HOLE + 2 * PAGE - 4), UINT64_MAX);
	AT(uint32_t, HOLE) = 0x12345678;
	AT(uint8_t, HOLE + 3 * PAGE) = 0;
	AT(uint64_t, HOLE + 2 * PAGE - 4) = 0;
	expect("what was written", AT(uint32_t, HOLE), UINT32_MAX);
	expect("a byte that was written", AT(uint8_t, HOLE + 3 * PAGE), 0xFF);
	expect("what was written to two pages", AT(uint64_t, HOLE + 2 * PAGE - 4), UINT64_MAX);
	__asm__ volatile("rep stosb" : "+D"(at), "+c"(count) : "a"(0) : "memory");
	expect("a page that was filled", AT(uint32_t, HOLE + 5 * PAGE), UINT32_MAX);
	expect("the count of the string instruction", count, 0);
	/* Read, changed and written by one instruction. */
	__asm__ volatile("lock incl (%0)" : : "r"(HOLE) : "memory");
	expect("what was counted up", AT(uint32_t, HOLE), UINT32_MAX);
	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	expect("the interrupt and trap flags", flags & 0x300, 0);
}
