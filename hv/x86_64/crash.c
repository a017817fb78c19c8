/* SPDX-License-Identifier: MIT */
/* The crash registers are MSRs on x64. */
#include "hv/crash.h"
#include "hv/x86_64/tlfs.h"

bool hvsmp_crash_is_offered(const struct hvsmp_features *f)
{
	return f->is_hv1 && f->features_edx & HVSMP_FEATURE_EDX_CRASH_MSRS;
}

bool hvsmp_crash_read_control(const struct hvsmp_host *host, uint64_t *able)
{
	return host->msr_read(host->ctx, HVSMP_MSR_CRASH_CTL, able);
}

bool hvsmp_crash_write(const struct hvsmp_host *host, uint32_t which, uint64_t value)
{
	return host->msr_write(host->ctx, HVSMP_MSR_CRASH_P0 + which, value);
}
