/* SPDX-License-Identifier: MIT */
/* audit=on: does the running machine keep what the design promises? Private to kernel/. */
#pragma once

#include "smp/smp.h"

struct kernel;

/* Each broken promise is a warning. */
void audit_run(const struct kernel *k);

/* audit_memory.c: the number of broken promises about memory. */
unsigned int audit_memory(const struct smp *smp, const struct topology *topology);
/* audit_memory.c: bytes taken for processors, besides their stacks. */
uint64_t audit_bytes(const struct smp *smp);
