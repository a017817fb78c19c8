/* SPDX-License-Identifier: MIT */
/* The second rung of this architecture, as smp.h keeps it. */
#pragma once

#include "start/aarch64/psci.h"

typedef struct hvsmp_psci smp_second;

/* Where a processor needs a delay between arch_reset and its start: none does. */
enum { SMP_RESET_DELAY_NS = 0 };
