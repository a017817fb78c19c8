/* SPDX-License-Identifier: MIT */
/*
 * Which nested page tables a VP has: all share one set, but for the page of their local APIC. All
 * of these under the lock.
 */
#pragma once

#include <stdint.h>

#include "tests/refhv/vmm/state.h"

/* Tables with ones where the APIC was. */
const struct page_tables *views_without_apic(void);

/*
 * Tables with the APIC at `gpa`, as far as it may move: within the last GiB below 4 GiB, and to one
 * place a run. NULL: not there.
 */
const struct page_tables *views_with_apic_at(uint64_t gpa);

/* Follow what has changed in the first VTL's tables. */
void views_update(void);
