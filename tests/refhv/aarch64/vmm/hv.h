/* SPDX-License-Identifier: MIT */
/* The hypervisor's state: what the loader gathers, and the virtual processors. */
#pragma once

#include <stddef.h>

#include "tests/refhv/aarch64/arm.h"
#include "tests/refhv/aarch64/calls/registers.h"
#include "tests/refhv/aarch64/cfg.h"
#include "tests/refhv/line.h"

#define VPS_MAX 512U

/*
 * A VP's life. OFF -> STARTING is a compare-and-swap: of several processors that start one target,
 * one succeeds. The target makes STARTING -> ON when its processor arrives, and ON -> OFF itself.
 */
enum vp_state { VP_OFF, VP_STARTING, VP_ON };

struct vp {
	uint64_t stack_top; /* enter.S expects it first */
	uint64_t mpidr;     /* the affinity fields */
	uint32_t uid;
	uint32_t index;
	uint32_t state; /* enum vp_state, accessed atomically */
	/* How it begins: written by who made the state STARTING, read by the VP. */
	uint64_t entry;
	uint64_t context;
	struct line line;
};
_Static_assert(offsetof(struct vp, stack_top) == 0, "vmm/enter.S");

/* What a processor at EL2 needs before it has caches; in the copy, cleaned to memory. */
struct host_registers {
	uint64_t mair;
	uint64_t tcr;
	uint64_t ttbr0;
};
_Static_assert(sizeof(struct host_registers) == 24, "vmm/enter.S");
extern struct host_registers host_registers;

/* Memory that the guest does not see: whole blocks of stage 2. */
struct arena {
	uint64_t start;
	uint64_t end;
	uint64_t free;
};

struct hv {
	struct arm_cfg cfg;
	struct registers registers;
	uint32_t vp_count;
	struct vp *vps[VPS_MAX]; /* by MPIDR, ascending */
	struct vp *bsp;
	struct arena arena;
	uint8_t *image;       /* the copy that stays */
	uint64_t notify_site; /* the loader's HVC when the boot services are over */
	uint64_t vttbr;
	uint64_t vtcr;
};
extern struct hv hv;

static inline bool vp_change_state(struct vp *vp, enum vp_state from, enum vp_state to)
{
	uint32_t expected = from;

	return __atomic_compare_exchange_n(&vp->state, &expected, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/* A VP's general registers while the hypervisor runs; as vectors.S has them. */
struct frame {
	uint64_t x[31];
	uint64_t padding;
};
_Static_assert(sizeof(struct frame) == 256, "vmm/vectors.S");

/* enter.S: the first instructions of a processor at EL2, from the loader and from PSCI. */
struct entry;
extern const uint8_t el2_from_loader[];
extern const uint8_t el2_from_psci[];

/* The VP on this processor. */
static inline struct vp *hv_this_vp(void)
{
	return (struct vp *)READ_SYSREG(tpidr_el2);
}

/* psci.c */
int64_t psci_call(struct vp *vp, const struct frame *frame);
