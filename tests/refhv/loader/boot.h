/* SPDX-License-Identifier: MIT */
/* What the loader asks of the firmware. All functions end QEMU with a log line when they fail. */
#pragma once

#include <stddef.h>

#include <efi.h>

#include "tests/refhv/calls/topology.h"

struct boot_processors {
	uint32_t count;
	uint32_t bsp_apic_id;
	uint32_t apic_ids[MAX_VPS]; /* ascending */
};

void boot_init(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

/* Read \EFI\refhv\refhv.cfg from the volume refhv came from; 0 bytes if there is none. */
size_t boot_read_configuration(char *text, size_t size);

struct boot_processors *boot_find_processors(void);

/* The firmware's ACPI table of this signature, or NULL (acpi_find.c). */
const void *boot_find_table(const EFI_SYSTEM_TABLE *system_table, const char *signature);

/* What the firmware's configuration table has under this GUID, or NULL (acpi_find.c). */
void *boot_find_configuration(const EFI_SYSTEM_TABLE *system_table, const EFI_GUID *guid);

/* Note the windows for devices above 4 GiB (windows.c). */
void boot_find_windows(const EFI_SYSTEM_TABLE *system_table);

/* Find hv.tsc_hz, and the reference counter's scale and zero (clock.c). */
void boot_measure_tsc(const EFI_SYSTEM_TABLE *system_table);

/* Set hv.hpet if synthetic timers are offered (clock.c). */
void boot_find_hpet(const EFI_SYSTEM_TABLE *system_table);

/* Allocate hv.arena and hv.trampoline as reserved memory and note where the guest has RAM. */
void boot_allocate(uint64_t pages);

/* Replace the firmware's ACPI tables, if faults want that (acpi_install.c). */
void boot_change_tables(EFI_SYSTEM_TABLE *system_table);

/* fault=memory:low=none: leave the guest no page below 640 KiB. */
void boot_take_low_memory(void);

/* As a guest: load and start the image under test. It does not return from here in a good run. */
EFI_STATUS boot_start_guest(const char *start, const char *args);

/*
 * resident.c: the size of the image; copy it with its state to `to`, and return where `function`
 * lies in the copy.
 */
uint64_t resident_image_size(void);
uint64_t resident_copy(void *to, const void *function);

/*
 * enter.asm: become a guest. Fills rip, rsp, rflags and cr3 of `entry` and goes to
 * host_function(entry) on the host's stack and page tables; the guest "returns" from here.
 */
struct entry;
void loader_enter(struct entry *entry);

/* VMMCALL from the loader, as a guest, with `status` for the hypervisor. */
void loader_notify(uint64_t status);
extern const uint8_t loader_notify_site[];

/* Of files.c, for the rest of the wing. */
extern EFI_HANDLE boot_image;
extern EFI_BOOT_SERVICES *boot_services;
void *boot_protocol(EFI_HANDLE handle, EFI_GUID guid, const char *what);
