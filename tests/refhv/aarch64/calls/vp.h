/* SPDX-License-Identifier: MIT */
/* A virtual processor of ARM64: what documents say of it, and how it begins. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/line.h"
#include "tests/refhv/tlfs.h"

#define VPS_MAX 512U

/*
 * A VP's life. OFF -> STARTING is a compare-and-swap: of several processors that start one target,
 * one succeeds. The target makes STARTING -> ON when its processor arrives, and ON -> OFF itself.
 */
enum vp_state {
	VP_OFF,
	VP_STARTING,
	VP_ON,
	VP_NEVER, /* its start was "accepted" by a fault; nothing is on its way */
};

/* Initial context of 0x99, as Microsoft's headers for ARM64 guests have it (hvdef, mu_msvm). */
struct hv_arm_context {
	uint64_t pc;
	uint64_t sp; /* SP_EL1 */
	uint64_t sctlr;
	uint64_t mair;
	uint64_t tcr;
	uint64_t vbar;
	uint64_t ttbr0;
	uint64_t ttbr1;
	uint64_t x18;
};
_Static_assert(sizeof(struct hv_arm_context) == 72, "InitialVpContextArm64");

/* The input of 0x99. */
struct hv_arm_start_input {
	uint64_t partition_id;
	uint32_t vp_index;
	uint8_t target_vtl; /* a plain number */
	uint8_t padding[3];
	struct hv_arm_context context;
};
#define ARM_START_FIELD(field, offset) \
	_Static_assert(offsetof(struct hv_arm_start_input, field) == (offset), #field)
_Static_assert(sizeof(struct hv_arm_start_input) == 88, "StartVirtualProcessorArm64");
ARM_START_FIELD(partition_id, 0);
ARM_START_FIELD(vp_index, 8);
ARM_START_FIELD(target_vtl, 12);
ARM_START_FIELD(context.pc, 16);
ARM_START_FIELD(context.sp, 24);
ARM_START_FIELD(context.sctlr, 32);
ARM_START_FIELD(context.mair, 40);
ARM_START_FIELD(context.tcr, 48);
ARM_START_FIELD(context.vbar, 56);
ARM_START_FIELD(context.ttbr0, 64);
ARM_START_FIELD(context.ttbr1, 72);
ARM_START_FIELD(context.x18, 80);

enum vp_method { VP_BY_PSCI, VP_BY_CALL };

/* Written by who made the state STARTING, read by the VP. */
struct vp_start {
	enum vp_method method;
	uint64_t entry, argument; /* by PSCI */
	struct hv_arm_context context;
	uint32_t asked_vp, caller; /* by 0x99: what the caller named, and who it was */
};

struct vp {
	uint64_t stack_top; /* enter.S expects it first */
	uint64_t mpidr;     /* the affinity fields */
	uint32_t uid;
	uint32_t index;
	uint32_t state; /* enum vp_state, accessed atomically */
	struct vp_start start;
	uint64_t again; /* counter at which it is thrown back (fault=start:twice); 0: never */
	struct line line;
};
_Static_assert(offsetof(struct vp, stack_top) == 0, "vmm/enter.S");

static inline bool vp_change_state(struct vp *vp, enum vp_state from, enum vp_state to)
{
	uint32_t expected = from;

	return __atomic_compare_exchange_n(&vp->state, &expected, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

static inline enum vp_state vp_state_of(const struct vp *vp)
{
	return (enum vp_state)__atomic_load_n(&vp->state, __ATOMIC_ACQUIRE);
}
