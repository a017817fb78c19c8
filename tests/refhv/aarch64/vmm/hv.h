/* SPDX-License-Identifier: MIT */
/* The hypervisor's state: what the loader gathers, and the virtual processors. */
#pragma once

#include <stddef.h>

#include "tests/refhv/aarch64/arm.h"
#include "tests/refhv/aarch64/calls/registers.h"
#include "tests/refhv/aarch64/calls/vp.h"
#include "tests/refhv/aarch64/cfg.h"

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
	uint64_t ram_start, ram_end; /* what the firmware's memory map has */
	uint32_t physical_bits;
	uint8_t *image;       /* the copy that stays */
	uint64_t notify_site; /* the loader's HVC when the boot services are over */
	uint64_t vttbr;
	uint64_t vtcr;
};
extern struct hv hv;

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

/* psci.c: a call of PSCI's; start the processor of a VP that is STARTING, after its log line. */
int64_t psci_call(struct vp *vp, const struct frame *frame);
void psci_launch(struct vp *caller, const struct vp *target);

/* hypercall.c: a call with parameters in memory, in X0 to X2; what X0 is to be. */
uint64_t hypercall_exit(struct vp *vp, const uint64_t x[3]);
/* Memory of the guest's, where it lies; NULL: no RAM, or the hypervisor's. */
void *hv_guest_ram(uint64_t gpa, uint64_t bytes);

/* crash.c: after the control register of a crash was written. */
void crash_tell(struct vp *vp, uint64_t control);
