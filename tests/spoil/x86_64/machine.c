/* SPDX-License-Identifier: MIT */
/* What of the spoiler is x86-64's: its rows, the kernel's name, the end, and two exceptions. */
#include "tests/spoil/x86_64/cpu.h"

#define EXIT_PORT 0xF4 /* isa-debug-exit: the status is twice the value, and one */

const CHAR16 machine_kernel[] = L"\\EFI\\hvsmp\\hvsmp.efi";

const struct spoil_row machine_rows[] = {
	{"cpu.aps", cpu_aps},
	{"cpu.bsp", cpu_bsp},
	{"cpu.cr4", cpu_cr4},
	{NULL, NULL},
};

_Noreturn void machine_end(void)
{
	__asm__ volatile("outl %0, %1" : : "a"(EXIT_SPOIL / 2), "Nd"((uint16_t)EXIT_PORT));
	for (;;)
		__asm__ volatile("cli; hlt");
}

void machine_page_fault(uint64_t address)
{
	__asm__ volatile("std; xor %%ebx, %%ebx; xor %%ebp, %%ebp; xor %%r12d, %%r12d;"
			 "xor %%r15d, %%r15d; mov (%0), %0"
			 :
			 : "r"(address)
			 : "memory");
}

void machine_undefined(void)
{
	__asm__ volatile("ud2");
}
