/* SPDX-License-Identifier: MIT */
/*
 * A program that spoils the machine as it is told and then starts the kernel, which is none the
 * wiser: what real firmware gets wrong, on purpose. README.md has the rows. It shares no header
 * with the kernel. Whatever it cannot do ends QEMU with an error: a test must get what it asked
 * for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <efi.h>

#define PAGE_SIZE 4096UL

extern EFI_HANDLE own_image;
extern EFI_SYSTEM_TABLE *firmware;
extern EFI_BOOT_SERVICES *services;

/* text.c: what is said goes to the console, and so to the serial port. */
void say(const char *text);
/* "spoil: error: WHAT: VALUE", and QEMU ends with EXIT_SPOIL. */
_Noreturn void fail(const char *what, const char *value);
bool equal(const char *a, const char *b);
/* The text before the separator, which is cut off *rest; all of it if there is none. */
char *cut(char **rest, char separator);
/* The next argument as a number, decimal or 0x; fails where there is none. */
uint64_t number(char **arguments);
/* The next argument, pairs of hexadecimal digits, as bytes; how many there were. */
size_t hex_bytes(char **arguments, uint8_t *out, size_t capacity);
void copy(void *to, const void *from, size_t size);
/* UTF-16 of an ASCII text, its size in bytes with the terminating zero. */
size_t widen(CHAR16 *to, const char *from, size_t capacity);

/* main.c: pages below 4 GiB, zeroed. */
void *take_pages(uint32_t type, size_t bytes);

/* The architecture's serial.c: without the firmware, when it must not be asked any more. */
void serial_say(const char *text);

/* One row of README.md: what stands behind `name=` in spoil.cfg, which it may cut to pieces. */
typedef void (*spoil_fn)(char *value);
struct spoil_row {
	const char *name;
	spoil_fn run;
};

/* acpi.c, acpi_edit.c */
void acpi_patch(char *value);
void acpi_poke(char *value);
void acpi_sum(char *value);
void acpi_swap(char *value);
void acpi_extend(char *value);
void acpi_entry(char *value);
void acpi_hide(char *value);
void acpi_copy(char *value);
void acpi_add(char *value);
void acpi_move(char *value);

/* map.c: the memory map, and the end of boot services */
void map_add(char *value);
void map_grow(char *value);
void exit_refuse(char *value);
/* Memory of this type is left out of the map. */
#define TYPE_UNLISTED 0x80000001U
void map_hook(void);

/* services.c: the firmware's other services */
void reset_by(char *value);
void screen_base(char *value);
void memory_refuse(char *value);

/* child.c: what the started image is handed */
void child_options(char *value);
void child_shell(char *value);
void child_give(EFI_HANDLE child);

/* The architecture's machine.c. The image that is started, on the same volume: */
extern const CHAR16 machine_kernel[];
/* Its own rows; the last has no name. */
extern const struct spoil_row machine_rows[];
/*
 * The processors. The firmware may not like all of it: cpu_change is called right before the kernel
 * starts, the last when boot services have ended.
 */
void cpu_change(void);
void cpu_change_at_the_end(void);
/* QEMU ends with EXIT_SPOIL (tests/tools/machine/verdicts.py). */
#define EXIT_SPOIL 251U
_Noreturn void machine_end(void);
/* A read of this address, with registers in disorder that a function should have saved; no code. */
void machine_page_fault(uint64_t address);
void machine_undefined(void);
