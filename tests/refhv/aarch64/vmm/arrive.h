/* SPDX-License-Identifier: MIT */
/* How processors come to EL2 and leave it for their guest. */
#pragma once

#include "tests/refhv/aarch64/vmm/hv.h"

/* From loader_drop to el2_from_loader; both assembly files have its offsets. */
struct guest_entry {
	uint64_t pc;
	uint64_t sp;
	uint64_t daif;
	struct host_registers host;
	uint64_t host_function;
	struct vp *vp;
};
_Static_assert(offsetof(struct guest_entry, host) == 24, "loader/enter.S");
_Static_assert(offsetof(struct guest_entry, host_function) == 48, "loader/enter.S");
_Static_assert(offsetof(struct guest_entry, vp) == 56, "loader/enter.S");

/* Called by enter.S; the frame is what the guest finds in its general registers. */
void arrive_from_loader(const struct guest_entry *entry, struct vp *vp, struct frame *frame);
void arrive_started(struct vp *vp, struct frame *frame);

/* The registers with which a started VP begins, and the log's line for it. */
void arrive_begin(struct vp *vp, struct frame *frame);

/* fate.c: starts that go wrong on their way. A VP that is to come twice leaves its guest at WFI. */
void fate_arrive(struct vp *vp);
void fate_wfi(struct vp *vp, struct frame *frame);
