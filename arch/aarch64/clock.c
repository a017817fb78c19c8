/* SPDX-License-Identifier: MIT */
/* The generic timer's virtual counter, and its rate by the firmware's word. */
#include "arch/aarch64/cpu.h"

uint64_t arch_ticks(void)
{
	isb(); /* no reading before what the program did earlier (DDI 0487, D12.1.2) */
	return READ_SYSREG(cntvct_el0);
}

uint64_t arch_ticks_hz(void)
{
	return READ_SYSREG(cntfrq_el0) & 0xFFFFFFFFUL;
}
