/* SPDX-License-Identifier: MIT */
/* mode=conformance: the documents' tables instead of the bring-up (docs/conformance.md). */
#include "kernel/modes.h"

#include "conform/conform.h"
#include "kernel/state.h"
#include "lib/assert.h"
#include "lib/log.h"

static const uint64_t *processor_ids(struct kernel *k)
{
	uint64_t *ids = pages_alloc(&k->pages, pages_of(k->smp.count * sizeof(*ids)), 0);

	if (!ids)
		panic("no memory for the list of processors");
	for (size_t i = 0; i < k->smp.count; i++)
		ids[i] = k->smp.record[i]->hw_id;
	return ids;
}

enum exit_code conformance_run(struct kernel *k)
{
	struct hypervisor *h = &k->platform.hypervisor;
	struct conform_input in = {
		.hw_id = processor_ids(k),
		.count = k->smp.count,
		.bsp = k->smp.bsp->start.index,
		.pages = &k->pages,
		.deadline_ns = k->smp.config.deadline_ns,
		.not_offered = h->by_cpuid,
		.host = &kernel_host,
		.context = smp_context,
		.features = &h->features,
		.hv = &h->hv,
		.hv_is_open = hypervisor_is_open(h),
		.vtl = h->vtl,
	};
	struct conform_summary sum;

	if (conform_run(&in, &sum))
		panic("no memory for the conformance rows");
	if (!in.hv_is_open && h->hv.page.pa) /* the rows have opened it */
		hvsmp_teardown(&h->hv);
	log_print("conformance: %u passed, %u failed, %u skipped\n", sum.passed, sum.failed,
		  sum.skipped);
	if (sum.errors)
		log_print("verdict: failed - %u rows could not be judged\n", sum.errors);
	else if (sum.failed)
		log_print("verdict: failed - the hypervisor differs from the documents\n");
	else if (!sum.passed)
		log_print("verdict: ok - nothing to see: neither call is offered\n");
	else
		log_print("verdict: ok - every row that was made is answered as documented\n");
	return sum.failed || sum.errors ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}
