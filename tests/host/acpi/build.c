/* SPDX-License-Identifier: MIT */
/* The table builder; see build.h. */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/host/acpi/build.h"

enum { HEADER_SIZE = 36, LENGTH = 4, CHECKSUM = 9 };

static void put(struct builder *b, uint64_t value, size_t size)
{
	assert_true(b->size + size <= sizeof(b->bytes));
	for (size_t i = 0; i < size; i++)
		b->bytes[b->size++] = (uint8_t)(value >> (8 * i));
}

void build_u8(struct builder *b, uint8_t value)
{
	put(b, value, 1);
}

void build_u16(struct builder *b, uint16_t value)
{
	put(b, value, 2);
}

void build_u32(struct builder *b, uint32_t value)
{
	put(b, value, 4);
}

void build_u64(struct builder *b, uint64_t value)
{
	put(b, value, 8);
}

void build_zeros(struct builder *b, size_t count)
{
	while (count-- > 0)
		put(b, 0, 1);
}

void build_start(struct builder *b, const char *signature, uint8_t revision)
{
	b->size = 0;
	for (int i = 0; i < 4; i++)
		build_u8(b, (uint8_t)signature[i]);
	build_u32(b, 0);
	build_u8(b, revision);
	build_zeros(b, HEADER_SIZE - b->size);
}

void build_checksum(uint8_t *bytes, size_t size, size_t at)
{
	uint8_t sum = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)-sum;
}

void build_seal(struct builder *b)
{
	uint32_t size = (uint32_t)b->size;

	memcpy(b->bytes + LENGTH, &size, sizeof(size));
	build_checksum(b->bytes, b->size, CHECKSUM);
}

struct acpi_table build_table(const struct builder *b)
{
	uint8_t *copy = malloc(b->size);

	assert_non_null(copy);
	memcpy(copy, b->bytes, b->size);
	return (struct acpi_table){.data = copy, .size = b->size};
}

void release(struct acpi_table *table)
{
	free((void *)table->data);
	table->data = NULL;
}

void build_madt_start(struct builder *b, uint32_t lapic, uint32_t flags)
{
	build_start(b, "APIC", 5);
	build_u32(b, lapic);
	build_u32(b, flags);
}

void build_local_apic(struct builder *b, uint8_t uid, uint8_t id, uint32_t flags)
{
	build_u8(b, 0);
	build_u8(b, 8);
	build_u8(b, uid);
	build_u8(b, id);
	build_u32(b, flags);
}

void build_x2apic(struct builder *b, uint32_t uid, uint32_t id, uint32_t flags)
{
	build_u8(b, 9);
	build_u8(b, 16);
	build_u16(b, 0);
	build_u32(b, id);
	build_u32(b, flags);
	build_u32(b, uid);
}

void phys_place(struct phys *p, uint64_t pa, const struct builder *b)
{
	assert_true(p->count < PHYS_BLOCKS);
	p->block[p->count].pa = pa;
	p->block[p->count].block = build_table(b);
	p->count++;
}

void phys_free(struct phys *p)
{
	while (p->count > 0)
		release(&p->block[--p->count].block);
	p->reads = 0;
}

static const void *at(void *ctx, uint64_t pa, size_t size)
{
	struct phys *p = ctx;

	p->reads++;
	assert_true(pa + size >= pa); /* the readers must not ask for what wraps around */
	for (size_t i = 0; i < p->count; i++) {
		uint64_t start = p->block[i].pa;
		size_t length = p->block[i].block.size;

		if (pa >= start && pa - start <= length && size <= length - (pa - start))
			return p->block[i].block.data + (pa - start);
	}
	return NULL;
}

struct acpi_memory phys_memory(struct phys *p)
{
	return (struct acpi_memory){at, p};
}
