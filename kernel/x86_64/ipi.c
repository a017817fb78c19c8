/* SPDX-License-Identifier: MIT */
/* The local APIC needs nothing that the firmware's tables say. */
#include "kernel/platform.h"

enum err platform_ipi_open(const struct platform *p)
{
	(void)p;
	return arch_ipi_init();
}
