/* SPDX-License-Identifier: MIT */
/* Memory: the hypervisor's arena, the guest's RAM, and the page tables of both. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vmcb.h"

/* --- memory.c --- */

/* Take pages from the arena; they are not cleared. Loader only. */
void *memory_take(uint64_t pages);

/* Pages taken so far. */
uint64_t memory_taken(void);

/*
 * Where [gpa, gpa + bytes) is (identity mapped, so `gpa` itself) if all of it is guest RAM; or
 * NULL.
 */
void *memory_guest_ram(uint64_t gpa, uint64_t bytes);

/* Translate a guest linear address. False: not mapped, or a paging mode not supported here. */
bool memory_translate(const struct vmcb *vmcb, uint64_t linear, uint64_t *gpa);

/* Read instruction bytes at the guest's RIP; returns how many could be read. */
size_t memory_fetch(const struct vmcb *vmcb, uint8_t *code, size_t size);

/* --- paging.c --- */

/* Pages of the pool that tables are taken from, for an arena of so many pages besides it. */
uint64_t paging_pool(uint64_t arena_pages);

/* Set up the pool and both identity maps. Loader only. */
void paging_init(uint64_t pool_pages);

/* How many tables there are now. */
uint64_t paging_tables(void);

/* In the tables of every VTL: accesses to these pages leave the guest by a nested page fault. */
void paging_hide(struct range range);

/* Also there: unmap, in steps of 1 GiB, what is neither RAM nor a device. */
void paging_drop_holes(void);

/* Also there: the guest reads the page at `gpa`, but writes to it fault. */
void paging_protect(uint64_t gpa);

/* This VTL reads and executes `page` at `gpa`; NULL takes the overlay away again. */
void paging_overlay(uint32_t vtl, uint64_t gpa, const void *page);

/* VTL 0 may do with the page at `gpa` what `flags` (HV_MAP_*) say. False: no table is left. */
bool paging_narrow(uint64_t gpa, uint32_t flags);

/* Every VTL has this entry for the page at `gpa`. */
void paging_replace(uint64_t gpa, uint64_t entry);
