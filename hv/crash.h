/* SPDX-License-Identifier: MIT */
/* How an architecture reaches the crash registers. Private to hv/. */
#pragma once

#include "hv/hv.h"

enum { HVSMP_CRASH_PARAMETERS = 5 };

bool hvsmp_crash_is_offered(const struct hvsmp_features *f);
/* What the control register reads: what the host wants to know. False: not readable. */
bool hvsmp_crash_read_control(const struct hvsmp_host *host, uint64_t *able);
/* Parameter 0 to 4; HVSMP_CRASH_PARAMETERS is the control register. */
bool hvsmp_crash_write(const struct hvsmp_host *host, uint32_t which, uint64_t value);
