/* SPDX-License-Identifier: MIT */
/* The table of modes, from the list of modes.h. */
#include "kernel/modes.h"

#include "kernel/bringup.h"
#include "kernel/provoke.h"

#define MODE_ROW(id, name, run, after) [id] = {name, run, after},
const struct mode modes[MODE_COUNT] = {MODES(MODE_ROW)};
