/* SPDX-License-Identifier: MIT */
/* INIT and start-up IPIs as the guest sees them. */
#pragma once

#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/*
 * The guest sends `command` to `destination`; anything but INIT and SIPI goes to the real APIC.
 * They are delivered here, before the write is over, so that a violation logs where it was made.
 */
void ipi_command(struct vp *sender, uint32_t destination, uint32_t command);
