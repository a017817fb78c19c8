/* SPDX-License-Identifier: MIT */
/* Addresses that nothing answers: reads give all ones, writes go nowhere. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"
#include "tests/refhv/vmm/state.h"

/* A page of ones that the guest may read. */
uint64_t holes_ones(void);

/*
 * Carry on after a nested page fault at `gpa`, where `tables` has nothing (or a page of ones). The
 * instruction of a write is made with these tables.
 */
void holes_answer(struct vp *vp, const struct page_tables *tables, uint64_t gpa, bool is_write);

/* That instruction has been made. */
void holes_step_exit(struct vp *vp);
