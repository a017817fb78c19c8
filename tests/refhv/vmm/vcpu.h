/* SPDX-License-Identifier: MIT */
/* What an exit handler does to the VP whose guest has come back. Stands below all handlers. */
#pragma once

#include <stdint.h>

#include "tests/refhv/calls/partition.h"
#include "tests/refhv/vmm/vmcb.h"

/* VTL-specific state that is active on `vp`. */
static inline struct vp_vtl *vp_active(struct vp *vp)
{
	return &vp->vtl[vp->active_vtl];
}

/* The instruction at RIP is done. */
void vcpu_skip(struct vp *vp, uint64_t length);

/* An exception instead of it. */
void vcpu_inject(struct vp *vp, uint8_t vector);
void vcpu_inject_error(struct vp *vp, uint8_t vector, uint32_t error_code);

/* Something odd that breaks no rule that hypervisors enforce. */
void vcpu_remark(struct vp *vp, const char *what, uint64_t address);

/* The guest has broken a rule: log it; and, where refhv cannot go on, end the run. */
void vcpu_note(struct vp *vp, const char *what, uint64_t address);
_Noreturn void vcpu_violation(struct vp *vp, const char *what, uint64_t address);

/* The guest's registers, to the log. */
void vcpu_dump(struct vp *vp);
