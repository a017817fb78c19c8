/* SPDX-License-Identifier: MIT */
/* Memory that VTL 1 protects from VTL 0: the nested tables, and what an access comes to. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/* What partition.allows is: may `vp`, in its VTL, write there (or read)? */
bool protect_allows(const struct vp *vp, uint64_t gpa, bool is_write);

/* After a change: no other VP has the old translations any more. Not under the lock. */
void protect_flush_others(struct vp *vp);

/* A nested page fault: if for a protection, or for one that has changed by now, it is handled. */
bool protect_exit(struct vp *vp, uint64_t gpa);
