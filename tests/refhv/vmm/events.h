/* SPDX-License-Identifier: MIT */
/* Interrupts that the hypervisor has for a VP: of its SynIC, of its timers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/* Before the guest is entered: raise what there is, set the clock for what will be. */
void events_deliver(struct vp *vp);

/* The active VTL begins: its SynIC and its assist page are off. */
void events_begin_vtl(struct vp *vp);

/* The VP begins anew, or its processor is about to be stopped: no clock, nothing to raise. */
void events_reset(struct vp *vp);
void events_stop(struct vp *vp);

/*
 * Another VP has changed what `target` goes by, its SynIC or its memory: it is to come out of its
 * guest and look. False: it cannot.
 */
bool events_kick(struct vp *target);

/* The guest sends an NMI by its APIC: where NMIs leave the guest it is given back. */
void events_expect_nmi(const struct vp *sender, uint32_t destination, uint32_t command);

/* Exits: an NMI; the guest can take an interrupt. */
void events_nmi_exit(struct vp *vp);
void events_window_exit(struct vp *vp);

/* The reference counter, as the TLFS's page has it. */
uint64_t events_now(void);
