/* SPDX-License-Identifier: MIT */
/* The firmware's tables as copies of ours, which acpi_edit.c changes. Private to acpi*.c. */
#pragma once

#include "tests/spoil/spoil.h"

enum { HEADER_LENGTH = 4, HEADER_SUM = 9, HEADER_SIZE = 36, XSDT_MAX = 64 };

struct xsdt {
	uint8_t header[HEADER_SIZE];
	uint64_t entries[XSDT_MAX];
} __attribute__((packed));

struct table {
	uint8_t *at;
	uint32_t length;
	bool is_rsdp; /* two sums, no header */
};

uint32_t get32(const uint8_t *at);
void put32(uint8_t *at, uint32_t value);
void put64(uint8_t *at, uint64_t value);

/* Our XSDT, whose address our RSDP has and the firmware's list of tables names. */
struct xsdt *acpi_xsdt(void);
size_t acpi_count(void);
void acpi_set_count(size_t count);
/* Which entry: "APIC", or "SSDT#2" for the second of its name. */
size_t acpi_index(const char *name);
/*
 * A copy of the table, with `room` bytes behind it, in the place of the one that was there; RSDP
 * and XSDT, which have no room, are ours already, and the DSDT is the one that the FADT names.
 */
struct table acpi_own(const char *name, size_t room);
/* Make its sums right. */
void acpi_seal(const struct table *table);
