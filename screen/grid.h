/* SPDX-License-Identifier: MIT */
/*
 * The grid of processors in the upper part of the screen: one tile each, a letter and a colour for
 * method and state, and a line of progress. Drawn from the ledger by the boot processor. Without a
 * screen, or with one that is too small, nothing happens.
 */
#pragma once

#include "smp/smp.h"

void grid_begin(const struct smp *smp);
/* While the boot processor waits: look at some processors and draw a few tiles. */
void grid_step(const struct smp *smp);
/* After smp_start_all: all of them, by their verdicts. */
void grid_end(const struct smp *smp);
