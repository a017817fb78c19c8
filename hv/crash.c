/* SPDX-License-Identifier: MIT */
/*
 * The guest crash MSRs (TLFS, partition properties): the cheapest way to tell the host why. On
 * Hyper-V the event log shows them as event 18590.
 */
#include "hv/hv.h"
#include "hv/tlfs.h"
#include "lib/string.h"

/* One page, which is all a message may have; its address is what the hypervisor is given. */
static char message[HVSMP_PAGE_SIZE] __attribute__((aligned(HVSMP_PAGE_SIZE)));

bool hvsmp_crash_tell(const struct hvsmp_features *f, const struct hvsmp_machine *machine,
		      const struct hvsmp_crash *crash)
{
	uint64_t parameter[] = {crash->code, HVSMP_OUR_OS_ID, crash->image_base, 0, 0};
	uint64_t able;
	uint64_t control = HVSMP_CRASH_NOTIFY;

	if (!f->is_hv1 || !(f->features_edx & HVSMP_FEATURE_EDX_CRASH_MSRS) ||
	    machine->msr_read(HVSMP_MSR_CRASH_CTL, &able) || !(able & HVSMP_CRASH_NOTIFY))
		return false;
	if (able & HVSMP_CRASH_MESSAGE) {
		(void)str_copy(message, sizeof(message), crash->text, str_len(crash->text));
		parameter[3] = (uint64_t)message;
		parameter[4] = str_len(message);
		control |= HVSMP_CRASH_MESSAGE;
	}
	for (uint32_t i = 0; i < sizeof(parameter) / sizeof(parameter[0]); i++) {
		if (machine->msr_write(HVSMP_MSR_CRASH_P0 + i, parameter[i]))
			return false;
	}
	return !machine->msr_write(HVSMP_MSR_CRASH_CTL, control);
}
