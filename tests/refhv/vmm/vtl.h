/* SPDX-License-Identifier: MIT */
/* From one VTL of a VP to the other (TLFS, Virtual Secure Mode, VTL switch). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/* A VMMCALL that may be a hypercall: is it VtlCall or VtlReturn? Then it is carried out. */
bool vtl_exit(struct vp *vp);

/* VTL 1 has an interrupt, and VTL 0 runs: VTL 1 does then. */
void vtl_interrupt(struct vp *vp);

/* Go on in VTL `to`. On the VP's own processor. */
void vtl_switch(struct vp *vp, uint32_t to, const char *reason);

/*
 * vtl_apic.c: the real APIC serves the VTL that runs. Put its registers away for `vtl`,
 * get those of the active one, or make them as a VTL above 0 finds them.
 */
void vtl_apic_save(struct vp_vtl *vtl);
void vtl_apic_restore(struct vp *vp);
void vtl_apic_begin(struct vp *vp);

/* And whether an interrupt waits there. */
bool vtl_apic_is_requested(uint8_t vector);
