/* SPDX-License-Identifier: MIT */
/* The crash registers are synthetic ones on ARM64, behind a bit that is not x64's. */
#include "hv/crash.h"
#include "hv/aarch64/registers.h"
#include "hv/aarch64/tlfs.h"

bool hvsmp_crash_is_offered(const struct hvsmp_features *f)
{
	return f->is_hv1 && f->more & HVSMP_FEATURE_CRASH_REGISTERS;
}

bool hvsmp_crash_read_control(const struct hvsmp_host *host, uint64_t *able)
{
	uint64_t value[2] = {0};
	struct hvsmp_result r = hvsmp_register_get(host, HVSMP_REGISTER_CRASH_CTL, value);

	*able = value[0];
	return hvsmp_answers(&r, HVSMP_STATUS_SUCCESS);
}

bool hvsmp_crash_write(const struct hvsmp_host *host, uint32_t which, uint64_t value)
{
	struct hvsmp_result r = hvsmp_register_set(host, HVSMP_REGISTER_CRASH_P0 + which, value);

	return hvsmp_answers(&r, HVSMP_STATUS_SUCCESS);
}
