/* SPDX-License-Identifier: MIT */
/* How the guest, and each of its VPs, begins. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"
#include "tests/refhv/vmm/state.h"

/* The firmware's state as the guest begins with it; offsets are known to loader/enter.asm. */
struct entry {
	uint64_t rip;
	uint64_t rsp;
	uint64_t rflags;
	uint64_t cr3;
	uint64_t host_cr3;
	uint64_t host_stack;
	uint64_t host_function;
};
_Static_assert(offsetof(struct entry, host_function) == 48, "loader/enter.asm");

/* arrive.c: where the loader's processor enters the copy, as entry.host_function. */
_Noreturn void arrive_from_loader(const struct entry *entry);

/* take_over.c: ExitBootServices is over; from here on the other processors are the hypervisor's. */
void take_over(void);

/* begin.c: make the VMCB of a VP as its start says. */
void begin_vp(struct vp *vp);

/* Make that of the active VTL, for where it begins; on the VP's own processor. */
void begin_vtl(struct vp *vp, const struct hv_vp_context *context);

/* vmcb.c: a VMCB that intercepts what it should; then where the guest is to begin. */
void vmcb_init(struct vmcb *vmcb, uint32_t asid, const struct page_tables *nested);
void vmcb_from_firmware(struct vmcb *vmcb, const struct entry *entry);
void vmcb_from_context(struct vmcb *vmcb, const struct hv_vp_context *context);
void vmcb_from_sipi(struct vmcb *vmcb, uint8_t vector);
