/* SPDX-License-Identifier: MIT */
/* Synthetic MSRs that misbehave. */
#pragma once

#include <stdint.h>

#include "tests/refhv/faults/fault.h"

/* The outcome of a write: made, with the value as changed; lost; #GP. */
enum msr_outcome { MSR_WRITE, MSR_DONE, MSR_FAULTS };

/* `vp` writes `*value`. `elsewhere` is where the hypercall page goes if it moves. */
enum msr_outcome msr_fault_write(struct faults *faults, uint32_t vp, uint32_t msr,
				 uint64_t elsewhere, uint64_t *value);

/* What the reference counter reads. */
uint64_t msr_fault_reference(struct faults *faults, uint64_t count);
