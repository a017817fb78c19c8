/* SPDX-License-Identifier: MIT */
/*
 * The guest crash MSRs (TLFS, partition properties): the cheapest way to tell the host why. On
 * Hyper-V the event log shows them as event 18590.
 */
#include "hv/hv.h"
#include "hv/x86_64/tlfs.h"

bool hvsmp_crash_tell(const struct hvsmp_features *f, const struct hvsmp_host *host,
		      const struct hvsmp_crash *crash)
{
	uint64_t parameter[] = {crash->code, crash->os_id, crash->image_base, 0, 0};
	uint64_t control = HVSMP_CRASH_NOTIFY;
	uint64_t able;

	if (!f->is_hv1 || !(f->features_edx & HVSMP_FEATURE_EDX_CRASH_MSRS) ||
	    !host->msr_read(host->ctx, HVSMP_MSR_CRASH_CTL, &able) || !(able & HVSMP_CRASH_NOTIFY))
		return false;
	control |= able & HVSMP_CRASH_NO_DUMP;
	if (able & HVSMP_CRASH_MESSAGE && crash->message.pa) {
		parameter[3] = crash->message.pa;
		parameter[4] = crash->message_size;
		control |= HVSMP_CRASH_MESSAGE;
	}
	for (uint32_t i = 0; i < sizeof(parameter) / sizeof(parameter[0]); i++) {
		if (!host->msr_write(host->ctx, HVSMP_MSR_CRASH_P0 + i, parameter[i]))
			return false;
	}
	return host->msr_write(host->ctx, HVSMP_MSR_CRASH_CTL, control);
}
