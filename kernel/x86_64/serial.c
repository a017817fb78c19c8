/* SPDX-License-Identifier: MIT */
/* The first serial port has had its place since the PC. */
#include "kernel/setup.h"

#include "arch/arch.h"

enum err console_serial(const struct boot_info *boot)
{
	(void)boot;
	return arch_serial_init();
}
