/* SPDX-License-Identifier: MIT */
/* The boot stub's private header. This is the only room that sees GNU-EFI. */
#pragma once

#include <efi.h>

#include "kernel/kernel.h"
#include "lib/err.h"

/* options.c: load options, else \EFI\hvsmp\hvsmp.cfg on the volume the image came from. */
void options_find(EFI_HANDLE image, EFI_SYSTEM_TABLE *st, struct boot_info *boot);

/* firmware.c: what the firmware tells about the machine. */
uint64_t firmware_image_base(EFI_HANDLE image, EFI_SYSTEM_TABLE *st);
uint64_t firmware_rsdp(const EFI_SYSTEM_TABLE *st);
void firmware_framebuffer(EFI_SYSTEM_TABLE *st, struct boot_framebuffer *out);
uint64_t firmware_low_page(EFI_SYSTEM_TABLE *st);
enum boot_secure_boot firmware_secure_boot(EFI_SYSTEM_TABLE *st);
void firmware_console_start(EFI_SYSTEM_TABLE *st);
void firmware_console_stop(void);
void firmware_reset_init(EFI_SYSTEM_TABLE *st);
void firmware_reset(void *kind);

/*
 * memory.c: end boot services and note the memory map. Before the call boot services work, after it
 * they are gone; on an error they are still there. If they would not end, boot->failure says so:
 * they are then neither there nor gone, and there is no map.
 */
EFI_STATUS memory_exit_boot_services(EFI_HANDLE image, EFI_SYSTEM_TABLE *st,
				     struct boot_info *boot);
/* memory.c: boot->memory as it is now; boot services stay, and so does room for more of it. */
EFI_STATUS memory_look(EFI_SYSTEM_TABLE *st, struct boot_info *boot);
/*
 * memory.c: the same end as a payload asks for it, by the firmware's own `exit` with the payload's
 * key. EFI_INVALID_PARAMETER as from the firmware: a stale key, get the map and come again.
 */
EFI_STATUS memory_exit_for(EFI_HANDLE image, UINTN key, EFI_EXIT_BOOT_SERVICES exit,
			   EFI_SYSTEM_TABLE *st, struct boot_info *boot);

/*
 * The architecture's payload.c: start the program that the options name, if they name one. It may
 * not come back; if it does, or was not started, boot->payload says why.
 */
void payload_follow(EFI_HANDLE image, EFI_SYSTEM_TABLE *st, struct boot_info *boot);
