/* SPDX-License-Identifier: MIT */
/* A VP out of its guest, for an INIT or for another start. */
#pragma once

#include <stdbool.h>

#include "tests/refhv/calls/partition.h"

/*
 * True: it ran, and is `self`'s now, in VP_STOPPING. False: it did not run. One that is on its way
 * is let arrive first. `self` is the caller's own VP, and not the target; if somebody stops it
 * before its turn, there is no return.
 */
bool stop_vp(struct vp *self, struct vp *target);

/* Stop it if it runs, and let it begin as `next` says. */
void restart_vp(struct vp *self, struct vp *target, const struct vp_start *next);
