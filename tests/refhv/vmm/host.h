/* SPDX-License-Identifier: MIT */
/* The processor in the hypervisor's own hands. */
#pragma once

#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/*
 * Make the IDT, and the trampoline page that leads each processor to arrive(vp) on its VP's stack.
 */
void host_prepare(void (*arrive)(struct vp *vp));

/*
 * Load the GDT and IDT, switch on SVM. Every processor, on its own stack, before its first VMRUN.
 */
void host_enter(const struct vp *vp);

/* host.asm: load CS (0x08) and the data segments (0x10) of the current GDT; exceptions. */
void host_load_segments(void);
extern const uint8_t host_exception_stubs[];
extern const uint8_t host_nmi[];
#define HOST_EXCEPTION_STUB_SIZE 16
_Noreturn void host_exception(uint64_t vector, uint64_t error_code, uint64_t rip);
