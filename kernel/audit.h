/* SPDX-License-Identifier: MIT */
/* audit=on: does the running machine keep what the design promises? Private to kernel/. */
#pragma once

#include "smp/smp.h"

struct kernel;

/* What breaks a promise is a warning. */
void audit_run(const struct kernel *k);

/* audit_memory.c: how many promises about memory are broken. */
unsigned int audit_memory(const struct smp *smp, const struct topology *topology);
/* audit_memory.c: bytes taken for processors, besides their stacks. */
uint64_t audit_bytes(const struct smp *smp);
