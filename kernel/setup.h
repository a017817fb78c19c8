/* SPDX-License-Identifier: MIT */
/* The first steps of the set-up. Private to kernel/. */
#pragma once

#include "acpi/acpi.h"
#include "kernel/kernel.h"
#include "kernel/options.h"
#include "lib/pages.h"

/* canary.c: the stack protector's value for this boot; before any guarded function returns. */
void canary_init(void);
bool canary_is_new(void);

/* console.c: serial port, options, log level, and the first lines of the log. */
void console_init(const struct boot_info *boot, struct options *options);

/* The architecture's: find the serial port and make it ready. ERR_NOT_FOUND. */
enum err console_serial(const struct boot_info *boot);

/* memory.c: page allocator and page tables from the boot stub's map; switches to the tables. */
enum err memory_init(const struct boot_info *boot, struct pages *pages);
/* memory.c: for the ACPI readers. What it had to map is said once they are done. */
struct acpi_memory memory_for_acpi(const struct boot_info *boot);
void memory_say_tables(void);

/*
 * framebuffer.c: on the kernel's own page tables. Turn the screen on, if there is a framebuffer;
 * one that cannot be used is a warning.
 */
void framebuffer_open(const struct boot_info *boot, struct pages *pages);
