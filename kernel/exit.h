/* SPDX-License-Identifier: MIT */
/* How the kernel ends: with an exit code, or in a panic. Private to kernel/. */
#pragma once

#include <stdint.h>

#include "kernel/kernel.h"
#include "kernel/options.h"
#include "kernel/modes.h"
#include "smp/smp.h"

struct platform;

void exit_init(const struct boot_info *boot, const struct platform *p, enum option_exit how);
_Noreturn void exit_machine(enum exit_code code);

/* The architecture's: what is tried for each enum option_exit, one after the other. */
enum { EXIT_STEPS = 3 };
typedef void (*exit_step)(enum exit_code code);
extern const exit_step exit_steps[][EXIT_STEPS];
/* Before the first of them. p: may be filled in later. */
void exit_steps_init(const struct platform *p);

/* exit.c: steps of any architecture: the firmware's runtime services; that nothing helped. */
void exit_ask_firmware(enum exit_code code);
void exit_give_up(enum exit_code code);

/*
 * panic.c: install the panic handler, which stops all other processors, prints, tells the host by
 * its crash MSRs, and ends in exit_machine.
 */
void panic_init(struct smp *smp, const struct platform *p, uint64_t image_base);
