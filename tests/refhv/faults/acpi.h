/* SPDX-License-Identifier: MIT */
/* ACPI tables as the faults want them. Pure: from bytes to bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/faults/fault.h"

/* ACPI 6.4, 5.2.6: the header of each table. */
struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	uint32_t creator_id;
	uint32_t creator_revision;
};
_Static_assert(sizeof(struct acpi_header) == 36, "ACPI, 5.2.6");

/* Enough for the largest table that a fault asks for: 4000 processors. */
#define ACPI_TABLE_MAX (96U * 1024)

/*
 * Write the MADT `from` to `to` (ACPI_TABLE_MAX bytes), changed as `faults` say. Returns the bytes
 * written. The checksum is not yet right.
 */
size_t madt_rewrite(const struct faults *faults, const struct acpi_header *from, uint32_t bsp,
		    void *to);

/* Write an SRAT that names, for each processor of this MADT, another one. Returns the bytes. */
size_t srat_disagree(const struct acpi_header *madt, void *to);

/* Set the byte at `at` so that all bytes sum to 0; or, if `is_wrong`, to 1. */
void acpi_seal(void *table, size_t bytes, size_t at, bool is_wrong);
