/* SPDX-License-Identifier: MIT */
/* vtl=1: the bring-up out of VTL 1, on x86-64. Private to kernel/. */
#pragma once

#include "hv/hv.h"

struct kernel;

/* A register that VTL 0 found changed when VTL 1 had returned. */
struct vtl_leak {
	const char *name;
	uint64_t expected, actual;
};
enum { VTL_LEAKS = 14 };

/* What came of it; the report's `vsm`. */
struct vtl {
	bool is_wanted;                 /* vtl=1 */
	bool was_entered;               /* from here on everything happens in VTL 1 ... */
	bool has_returned;              /* ... to here */
	char reason[HVSMP_REASON_SIZE]; /* why not, or why VTL 1 is not as it was to be; "" */

	bool knows_maximum, knows_offsets;
	struct hvsmp_vtl_offsets offsets; /* in VTL 1's page */
	struct hvsmp_vtl partition;
	/* The calls 0x0D, and 0x0F for the boot processor. */
	bool asked_partition, asked_boot;
	struct hvsmp_result partition_answer, boot_answer;

	struct hvsmp_interface hv; /* of VTL 1 */
	struct vtl_leak leak[VTL_LEAKS];
	size_t leaks;
};

/*
 * Boot processor, on its own stack and tables, the hypercall page open. With vtl=1: go to VTL 1,
 * run `work` there, come back, and see what came with us. False: nothing was run, and why is in
 * k->vtl.reason if it was wanted. Does not come back if VTL 1 cannot: it then ends the machine.
 */
bool vtl_run(struct kernel *k, void (*work)(struct kernel *k));

/* May processors be started by hypercall from where the kernel is now? */
bool vtl_may_call(const struct kernel *k);
