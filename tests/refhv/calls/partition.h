/* SPDX-License-Identifier: MIT */
/*
 * The partition and its virtual processors: all state that the TLFS talks about. What exists once
 * per VTL, of the partition and of each VP, is in a structure of its own. A VP is started once,
 * whatever VTL that is in: so its life is the VP's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/cfg.h"
#include "tests/refhv/calls/synic.h"
#include "tests/refhv/line.h"
#include "tests/refhv/tlfs.h"

#define VTLS (HV_VTL_HIGHEST + 1)

/* General registers by their instruction encoding. RAX and RSP live in the VMCB while it runs. */
enum { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R8, REGS = 16 };

/*
 * A VP's life. WAIT -> STARTING is a compare-and-swap: of several VPs that start one target,
 * exactly one succeeds. The target itself makes STARTING -> RUNNING when its processor arrives.
 * INIT: RUNNING -> STOPPING, the processor parks, -> WAIT.
 */
enum vp_state {
	VP_WAIT,     /* wait-for-SIPI */
	VP_STARTING, /* start accepted, processor on its way */
	VP_NEVER,    /* start "accepted" by fault=start:never; nothing is on its way */
	VP_RUNNING,
	VP_STOPPING, /* INIT was sent to the running processor */
};

enum start_method { START_HYPERCALL, START_SIPI };

/* A VTL of a VP: there is nothing to run there; it begins at `entry`; it has begun. */
enum vtl_life { VTL_NOTHING, VTL_FRESH, VTL_BEGUN };

/* The registers of a local APIC that software can put back: see vmm/vtl_apic.c. */
#define VTL_APIC_REGISTERS 13

/* How a starting VP begins. Written by the starter that made the state STARTING, read by the VP. */
struct vp_start {
	enum start_method method;
	uint8_t sipi_vector;
	uint8_t vtl;       /* which the context is for */
	bool is_elsewhere; /* fault=start:vtl: it begins in VTL 0, with that context */
	uint32_t asked_vp; /* the VP that the caller named */
	uint32_t caller;
	bool is_suspended; /* a bad register is noticed when it is about to run */
	struct hv_vp_context context;
};

struct vmcb;

/* What a VP has once for each VTL (TLFS, Virtual Secure Mode, private state). */
struct vp_vtl {
	struct vmcb *vmcb;
	enum vtl_life life;
	struct hv_vp_context entry;
	uint64_t vp_assist; /* VP_ASSIST_PAGE */
	/* While another VTL runs: what VMSAVE does not save. */
	uint64_t pat;
	uint64_t tsc_aux;
	/* The same, and a higher VTL may write it. */
	uint64_t rip;
	uint64_t pending_event; /* PendingEvent0; 0: none */
	uint32_t apic[VTL_APIC_REGISTERS];
	struct synic synic;
};

/* The real processor under a VP, whichever VTL runs there: see vmm/processor.h. */
struct processor {
	uint64_t stack_top; /* the trampoline expects it first */
	void *host_save;
	uint64_t exits;   /* since the boot services are over */
	uint32_t in_host; /* out of the guest */
	uint32_t stop;    /* stay out of it */
	uint32_t parked;  /* it has arrived and found nothing to run */
	uint32_t stays;   /* it has gone to rest in the hypervisor */
	uint32_t entries; /* into the guest */
	bool had_init;    /* the guest has sent it an INIT */
};

/* An instruction whose stores go nowhere, made alone: see vmm/holes.c. */
#define STEP_PAGES 2
struct vp_step {
	uint64_t *entries[STEP_PAGES]; /* page table entries that lead to the scratch page */
	uint32_t count;                /* 0: there is no such instruction */
	uint64_t flags;                /* the guest's interrupt and trap flag */
	uint64_t nested_cr3;           /* its tables but for this instruction */
};

/* What interrupts a VP from outside its guest: see vmm/events.c. */
struct vp_events {
	uint64_t armed; /* reference count for which the clock is set; 0: for none */
	uint32_t is_on; /* NMIs leave the guest */
	bool is_timed;  /* its SynIC or a timer has been on */
	uint32_t nmi;   /* the guest has sent one here */
	uint32_t ldr;   /* its APIC's logical destination, while it is an xAPIC */
};

