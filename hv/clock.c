/* SPDX-License-Identifier: MIT */
/* What the hypervisor knows about time: the counter's rate, and a counter of known rate. */
#include "hv/hv.h"
#include "hv/tlfs.h"

uint64_t hvsmp_tsc_hz(const struct hvsmp_features *f, const struct hvsmp_machine *machine)
{
	uint64_t hz;

	if (!f->is_hv1 || !(f->privileges & HVSMP_PRIVILEGE_FREQUENCY_MSRS) ||
	    !(f->features_edx & HVSMP_FEATURE_EDX_FREQUENCY_MSRS))
		return 0;
	return machine->msr_read(HVSMP_MSR_TSC_FREQUENCY, &hz) ? 0 : hz;
}

bool hvsmp_has_reference_counter(const struct hvsmp_features *f)
{
	return f->is_hv1 && f->privileges & HVSMP_PRIVILEGE_REFERENCE_COUNTER;
}

uint64_t hvsmp_reference_counter(void *ctx)
{
	const struct hvsmp_machine *machine = ctx;
	uint64_t count;

	return machine->msr_read(HVSMP_MSR_TIME_REF_COUNT, &count) ? 0 : count;
}
