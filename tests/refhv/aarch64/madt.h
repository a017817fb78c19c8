/* SPDX-License-Identifier: MIT */
/*
 * Processors in another order, and with other UIDs: QEMU's have their number as place in the MADT,
 * as UID and, but for gaps, as MPIDR, and a kernel that takes one for the other works by accident.
 * Pure: from bytes to bytes, of one length.
 */
#pragma once

#include <stdint.h>

#include "tests/refhv/faults/acpi.h"

/* ACPI 6.4, 5.2.12.14, as far as it is read here. */
struct gicc {
	uint8_t type;
	uint8_t length;
	uint16_t reserved;
	uint32_t number;
	uint32_t uid;
	uint32_t flags;
	uint8_t others[52];
	uint64_t mpidr;
} __attribute__((packed));
_Static_assert(offsetof(struct gicc, mpidr) == 68, "ACPI, 5.2.12.14");
#define GICC         0x0B
#define GICC_ENABLED 1U

/* The next processor's entry at or behind `*at`, which moves behind it; NULL if there is none. */
const struct gicc *madt_next(const struct acpi_header *madt, uint32_t *at);
#define MADT_ENTRIES 44U

/* Every second processor first, then the others; each has the UID of its counterpart. */
void madt_mix(const struct acpi_header *from, void *to);

/* The SRAT to that MADT: it names processors by UID. */
void srat_mix(const struct acpi_header *madt, const struct acpi_header *from, void *to);
