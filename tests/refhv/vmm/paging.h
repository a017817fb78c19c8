/* SPDX-License-Identifier: MIT */
/* Page tables from the inside, for the files that make others out of the nested ones. */
#pragma once

#include "tests/refhv/x86.h"
#include "tests/refhv/vmm/memory.h"

#define PAGING_PRESENT   0x01UL
#define PAGING_WRITABLE  0x02UL
#define PAGING_USER      0x04UL /* nested walks are user accesses */
#define PAGING_LARGE     0x80UL
#define PAGING_FLAGS     (PAGING_PRESENT | PAGING_WRITABLE | PAGING_USER)
#define PAGING_READ_ONLY (PAGING_PRESENT | PAGING_USER)
#define PAGING_NARROWED  0x200UL /* for software: a higher VTL forbids something here */
#define PAGING_NO_EXEC   (1UL << 63)
#define PAGING_ADDRESS   0x000FFFFFFFFFF000UL
#define PAGING_ENTRIES   512UL
#define PAGING_TOP       4

/* A cleared page of the pool. */
uint64_t *paging_take_table(void);

/* What an entry of this level (1: a page) maps. */
static inline uint64_t paging_level_size(int level)
{
	return PAGE_SIZE << (9 * (level - 1));
}

/* The entry of `table`, one of `level`, that `address` goes through. */
static inline uint64_t *paging_at(uint64_t *table, int level, uint64_t address)
{
	return &table[address / paging_level_size(level) % PAGING_ENTRIES];
}

static inline uint64_t *paging_next(uint64_t entry)
{
	return (uint64_t *)(entry & PAGING_ADDRESS);
}

/* The entry that maps `address`, of whatever size; 0: none does. */
uint64_t paging_look(const struct page_tables *tables, uint64_t address);

/* The 4 KiB entry of an address; larger pages on the way are split. */
uint64_t *paging_entry(const struct page_tables *tables, uint64_t address);
