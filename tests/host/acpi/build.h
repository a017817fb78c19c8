/* SPDX-License-Identifier: MIT */
/*
 * Builds ACPI tables byte by byte. Each finished table is a heap block of exactly its size, so that
 * ASan sees a reader step outside; a struct phys lays blocks out as physical memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi/acpi.h"

struct builder {
	uint8_t bytes[1 << 17];
	size_t size;
};

/* A header with this signature and revision; the length and checksum come at the end. */
void build_start(struct builder *b, const char *signature, uint8_t revision);
void build_u8(struct builder *b, uint8_t value);
void build_u16(struct builder *b, uint16_t value);
void build_u32(struct builder *b, uint32_t value);
void build_u64(struct builder *b, uint64_t value);
void build_zeros(struct builder *b, size_t count);
/* Set the length field and the checksum. */
void build_seal(struct builder *b);
/* Make the bytes from `start` on sum to zero by the byte at `at`. */
void build_checksum(uint8_t *bytes, size_t size, size_t at);

/* A copy on the heap, exactly `size` bytes; released by release(). */
struct acpi_table build_table(const struct builder *b);
void release(struct acpi_table *table);

/* MADT pieces */
void build_madt_start(struct builder *b, uint32_t lapic, uint32_t flags);
void build_local_apic(struct builder *b, uint8_t uid, uint8_t id, uint32_t flags);
void build_x2apic(struct builder *b, uint32_t uid, uint32_t id, uint32_t flags);

enum { PHYS_BLOCKS = 16 };

struct phys {
	struct {
		uint64_t pa;
		struct acpi_table block;
	} block[PHYS_BLOCKS];
	size_t count;
	size_t reads; /* how often memory was asked for */
};

/* What the builder holds, at pa. */
void phys_place(struct phys *p, uint64_t pa, const struct builder *b);
void phys_free(struct phys *p);
struct acpi_memory phys_memory(struct phys *p);
