/* SPDX-License-Identifier: MIT */
/*
 * What the kernel asks of its boot stub: fill struct boot_info, end the firmware's boot services,
 * and call kernel_main on one processor, in 64-bit mode, interrupts off, with all memory of the map
 * identity-mapped. Everything that boot_info points to lies in memory
 * that the map does not call free, and stays there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum boot_memory_kind {
	BOOT_MEMORY_FREE,     /* the kernel may use it */
	BOOT_MEMORY_KEEP,     /* RAM with something in it: image, firmware, ACPI tables */
	BOOT_MEMORY_RESERVED, /* may hold tables; mapped only when one of them is read */
};

struct boot_memory {
	uint64_t base; /* bytes, page-aligned */
	uint64_t size;
	enum boot_memory_kind kind;
};

enum boot_pixel_format { BOOT_PIXEL_NONE, BOOT_PIXEL_RGBX, BOOT_PIXEL_BGRX, BOOT_PIXEL_MASK };

struct boot_framebuffer {
	uint64_t base; /* physical address; 0: there is none */
	uint64_t size; /* bytes */
	uint32_t width, height, pixels_per_line;
	enum boot_pixel_format format;
	uint32_t red_mask, green_mask, blue_mask, reserved_mask; /* BOOT_PIXEL_MASK */
};

enum boot_secure_boot {
	BOOT_SECURE_BOOT_NOT_OFFERED,
	BOOT_SECURE_BOOT_OFF,
	BOOT_SECURE_BOOT_SETUP, /* off: no platform key is enrolled */
	BOOT_SECURE_BOOT_ON,
};

enum boot_reset { BOOT_RESET_COLD, BOOT_RESET_POWER_OFF };

/*
 * What a payload (payload=) is handed the processors by: made before it starts, used when it ends
 * boot services. Sizes are the kernel's, memory is the boot stub's.
 */
struct boot_hand_off {
	/* By kernel_hand_off_plan. */
	size_t block_pages, madt_room, report_room;
	/* ACPI NVS memory for the block, ACPI reclaim memory for the others; all below 4 GiB. */
	uint64_t block;
	uint8_t *madt;
	struct hvsmp_report_table *report;
	/* By kernel_hand_off_publish. */
	size_t madt_size;
	uint64_t firmware_madt; /* the one that it stands for */
};

struct boot_payload {
	char path[256]; /* "" if there is none */
	char args[1024];
	/* "", or why it was not started, or how it came back: the kernel then goes on alone. */
	char reason[96];
};

struct boot_info {
	uint64_t image_base;
	uint64_t rsdp;     /* physical address of the ACPI root pointer; 0: none */
	uint64_t low_page; /* a free page below 640 KiB for INIT-SIPI; 0: none */
	struct boot_framebuffer framebuffer;
	const struct boot_memory *memory; /* ascending, not overlapping */
	size_t memory_count;
	enum boot_secure_boot secure_boot;
	uint64_t failure;           /* EFI status if boot services would not end, else 0 */
	const char *options;        /* text, "" if none was given */
	const char *options_source; /* where it was found, for people */
	/*
	 * The firmware's reset service, to be called by arch_call_on_firmware_tables; comes back if
	 * the firmware does not do it. arg: enum boot_reset *.
	 */
	void (*reset)(void *arg);
	const struct boot_payload *payload;   /* NULL: none was looked for */
	const struct boot_hand_off *hand_off; /* the processors are the payload's; else NULL */
};

/* Warnings of the boot stub are in the log (lib/log.h), whose kept texts the report repeats. */
_Noreturn void kernel_main(const struct boot_info *boot);

/*
 * While there are boot services. The payload that these options name, if it may be followed; else
 * out->path is "", with a warning where there was one.
 */
void kernel_payload_find(const char *options, struct boot_payload *out);
/*
 * While there are boot services, boot->memory as it is now. May the processors be handed over here,
 * and how much memory does that want? Else why not, a text that stays.
 */
const char *kernel_hand_off_plan(const struct boot_info *boot, struct boot_hand_off *h);
/* A MADT with a mailbox in the place of the firmware's. False: no root table lists that one. */
bool kernel_hand_off_publish(const struct boot_info *boot, struct boot_hand_off *h);
/* As it was. */
void kernel_hand_off_withdraw(const struct boot_info *boot, const struct boot_hand_off *h);
/*
 * Boot services have ended, boot->hand_off is there: as kernel_main, but it comes back, the
 * processors parked at the mailbox, and the processor's registers as they were.
 */
void kernel_hand_off(const struct boot_info *boot);
