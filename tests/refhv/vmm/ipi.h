/* SPDX-License-Identifier: MIT */
/* INIT and start-up IPIs as the guest sees them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/*
 * The guest sends `command` to `destination`; anything but INIT and SIPI goes to the real APIC.
 * They are delivered here, before the write is over, so that a violation logs where it was made.
 */
void ipi_command(struct vp *sender, uint32_t destination, uint32_t command);

/* Is the interrupt for `vp`? (ipi_target.c) */
bool ipi_is_target(const struct vp *vp, const struct vp *sender, uint32_t destination,
		   uint32_t command);
