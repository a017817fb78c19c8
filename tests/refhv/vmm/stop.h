/* SPDX-License-Identifier: MIT */
/* A VP out of its guest, for an INIT or for another start. */
#pragma once

#include <stdbool.h>

#include "tests/refhv/calls/partition.h"

/*
 * True: it ran, and is the caller's now, in VP_STOPPING. False: it did not run. One that is on its
 * way is let arrive first. Not for the caller's own VP.
 */
bool stop_vp(struct vp *target);

/* Stop it if it runs, and let it begin as `next` says. */
void restart_vp(struct vp *target, const struct vp_start *next);
