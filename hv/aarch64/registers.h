/* SPDX-License-Identifier: MIT */
/*
 * Synthetic registers, which ARM64 has in place of CPUID leaves and MSRs: one at a time, by calls
 * whose input and output lie in registers. Private to hv/.
 */
#pragma once

#include "hv/hv.h"

/* HVSMP_ERROR_INVALID: success, and not one element was done. */
struct hvsmp_result hvsmp_register_get(const struct hvsmp_host *host, uint32_t name,
				       uint64_t value[2]);
struct hvsmp_result hvsmp_register_set(const struct hvsmp_host *host, uint32_t name,
				       uint64_t value);