struct vp {
	struct processor processor;
	uint64_t gpr[REGS]; /* the guest's, while the hypervisor runs */
	uint32_t index;
	uint32_t apic_id;
	uint32_t active_vtl;
	uint32_t higher_vtls;   /* that are enabled, a bit each; atomic, for others enable them */
	uint32_t claimed_vtls;  /* the same, and those that are being enabled */
	uint32_t state;         /* enum vp_state, accessed atomically */
	uint32_t is_awaited;    /* fault=start:awaited, until it rests */
	uint64_t secure_config; /* VsmVpSecureConfigVtl0 */
	uint32_t lost_intercepts;
	bool is_reset_at_rest; /* fault=start:init */
	uint64_t again; /* TSC at which it is entered once more (fault=start:twice); 0: never */
	struct vp_start start;
	struct vp_vtl vtl[VTLS];
	uint64_t
		apic_base; /* what the guest made of IA32_APIC_BASE (vmm/apic_base.c); 0: nothing */
	struct vp_step step;
	struct vp_events events;
	struct line line;
};
_Static_assert(offsetof(struct vp, processor.stack_top) == 0, "vmm/trampoline.asm");

/* False: it was not in the state `from`. */
static inline bool vp_change_state(struct vp *vp, enum vp_state from, enum vp_state to)
{
	uint32_t expected = from;

	return __atomic_compare_exchange_n(&vp->state, &expected, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/* The VTLs that a VP has, a bit each. */
static inline uint32_t vp_vtls(const struct vp *vp)
{
	return __atomic_load_n(&vp->higher_vtls, __ATOMIC_ACQUIRE) | 1;
}

struct partition_vtl {
	uint64_t guest_os_id;
	uint64_t hypercall;     /* HV_X64_MSR_HYPERCALL_CONTENTS */
	uint64_t reference_tsc; /* the MSR REFERENCE_TSC */
};

/* What this processor supports; start contexts are held against it. */
struct cpu_limits {
	uint64_t efer_valid;
	uint64_t cr4_valid;
	uint32_t physical_bits;
};

/* Where a message or an event goes. */
#define CONNECTIONS 256U
enum connection_kind { CONNECTION_NONE, CONNECTION_MESSAGE, CONNECTION_EVENT };
struct connection {
	struct vp *target;
	uint32_t sint;
	enum connection_kind kind;
};

struct partition {
	struct cfg cfg;
	struct cpu_limits limits;
	struct partition_vtl vtl[VTLS];
	uint32_t higher_vtls;  /* that 0x0D has enabled, a bit each; atomic */
	uint64_t vsm_config;   /* VsmPartitionConfig; atomic */
	uint32_t has_first_vp; /* a VP has got VTL 1 from VTL 0; atomic */
	/* Where `bytes` at `gpa` can be accessed; NULL if they are not all guest RAM. */
	void *(*guest_ram)(uint64_t gpa, uint64_t bytes);
	/* What VTLs below the highest may do with a page of it; false: no room to keep that. */
	bool (*protect)(uint64_t gpa, uint32_t flags);
	/* May the VP, in its VTL, write there (or read)? NULL: it may. */
	bool (*allows)(const struct vp *vp, uint64_t gpa, bool is_write);
	struct connection connections[CONNECTIONS];
	uint32_t vp_count;
	struct vp *bsp;
	struct vp *vps[MAX_VPS];
	struct vp *by_apic_id[MAX_APIC_IDS];
	struct vp *by_index[MAX_VP_INDEXES];
};

/* The highest VTL that the partition may have. */
static inline uint32_t partition_maximum_vtl(const struct partition *partition)
{
	const struct cfg *cfg = &partition->cfg;

	if (cfg->vtl)
		return cfg->vtl;
	return cfg->vsm == VSM_VTL1 && cfg->privileges & HV_PRIVILEGE_VSM;
}

/* The VTLs that it has: up to the one that the image began in, and those that it enabled. */
static inline uint32_t partition_vtls(const struct partition *partition)
{
	return ((2U << partition->cfg.vtl) - 1) |
	       __atomic_load_n(&partition->higher_vtls, __ATOMIC_ACQUIRE);
}

/* VTL 1 has said that no lower VTL starts a VP. */
static inline bool partition_denies_startup(const struct partition *partition, uint32_t vtl)
{
	return !vtl && __atomic_load_n(&partition->vsm_config, __ATOMIC_ACQUIRE) &
			       HV_VSM_CONFIG_DENY_STARTUP;
}
