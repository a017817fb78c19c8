/* SPDX-License-Identifier: MIT */
/* mode=conformance: the documents' tables instead of the bring-up (docs/conformance.md). */
#include "kernel/modes.h"

#include "conform/conform.h"
#include "kernel/state.h"
#include "lib/assert.h"
#include "lib/log.h"

enum exit_code conformance_run(struct kernel *k)
{
	struct hypervisor *h = &k->platform.hypervisor;
	struct conform_input in = {
		.smp = &k->smp,
		.features = &h->features,
		.hv = &h->hv,
		.hv_is_open = hypervisor_is_open(h),
	};
	struct conform_summary sum;

	if (conform_run(&in, &sum))
		panic("no memory for the conformance rows");
	if (!in.hv_is_open && h->hv.page.pa) /* the rows have opened it */
		hvsmp_teardown(&h->hv);
	log_print("conformance: %u passed, %u failed, %u skipped\n", sum.passed, sum.failed,
		  sum.skipped);
	if (sum.failed)
		log_print("verdict: failed - the hypervisor differs from the documents\n");
	else if (!sum.passed)
		log_print("verdict: ok - nothing to see: neither call is offered\n");
	else
		log_print("verdict: ok - every row that was made is answered as documented\n");
	return sum.failed ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}
