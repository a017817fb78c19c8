/* SPDX-License-Identifier: MIT */
/* A counter of known rate. */
#include "hv/aarch64/registers.h"
#include "hv/aarch64/tlfs.h"

bool hvsmp_has_reference_counter(const struct hvsmp_features *f)
{
	return f->is_hv1 && f->privileges & HVSMP_PRIVILEGE_REFERENCE_COUNTER;
}

uint64_t hvsmp_reference_counter(void *ctx)
{
	uint64_t value[2];

	(void)hvsmp_register_get(ctx, HVSMP_REGISTER_REFERENCE_COUNTER, value);
	return value[0];
}
