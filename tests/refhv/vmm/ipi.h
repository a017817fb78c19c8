/* SPDX-License-Identifier: MIT */
/* INIT and start-up IPIs as the guest sees them. */
#pragma once

#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/* The guest sends `command` to `destination`; anything but INIT and SIPI goes to the real APIC. */
void ipi_command(struct vp *sender, uint32_t destination, uint32_t command);
