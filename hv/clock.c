/* SPDX-License-Identifier: MIT */
/* What the hypervisor knows about time: the counter's rate, and a counter of known rate. */
#include "hv/hv.h"
#include "hv/tlfs.h"

uint64_t hv_tsc_hz(const struct hv_features *f, const struct hv_machine *machine)
{
	uint64_t hz;

	if (!f->is_hv1 || !(f->privileges & HV_PRIVILEGE_FREQUENCY_MSRS) ||
	    !(f->features_edx & HV_FEATURE_EDX_FREQUENCY_MSRS))
		return 0;
	return machine->msr_read(HV_MSR_TSC_FREQUENCY, &hz) ? 0 : hz;
}

bool hv_has_reference_counter(const struct hv_features *f)
{
	return f->is_hv1 && f->privileges & HV_PRIVILEGE_REFERENCE_COUNTER;
}

uint64_t hv_reference_counter(void *ctx)
{
	const struct hv_machine *machine = ctx;
	uint64_t count;

	return machine->msr_read(HV_MSR_TIME_REF_COUNT, &count) ? 0 : count;
}
