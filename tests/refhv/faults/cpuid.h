/* SPDX-License-Identifier: MIT */
/* Hypervisor leaves that lie. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/cpu.h"
#include "tests/refhv/faults/fault.h"

/*
 * True: `r` is what the guest gets for `leaf`. False: it gets what cpuid_fault_change makes of the
 * true answer for `leaf`, which may be another leaf now.
 */
bool cpuid_fault_answer(struct faults *faults, uint32_t *leaf, struct cpuid *r);
void cpuid_fault_change(struct faults *faults, uint32_t leaf, struct cpuid *r);
