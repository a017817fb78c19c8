/* SPDX-License-Identifier: MIT */
/* The run loop of a VP. */
#pragma once

#include "tests/refhv/calls/partition.h"

/* Run `vp` for ever; its VMCB is ready. */
_Noreturn void run_vp(struct vp *vp);

/* vmrun.asm: enter the guest; returns at its next exit. */
void vmrun_enter(uint64_t *gpr, struct vmcb *vmcb);
