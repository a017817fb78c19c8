/* SPDX-License-Identifier: MIT */
/* Bringing all processors up: what is handed in, what is prepared, the start, the verdicts. */
#pragma once

#include "smp/cpu.h"
#include "this_smp.h"

struct smp_config {
	bool use_sipi, fanout;
	uint64_t init_delay_ns; /* between INIT and the first start-up IPI */
	uint64_t deadline_ns;   /* without any progress */
	uint64_t cap_ns;        /* altogether, for each method */
	bool has_vp_index;      /* the VP_INDEX register may be read */
	uint64_t unproved; /* registers that an arrival is not held against, a bit each by number */
	const struct hvsmp_interface *hv;    /* open or not: smp_start_all is told */
	const struct hvsmp_interface *below; /* of the VTL that smp_move has come from; or NULL */
	uint8_t vtl;                         /* in which processors are started */
	const struct hvsmp_host *host;
	uint32_t vp_limit;
	bool ipi_by_call, ipi_by_set;   /* hypercalls that the hypervisor recommends for IPIs */
	uint64_t low_page;              /* 0: INIT-SIPI is impossible */
	void (*after)(struct cpu *cpu); /* what an AP does once it has proved itself; may be NULL */
	/*
	 * Called by the boot processor while it waits for others, to show how far they are; may be
	 * NULL.
	 */
	void (*progress)(const struct smp *smp);
};

struct smp {
	struct smp_config config;
	struct hvsmp_start start; /* the records, as start/ goes about them */
	struct hvsmp_start_config start_config;
	struct hvsmp_start_host start_host;
	smp_second second;
	size_t count;
	struct cpu *bsp;
	struct hvsmp_cpu **record; /* start.cpu */
	size_t free_before; /* free pages before the first of them was taken for processors */
	size_t left_out; /* enabled processors without a record: no room in the table, no memory */
	size_t disabled; /* topology.disabled */
	bool incomplete; /* topology.incomplete */
	struct pages *pages;
	uint64_t start_ticks, end_ticks;
	bool may_call; /* the hypercall interface is open, and to be used */

	struct cpu **member; /* those that take part in calls, by rank */
	size_t members;
	struct cpu **callees;    /* room for a broadcast's */
	uint32_t barrier_broken; /* one did not come: no barrier holds until smp_gather */
	uint32_t no_ipi_call;    /* a hypercall for an IPI was refused: no more of them */

	uint32_t starting;   /* bring-up is under way */
	uint32_t roll_call;  /* smp_roll_call is: an NMI is its question */
	uint32_t stopped_by; /* index + 1 of the processor that stopped all others; 0: none */
};

/* A state of arch/ as the hypervisor is asked for it. */
struct arch_state;
void smp_context(const struct arch_state *state, struct hvsmp_context *out);
/* The same for the state in which a processor is to enter this block. */
void smp_context_of(const struct arch_cpu *block, struct hvsmp_context *out);

static inline struct cpu *smp_cpu(const struct smp *smp, size_t i)
{
	return smp->record[i]->owner;
}

/*
 * Boot processor, on any stack, own page tables active. Make the records, stacks and tables of all
 * processors, each from its own node's memory where there is some. A processor without memory is
 * left out with a warning; ERR_NO_MEMORY only if there is none for the boot processor itself.
 */
enum err smp_prepare(struct smp *smp, const struct smp_config *config,
		     const struct topology *topology, struct pages *pages);

/*
 * Boot processor. HvCallGetVpIndexFromApicId names another VP for it than its own register: one of
 * the two lies about this processor, which is a mismatch.
 */
void smp_doubt_bsp(struct smp *smp, uint32_t answer);

/*
 * Boot processor, before the first start: it is in this VTL, and processors are to be started there
 * too, by calls through this page, on the tables that are in use for new blocks.
 */
void smp_move(struct smp *smp, const struct hvsmp_interface *hv, uint8_t vtl);

/* Boot processor, its page open. Find VP indexes, once; what is odd about them is a warning. */
void smp_map(struct smp *smp);

/*
 * Boot processor, on its own stack. Find VP indexes, start everything by the ladder, wait within
 * the bounds, and enter every verdict into the ledger. may_call: config.hv is open, and hypercalls
 * may be used; smp->start.reason says why they were given up, if they were.
 */
void smp_start_all(struct smp *smp, bool may_call);

/*
 * Any processor, for a panic: stop all others that have arrived, by NMI, and wait a bounded time
 * for them. False: another processor was first; the caller parks.
 */
bool smp_stop_others(struct smp *smp);

enum machine_verdict { MACHINE_OK, MACHINE_DEGRADED, MACHINE_FAILED };

struct smp_summary {
	size_t expected, online;
	enum machine_verdict verdict;
	uint64_t bringup_ns;
};
/*
 * Boot processor, before the report: are those that came in still there? Each is sent an NMI and
 * has to answer within the deadline; one that does not was reset by somebody else (an INIT that was
 * under way, say), and is missing from then on.
 */
void smp_roll_call(struct smp *smp);
/*
 * Boot processor, right before the report: who came a second time, or at all, since smp_start_all
 * closed the ledger.
 */
void smp_look_again(struct smp *smp);
/*
 * hv_offered: the hypervisor says that it starts VPs by hypercall, and that was not ruled out by an
 * option: then a start by INIT-SIPI is a fallback.
 */
void smp_summarize(const struct smp *smp, bool hv_offered, struct smp_summary *out);

const char *machine_verdict_name(enum machine_verdict v);
