/* SPDX-License-Identifier: MIT */
/*
 * The documents' tables line by line: real calls of HvCallGetVpIndexFromApicId (0x9A) and
 * HvCallStartVirtualProcessor (0x99), one or more for each row, and what was answered as TAP and
 * JSON (docs/conformance.md). For whoever writes a hypervisor, or wonders about one.
 */
#pragma once

#include "hv/hv.h"
#include "smp/smp.h"

struct conform_input {
	const struct smp *smp; /* prepared; none of its APs has been started */
	const struct hvsmp_features *features;
	struct hvsmp_interface *hv; /* set up here if it is not yet */
	bool hv_is_open;            /* it is: hvsmp_setup has succeeded */
};

struct conform_summary {
	unsigned int passed, failed, skipped;
};

/*
 * Boot processor, instead of smp_start_all. Starts APs, which park; some may be lost where the
 * hypervisor accepts registers that no processor can run with. Ends with the hypercall page as it
 * was set up, if it was. ERR_NO_MEMORY: nothing was called.
 */
enum err conform_run(const struct conform_input *in, struct conform_summary *out);
