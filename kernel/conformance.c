/* SPDX-License-Identifier: MIT */
/* mode=conformance: the documents' tables instead of the bring-up (docs/conformance.md). */
#include "kernel/internal.h"

#include "conform/conform.h"
#include "lib/assert.h"
#include "lib/log.h"

_Noreturn void conformance_run(const struct platform *p, const struct smp *smp,
			       struct hvsmp_interface *hv)
{
	struct conform_input in = {
		.smp = smp,
		.features = &p->hv,
		.hv = hv,
		.hv_is_open = smp->config.hv != NULL,
	};
	struct conform_summary sum;

	if (conform_run(&in, &sum))
		panic("no memory for the conformance rows");
	if (hv->page.pa)
		hvsmp_teardown(hv);
	log_print("conformance: %u passed, %u failed, %u skipped\n", sum.passed, sum.failed,
		  sum.skipped);
	if (sum.failed)
		log_print("verdict: failed - the hypervisor differs from the documents\n");
	else if (!sum.passed)
		log_print("verdict: ok - nothing to see: neither call is offered\n");
	else
		log_print("verdict: ok - every row that was made is answered as documented\n");
	exit_machine(sum.failed ? EXIT_CODE_FAILED : EXIT_CODE_OK);
}
