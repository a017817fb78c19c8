/* SPDX-License-Identifier: MIT */
/* Calls: work that processors ask of each other, once they are up. */
#pragma once

#include "smp/cpu.h"
#include "smp/smp.h"

/*
 * What an AP does that is to be called: config.after. Ends when smp_dismiss says so.
 */
void smp_serve(struct cpu *self);

/*
 * Boot processor, after smp_start_all; again when a processor was lost, and no call is under way.
 * All that are online and not lost are members. ERR_NO_MEMORY.
 */
enum err smp_gather(struct smp *smp);

/*
 * Members, on each other: run fn(cpu, arg) there, and wait until it has. A processor that waits
 * takes calls meanwhile; calls made inside calls must not go round in a circle.
 * ERR_TIMEOUT: no answer in time; it is lost from now on, and fn may still run: arg must stay.
 * ERR_NOT_FOUND: not a member, or lost before.
 */
enum err smp_call(struct cpu *cpu, smp_call_fn fn, void *arg);

/* Boot processor: every member runs fn, itself too. How many did not, in time. */
size_t smp_broadcast(struct smp *smp, smp_call_fn fn, void *arg);

/* All members, in a broadcast: each goes on when all are here. False: one did not come in time. */
bool smp_barrier(struct cpu *self);

/* Boot processor: the others need not serve any more. */
void smp_dismiss(struct smp *smp);
