/* SPDX-License-Identifier: MIT */
/*
 * A machine for smp/ to run on: processors are threads, the hypervisor's two calls and INIT-SIPI
 * start them, and each VP can be told to misbehave. It stands behind arch/arch.h and struct
 * hv_machine; smp/ and hv/ are the kernel's own, unchanged.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hv/hv.h"
#include "smp/smp.h"

/* In the machine's own time, which stands still while an AP is at work. */
enum { MACHINE_VPS = SMP_MAX_CPUS, MACHINE_MAX_APIC_ID = 65535, MACHINE_DEADLINE_MS = 500 };

/* How a VP is, and what it does at a start. All zero but the ids: it behaves. */
struct machine_vp {
	uint32_t apic_id, vp_index;
	/* 0x99 aimed at it */
	uint16_t status;      /* answered instead of success ... */
	uint32_t times;       /* ... so often; 0: always */
	bool starts_anyway;   /* ... and started all the same, once */
	uint16_t then_status; /* answered after that */
	bool never;           /* success, but it does not come */
	bool comes_in_pause;  /* it comes while its starter waits to call again, and not before */
	bool call_faults;
	uint32_t delay_ms; /* from the start to its first instruction */
	uint32_t entries;  /* how often it enters; 0 means once */
	/* how it finds itself */
	bool other_vp, other_apic, other_cr3;
	bool other_everything; /* of its registers */
	bool faults;           /* an exception instead of the proof */
	bool gets_nmi;         /* one that nobody sent, before the proof */
	bool ignores_nmi;      /* when it is to stop */
	/* 0x99 made by it */
	bool dies_in_call;      /* the call does not come back */
	uint16_t caller_status; /* answered to whatever it starts */
	/* 0x0F, and in which VTL it finds itself */
	uint16_t vtl_status;        /* answered to a 0x0F for it; 0: it has the VTL then */
	uint16_t vtl_caller_status; /* answered to a 0x0F by it */
	bool vtl_call_faults;       /* a 0x0F for it does */
	bool other_vtl;             /* it comes in VTL 0, where the page of VTL 1 is not */
	bool tells_no_vtl;          /* its 0x50 is refused */
	uint16_t restart_status;    /* answered to a 0x99 once it has been started */
	bool runs;                  /* since its last start; INIT ends that */
	/* INIT-SIPI */
	bool ignores_sipi, no_apic;
	/* seen */
	uint32_t starts;        /* how often 0x99 or a SIPI sent it on its way */
	uint32_t calls_for;     /* 0x99 calls aimed at it */
	uint32_t vtl_calls_for; /* 0x0F */
	bool has_vtl;           /* 1 */
	uint32_t inits, sipis, nmis;
	uint32_t proofs; /* how often it went through the door */
	/* IPIs */
	bool ignores_ipi;   /* none ever gets through to it */
	uint32_t loses_ipi; /* the how-manieth is lost; 0: none */
	bool doubles_ipis;  /* each comes twice */
	int64_t tsc_ahead;  /* of the boot processor's */
	uint32_t ipis;      /* seen: sent to it */
	uint32_t pending;   /* the machine's own: sent and not taken */
	uint32_t asleep;    /* the machine's own */
	uint64_t last_step; /* the machine's own */
};

/* INIT and start-up IPIs, in the order in which they were sent. */
enum { MACHINE_IPIS = 512, MACHINE_ALL = 0xFFFFFFFF };
struct machine_ipi {
	bool is_init;
	uint32_t apic_id; /* MACHINE_ALL: to all but the sender */
	uint64_t ns;
};

struct machine {
	struct machine_vp vp[MACHINE_VPS];
	size_t count, bsp;
	size_t nodes; /* NUMA nodes, each an equal share of processors and of memory; 0: none */
	size_t unlisted, unlisted_count; /* these have none, from the first of them on */
	bool no_calls;                   /* the hypercall interface is not open */
	uint16_t map_status;             /* 0x9A answers this; 0: success */
	uint16_t map_list_status;        /* to a list of more than two this, if not 0, ... */
	uint32_t map_list_done;          /* ... after so many elements */
	uint16_t start_status;           /* every 0x99 answers this; 0: as the VP says */
	bool bsp_is_slow;      /* its calls come back when every AP has done what it can */
	uint32_t unknown_id;   /* an APIC id that 0x9A does not know; 0: none */
	uint32_t map_calls;    /* seen */
	uint16_t ipi_status;   /* 0x0B and 0x15 answer this; 0: success */
	uint64_t reference_ns; /* what a read of the reference counter takes */
	bool ipi_faults;       /* they raise an exception */
	uint32_t ipi_calls, ipi_set_calls, ipi_messages; /* seen */
	size_t disabled;     /* entries of the MADT that are not enabled */
	bool incomplete;     /* it was not read to its end */
	uint64_t fail_alloc; /* the how-manieth allocation of smp_prepare fails; 0: none */
	struct machine_ipi ipi[MACHINE_IPIS];
	size_t ipis;
};

extern struct machine machine;

/* `count` processors with APIC ids 0, 1, ..., VP indexes permuted; the BSP is number `bsp`. */
void machine_reset(size_t count, size_t bsp);
struct machine_vp *machine_vp(uint32_t apic_id);

/* The hypercall interface of VTL 1, for smp_move. */
extern const struct hvsmp_interface machine_above;

/* What machine_prepare hands to smp_prepare; machine_reset says the usual. */
extern struct smp_config machine_config;

/* Prepare and run the whole bring-up on it. */
struct smp *machine_prepare(void);
/* Where the memory of a node lies; which node a processor is of. */
struct page_range machine_memory(size_t node);
uint32_t machine_node(size_t i);
void machine_run(void);
/* Wait until every thread has stopped: what comes late has come then. */
void machine_settle(void);
void machine_free(void);
/* An interrupt that nobody sends now. */
void machine_interrupt(uint32_t apic_id);

/* For a ledger made by hand. */
void machine_set_first_tsc(struct cpu *cpu, uint64_t tsc);
