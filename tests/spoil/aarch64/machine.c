/* SPDX-License-Identifier: MIT */
/* What of the spoiler is ARM64's: the kernel's name, the end, two exceptions; it has no rows. */
#include "tests/spoil/spoil.h"

#define SYS_EXIT                    0x18UL
#define ADP_STOPPED_APPLICATIONEXIT 0x20026UL

const CHAR16 machine_kernel[] = L"\\EFI\\hvsmp\\hvsmp-aa64.efi";

const struct spoil_row machine_rows[] = {{NULL, NULL}};

void cpu_change(void)
{
}

void cpu_change_at_the_end(void)
{
}

_Noreturn void machine_end(void)
{
	const uint64_t block[] = {ADP_STOPPED_APPLICATIONEXIT, EXIT_SPOIL};
	register uint64_t x0 __asm__("x0") = SYS_EXIT;
	register const void *x1 __asm__("x1") = block;

	__asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
	for (;;)
		__asm__ volatile("wfi");
}

void machine_page_fault(uint64_t address)
{
	__asm__ volatile("mov x19, xzr; mov x20, xzr; mov x29, xzr; ldr %0, [%0]"
			 : "+r"(address)
			 :
			 : "memory");
}

void machine_undefined(void)
{
	__asm__ volatile("udf #0");
}
