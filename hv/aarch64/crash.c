/* SPDX-License-Identifier: MIT */
/* The crash registers are not written on ARM64 yet. */
#include "hv/hv.h"

bool hvsmp_crash_tell(const struct hvsmp_features *f, const struct hvsmp_host *host,
		      const struct hvsmp_crash *crash)
{
	(void)f;
	(void)host;
	(void)crash;
	return false;
}
