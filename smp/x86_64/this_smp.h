/* SPDX-License-Identifier: MIT */
/* The second rung of this architecture, as smp.h keeps it. */
#pragma once

#include "start/x86_64/init_sipi.h"

typedef struct hvsmp_init_sipi smp_second;

/* Where a processor needs a delay between arch_reset and its start. */
enum { SMP_RESET_DELAY_NS = HVSMP_INIT_DELAY_NS };
