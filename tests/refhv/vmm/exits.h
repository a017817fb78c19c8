/* SPDX-License-Identifier: MIT */
/*
 * Exit handlers, which exits.c lists in one table, and what else their files offer. A handler
 * carries out the instruction for the guest, or injects an exception.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/* The guest of `vp` has come back: find out why, and handle it. */
void exits_handle(struct vp *vp);

void cpuid_exit(struct vp *vp);
void io_exit(struct vp *vp);
void msr_exit(struct vp *vp);
void nested_exit(struct vp *vp);
void vmmcall_exit(struct vp *vp);
/* For nested_exit: a write to the APIC's page. */
void apic_trap_exit(struct vp *vp, uint64_t gpa);

/* cpuid.c, io.c, msr.c. Loader only. */
void cpuid_limits(struct cpu_limits *limits);
void io_init(void);
void msr_init(void);

/* From now on reads of this MSR leave the guest. */
void msr_intercept_reads(uint32_t msr);

/*
 * gen2.c: ExitBootServices is over; is there no device at `port`? (Notes it, beyond a few probes.)
 */
void gen2_take_over(void);
bool gen2_is_absent(struct vp *vp, uint16_t port);

/* crash.c: the crash MSRs. */
bool crash_has_msr(uint32_t msr);
uint64_t crash_read(uint32_t msr);
void crash_write(struct vp *vp, uint32_t msr, uint64_t value);

/* cost.c: log what this run has cost. */
void cost_log(struct vp *vp);
