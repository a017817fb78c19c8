/* SPDX-License-Identifier: MIT */
/* What tests of tests/refhv/calls/ have in common: a partition, two pages of RAM, a call. */
#pragma once

#include "tests/refhv/calls/hypercall.h"

enum { INPUT = 0x10000, OUTPUT = 0x11000, RAM_END = 0x12000 };

extern uint8_t *ram; /* GPAs INPUT to RAM_END */
extern struct partition *partition;
extern struct hypercall last; /* as the dispatch has left it */

/* RAM of zeroes, and a partition without VPs, configured as if nothing had been said. */
void fixture_begin(void);
int fixture_end(void **state);

/* A VP that waits, but for index 0: that one runs. */
void fixture_add(uint32_t index, uint32_t apic_id);
struct vp *vp(uint32_t index);

/* The defaults, and what `text` says. */
void configure(const char *text);

uint64_t call_by(uint32_t caller, uint64_t control, uint64_t rdx, uint64_t r8);
/* The line of VP 0's last call. */
bool line_has(const char *text);
