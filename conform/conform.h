/* SPDX-License-Identifier: MIT */
/*
 * The documents' tables line by line: real calls of HvCallGetVpIndexFromApicId (0x9A) and
 * HvCallStartVirtualProcessor (0x99), one or more for each row, and what was answered as TAP and
 * JSON (docs/conformance.md). For authors of hypervisors.
 */
#pragma once

#include "arch/arch.h"
#include "hv/hv.h"

struct arch_state;

struct conform_input {
	/* The processors, none of which has been started; the boot processor is the calling one. */
	const uint64_t *hw_id;
	size_t count, bsp;
	struct pages *pages;
	uint64_t deadline_ns; /* for a VP to arrive */
	const struct hvsmp_features *features;
	const char *not_offered; /* why not, by CPUID; "" if it is */
	const struct hvsmp_host *host;
	struct hvsmp_interface *hv; /* set up here if it is not yet */
	bool hv_is_open;            /* it is: hvsmp_setup has succeeded */
	uint8_t vtl;                /* that the kernel has begun in */
	/* A processor's state as the hypervisor is asked for it. */
	void (*context)(const struct arch_state *from, struct hvsmp_context *to);
};

struct conform_summary {
	unsigned int passed, failed, skipped;
	unsigned int
		errors; /* rows that say nothing: the test itself is wrong, or lacked something */
};

/*
 * Boot processor, instead of a bring-up. Starts APs, which park; some may be lost where the
 * hypervisor accepts registers that no processor can run with. Ends with the hypercall page as it
 * was set up, if it was. ERR_NO_MEMORY: nothing was called.
 */
enum err conform_run(const struct conform_input *in, struct conform_summary *out);
