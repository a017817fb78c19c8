/* SPDX-License-Identifier: MIT */
/* A hypervisor with a VTL 1 for kernel/x86_64/vtl.c, and what VTL 1 is handed there. */
#pragma once

#include <stdbool.h>

#include "arch/x86_64/x86.h"
#include "kernel/state.h"

enum { VP_STATUS = 0x000D0003, PARTITION_STATUS = 0x000D0004, OFFSETS = 0x000D0002 };
enum { CALL = 0x0F, RETURN = 0x26 };

extern struct kernel kernel;
extern struct cpu bsp;

/* What it answers, where the processor is, and its own registers of each VTL. */
struct vtl_world {
	uint16_t register_status, enable_partition, enable_vp;
	uint32_t only_register; /* the register that register_status is for; 0: all */
	uint64_t maximum, offsets[2];
	bool call_faults, call_does_nothing, return_faults, no_os_id, no_tables, no_block;
	unsigned int leaks; /* private registers */
	bool leaks_os_id;

	unsigned int vtl;
	uint64_t os_id[2], hypercall[2];
	struct arch_private private[2];
	unsigned int registers_read, partition_calls, vp_calls, vtl_calls, vtl_returns, maps, moves;
	uint64_t root; /* by arch_tables_use */
};
extern struct vtl_world hv;

extern unsigned int worked_in[2]; /* how often, in each VTL */
extern bool may_call;             /* there */
extern bool has_ended;            /* the machine */

int vtl_world_begin(void **state);
/* vtl_run; false as well if it has ended the machine. */
bool vtl_world_run(void);
