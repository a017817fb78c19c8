/* SPDX-License-Identifier: MIT */
/* What the hypervisor knows about time: the counter's rate, and a counter of known rate. */
#include "hv/hv.h"
#include "hv/x86_64/tlfs.h"

uint64_t hvsmp_tsc_hz(const struct hvsmp_features *f, const struct hvsmp_host *host)
{
	uint64_t hz;

	if (!f->is_hv1 || !(f->privileges & HVSMP_PRIVILEGE_FREQUENCY_MSRS) ||
	    !(f->features_edx & HVSMP_FEATURE_EDX_FREQUENCY_MSRS))
		return 0;
	return host->msr_read(host->ctx, HVSMP_MSR_TSC_FREQUENCY, &hz) ? hz : 0;
}

bool hvsmp_has_reference_counter(const struct hvsmp_features *f)
{
	return f->is_hv1 && f->privileges & HVSMP_PRIVILEGE_REFERENCE_COUNTER;
}

uint64_t hvsmp_reference_counter(void *ctx)
{
	const struct hvsmp_host *host = ctx;
	uint64_t count;

	return host->msr_read(host->ctx, HVSMP_MSR_TIME_REF_COUNT, &count) ? count : 0;
}
