/* SPDX-License-Identifier: MIT */
/* The firmware's ACPI tables as the loader finds them. */
#pragma once

#include "tests/refhv/faults/acpi.h"
#include "tests/refhv/loader/boot.h"

#define XSDT_MAX     64U
#define SIGNATURE(s) (*(const uint32_t *)(s))

/* ACPI 6.4, 5.2.5.3 */
struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum;
	uint8_t reserved[3];
} __attribute__((packed));
_Static_assert(sizeof(struct rsdp) == 36, "ACPI, 5.2.5.3");

struct xsdt {
	struct acpi_header header;
	uint64_t tables[XSDT_MAX];
} __attribute__((packed));

/* The firmware's; ends the run if there is none. */
const struct rsdp *boot_find_rsdp(const EFI_SYSTEM_TABLE *system);
uint64_t boot_count_tables(const struct xsdt *xsdt);
