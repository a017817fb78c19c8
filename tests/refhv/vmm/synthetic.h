/* SPDX-License-Identifier: MIT */
/* Synthetic MSRs that guests of others want: each behind its privilege. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/* False: #GP. */
bool synthetic_read(const struct vp *vp, uint32_t msr, uint64_t *value);
bool synthetic_write(struct vp *vp, uint32_t msr, uint64_t value);

/* For the log; NULL: none of these. */
const char *synthetic_name(uint32_t msr);
