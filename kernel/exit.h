/* SPDX-License-Identifier: MIT */
/* How the kernel ends: with an exit code, or in a panic. Private to kernel/. */
#pragma once

#include <stdint.h>

#include "kernel/kernel.h"
#include "kernel/options.h"
#include "smp/smp.h"

struct platform;

void exit_init(const struct boot_info *boot, const struct platform *p, enum option_exit how);
_Noreturn void exit_machine(enum exit_code code);

/*
 * panic.c: install the panic handler, which stops all other processors, prints, tells the host by
 * its crash MSRs, and ends in exit_machine.
 */
void panic_init(struct smp *smp, const struct platform *p, uint64_t image_base);
