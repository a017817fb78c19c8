/* SPDX-License-Identifier: MIT */
/* How the kernel ends: with an exit code, or in a panic. Private to kernel/. */
#pragma once

#include <stdint.h>

#include "kernel/kernel.h"
#include "kernel/options.h"
#include "kernel/modes.h"
#include "smp/smp.h"

struct acpi_register;
struct platform;

void exit_init(const struct boot_info *boot, const struct platform *p, enum option_exit how);
_Noreturn void exit_machine(enum exit_code code);

/*
 * x86_64/exit.c: a register of the FADT, if there is one; the end of a test machine, if it is one.
 */
void exit_write_register(const char *name, const struct acpi_register *r, uint32_t value,
			 bool wide);
void exit_test_machine(enum exit_code code);

/*
 * panic.c: install the panic handler, which stops all other processors, prints, tells the host by
 * its crash MSRs, and ends in exit_machine.
 */
void panic_init(struct smp *smp, const struct platform *p, uint64_t image_base);
