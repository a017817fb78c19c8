/* SPDX-License-Identifier: MIT */
/* The hypercall page, laid over guest memory where GUEST_OS_ID and HYPERCALL say. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/* What both MSRs hold when the guest begins. */
void overlay_begin(void);

/* Put `value` in HYPERCALL, whatever it says, and the page where it wants it. */
void overlay_set(struct partition_vtl *vtl, uint64_t value);

/* The guest writes one of them. False: #GP. */
bool overlay_write_os_id(struct partition_vtl *vtl, uint64_t value);
bool overlay_write_hypercall(struct partition_vtl *vtl, uint64_t value);
