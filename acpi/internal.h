/* SPDX-License-Identifier: MIT */
/* What the readers share: unaligned little-endian fields and the header that every table has. */
#pragma once

#include "acpi/acpi.h"
#include "lib/string.h"

/* ACPI 6.5, 5.2.6 "System Description Table Header" */
enum {
	ACPI_HEADER_SIZE = 36,
	ACPI_HEADER_LENGTH = 4,
	ACPI_HEADER_REVISION = 8,
};

/* Fields lie at any address; the caller has checked that they are inside the table. */
static inline uint16_t acpi_u16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint32_t acpi_u32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint64_t acpi_u64(const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/* Called for each entry of a well-formed length; false: the entry is too short for its type. */
typedef bool (*acpi_entry_fn)(void *ctx, const uint8_t *entry, size_t size);

/*
 * Walk the type-length entries that follow the fixed part of a MADT or SRAT.
 * ERR_TRUNCATED: the table ends before its fixed part does, or in the middle of an entry.
 * ERR_INVALID: an entry of length 0 or 1 (the walk ends there), or one too short for its type (the
 * walk goes on).
 */
enum err acpi_walk(const struct acpi_table *table, size_t fixed, struct acpi_walked *out,
		   acpi_entry_fn fn, void *ctx);
