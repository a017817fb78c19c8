/* SPDX-License-Identifier: MIT */
/*
 * The guest crash registers (TLFS, partition properties): the cheapest way to tell the host why. On
 * Hyper-V the event log shows them as event 18590.
 */
#include "hv/crash.h"
#include "hv/tlfs.h"

bool hvsmp_crash_tell(const struct hvsmp_features *f, const struct hvsmp_host *host,
		      const struct hvsmp_crash *crash)
{
	uint64_t parameter[] = {crash->code, crash->os_id, crash->image_base, 0, 0};
	uint64_t control = HVSMP_CRASH_NOTIFY;
	uint64_t able;

	if (!hvsmp_crash_is_offered(f) || !hvsmp_crash_read_control(host, &able) ||
	    !(able & HVSMP_CRASH_NOTIFY))
		return false;
	control |= able & HVSMP_CRASH_NO_DUMP;
	if (able & HVSMP_CRASH_MESSAGE && crash->message.pa) {
		parameter[3] = crash->message.pa;
		parameter[4] = crash->message_size;
		control |= HVSMP_CRASH_MESSAGE;
	}
	_Static_assert(sizeof(parameter) / sizeof(parameter[0]) == HVSMP_CRASH_PARAMETERS,
		       "all of them");
	for (uint32_t i = 0; i < HVSMP_CRASH_PARAMETERS; i++) {
		if (!hvsmp_crash_write(host, i, parameter[i]))
			return false;
	}
	return hvsmp_crash_write(host, HVSMP_CRASH_PARAMETERS, control);
}
