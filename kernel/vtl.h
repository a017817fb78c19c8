/* SPDX-License-Identifier: MIT */
/* vtl=1: a bring-up out of VTL 1; vtl=monitor: one under it. On x86-64. Private to kernel/. */
#pragma once

#include "hv/hv.h"

struct kernel;

/* A register that VTL 0 found changed when VTL 1 had returned. */
struct vtl_leak {
	const char *name;
	uint64_t expected, actual;
};
enum { VTL_LEAKS = 14 };

/* vtl=monitor: what VTL 1 knows of one processor. It alone writes it. */
struct vtl_watched {
	uint32_t is_ready;              /* it will be told of that processor's writes */
	uint32_t intercepts;            /* writes of VTL 0 that it has skipped */
	uint64_t address, rip;          /* of the last: where to, and by which instruction */
	char reason[HVSMP_REASON_SIZE]; /* why it is not ready, or was not able to skip one; "" */
};

/* The report's `vsm.monitor`. */
struct vtl_monitor {
	bool is_wanted;                /* vtl=monitor */
	bool is_armed;                 /* what follows is write-protected from VTL 0 */
	uint64_t code, constants, own; /* pages */
	uint32_t before, after;        /* checksums of code and constants, by VTL 1 */
	bool knows_after;
	bool denies;                       /* VTL 0 can start no processor any more */
	bool has_sent, has_reset;          /* it has tried to reset one, and done so; which ... */
	uint64_t sent_to;                  /* ... has this id */
	size_t broken;                     /* differences from what was to be; each is a warning */
	const struct vtl_watched *watched; /* by index; NULL: there are none */
};

/* What came of it; the report's `vsm`. */
struct vtl {
	bool is_wanted;                 /* vtl=1, or the monitor */
	bool was_entered;               /* vtl=1: from here on everything happens in VTL 1 ... */
	bool has_returned;              /* ... to here */
	char reason[HVSMP_REASON_SIZE]; /* why not, or why VTL 1 is not as it was to be; "" */

	bool knows_maximum, knows_offsets;
	struct hvsmp_vtl_offsets offsets; /* in VTL 1's page */
	struct hvsmp_vtl partition;
	/* The calls 0x0D, and 0x0F for the boot processor. */
	bool asked_partition, asked_boot;
	struct hvsmp_result partition_answer, boot_answer;

	struct hvsmp_interface hv; /* of VTL 1, with vtl=1 */
	struct vtl_leak leak[VTL_LEAKS];
	size_t leaks;
	struct vtl_monitor monitor;
};

/*
 * Boot processor, on its own stack and tables, the hypercall page open. With vtl=1: go to VTL 1,
 * run `work` there, come back, and see what came with us. False: nothing was run, and why is in
 * k->vtl.reason if it was wanted. Does not come back if VTL 1 cannot: it then ends the machine.
 * With vtl=monitor `work` runs in VTL 0, and VTL 1 watches.
 */
bool vtl_run(struct kernel *k, void (*work)(struct kernel *k));

/* May processors be started by hypercall from where the kernel is now? */
bool vtl_may_call(const struct kernel *k);
