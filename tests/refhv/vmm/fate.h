/* SPDX-License-Identifier: MIT */
/* What faults do to a VP that begins to run: late, twice, never, with an NMI, with another time. */
#pragma once

#include <stdbool.h>

#include "tests/refhv/calls/partition.h"

/* A VP that has arrived to be started, before it begins. May not return. */
void fate_arrive(struct vp *vp);

/* A VP whose VMCB is ready. */
void fate_run(struct vp *vp);
void fate_set_tsc(const struct vp *vp);

/* The BSP makes a call 0x99. */
void fate_first_start(const struct vp *bsp);

/* After an exit is handled: is it time to begin once more from the beginning? */
bool fate_begins_again(struct vp *vp);

/* Exits that a VP has while it waits to begin once more. */
void fate_rdtsc_exit(struct vp *vp);
void fate_pause_exit(struct vp *vp);
void fate_hlt_exit(struct vp *vp);
