/* SPDX-License-Identifier: MIT */
/* Wrong registers in a start context. */
#pragma once

#include <stdint.h>

#include "tests/refhv/faults/fault.h"
#include "tests/refhv/tlfs.h"

/* Put wrong values in the registers that faults name for this start of `vp` by `caller`. */
void start_fault_registers(struct faults *faults, uint32_t vp, uint32_t caller,
			   struct hv_vp_context *context);
