/* SPDX-License-Identifier: MIT */
/*
 * The smallest operating system that starts its processors by start/ and hv/. It links these two
 * rooms without INIT-SIPI and nothing else of the kernel: its processors are threads, its
 * hypervisor answers 0x9A and 0x99, and guest-physical addresses are no pointers.
 */
#pragma once

#include "tests/host/test.h"

#include <stdint.h>

#include "start/start.h"

enum { PROCESSORS = 24, BSP = 4, PAGE = 4096 };
enum { INVALID_PARAMETER = 5, ACCESS_DENIED = 6, INVALID_VP_STATE = 0x15, TIME_OUT = 0x78 };
enum { DEADLINE_NS = 1000000, CAP_NS = 100000000 };

/* What the hypervisor does with a start of it. */
enum fate {
	COMES,
	NEVER_COMES,    /* accepted, and that is all */
	IS_REFUSED,     /* to any caller */
	YET_STARTED,    /* refused, with effect: the next call finds it running */
	RUNS_OURS,      /* the same, by the first answer already */
	RUNS_OTHER,     /* something else runs there */
	IN_AND_DENIED,  /* in before the call comes back, which says that the caller may not */
	IN_AND_SLOW,    /* in before the call comes back, which says time-out */
	REFUSED_TO_APS, /* only the boot processor may start it */
};

/* What this system keeps of a processor. */
struct processor {
	struct hvsmp_cpu cpu;
	_Alignas(PAGE) uint8_t input[PAGE];
	enum fate fate;
	bool runs;
	uint32_t in, parked; /* how often it was let in, and how often not */
};

extern struct processor processor[PROCESSORS];
extern struct hvsmp_cpu *record[PROCESSORS];
extern struct hvsmp_start start;
extern uint64_t now; /* ns; passes while the boot processor waits and no other works */

uint32_t vp_index_of(size_t i);
/* A processor begins to run; its GS base is the address of its struct processor. */
void send_on_its_way(uint64_t gs_base);
/* Until every processor that was sent on its way is done. */
void join(void);
/* Counted if it does not hold; start_all fails then. Any processor. */
void must(bool condition);

/* The machine anew, every VP index known. second: may be NULL. */
void prepare(const struct hvsmp_rung *second);
/* By hypercall, then by the second rung. */
void start_all(void);
/* Every one but the boot processor and left_out came in once and is done. */
void all_are_up_but(size_t left_out);
