/* SPDX-License-Identifier: MIT */
/*
 * Processors: which there are, how each is started, and what became of it. The ledger - one record a
 * processor - is the one truth; every output is printed from it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi/acpi.h"
#include "arch/arch.h"
#include "hv/hv.h"
#include "lib/pages.h"

/* x86_64/context.c: a state of arch/ as the hypervisor is asked for it. */
void smp_context(const struct arch_state *state, struct hvsmp_context *out);

/* --- topology ---------------------------------------------------------------------------------- */

/*
 * Tables grow with what the firmware lists; the limits are there for firmware that lists nonsense.
 * Hyper-V has at most 2048 VPs in a partition.
 */
enum { SMP_MAX_CPUS = 4096, SMP_MAX_NODES = 256, SMP_MAX_MEMORY = 1024 };
enum { SMP_NUMA_UNKNOWN = 0xFFFFFFFF, SMP_UID_UNKNOWN = 0xFFFFFFFF };

struct topology_cpu {
	uint32_t apic_id;
	uint32_t uid;         /* ACPI processor uid; SMP_UID_UNKNOWN if the MADT does not list it */
	uint32_t numa;        /* proximity domain; SMP_NUMA_UNKNOWN */
	bool x2apic;          /* first seen in a type 9 entry */
	uint32_t chain, next; /* topology.c's own: processors whose APIC ids fall together */
};

struct topology_memory {
	struct page_range range;
	uint32_t numa;
};

struct topology {
	struct topology_cpu *cpu; /* the caller's array */
	size_t capacity, count;
	size_t bsp;      /* index of the boot processor */
	size_t disabled; /* entries that are not enabled, online-capable ones among them */
	size_t dropped;  /* enabled ones for which there was no room */
	struct topology_memory *memory; /* the caller's array; by the SRAT, of any order */
	size_t memory_capacity, memory_count, memory_dropped;
	bool incomplete; /* there may be more: no MADT, or one that could not be read to its end */
	uint64_t lapic_address;
	bool need_x2apic; /* an id above 254 is there */
};

/* How many records the tables want, at least 1 and within the limits: both capacities of *t. */
void topology_measure(struct topology *t, const struct acpi_table *madt,
		      const struct acpi_table *srat);

/*
 * Read the enabled processors, in the MADT's order, and NUMA domains. madt or srat may be NULL; the
 * capacities say how long the arrays are, that of processors at least 1. Everything odd is a warning in the log and costs at most its own entry; the BSP is always
 * there afterwards.
 */
void topology_read(struct topology *t, const struct acpi_table *madt, const struct acpi_table *srat,
		   uint32_t bsp_apic_id);

/* --- the ledger -------------------------------------------------------------------------------- */

enum cpu_method { CPU_METHOD_NONE, CPU_METHOD_FIRMWARE, CPU_METHOD_HV, CPU_METHOD_SIPI };

enum cpu_verdict {
	CPU_ONLINE,
	CPU_LATE,     /* came after its time: parked */
	CPU_MISSING,  /* was started and never came, or did not live long enough to prove itself */
	CPU_REFUSED,  /* no method would start it */
	CPU_MISMATCH, /* came as something else than was asked */
	CPU_ABSENT,   /* the MADT lists it, the hypervisor does not know it */
};

/* What the answer to the last 0x99 means for the next rung of the ladder. */
enum start_outcome {
	START_NONE,     /* not called */
	START_ACCEPTED, /* the VP is to come */
	START_REFUSED,  /* the VP is known not to have been started by the call */
	START_UNKNOWN,  /* it may run or not: no other method is tried */
};

/* What an arrival is held against; names in proof.c. */
enum proof_field {
	PROOF_VP_INDEX,
	PROOF_APIC_ID,
	PROOF_RSP,
	PROOF_RFLAGS,
	PROOF_CS,
	PROOF_DS,
	PROOF_ES,
	PROOF_FS,
	PROOF_GS,
	PROOF_SS,
	PROOF_TR,
	PROOF_LDTR,
	PROOF_FS_BASE,
	PROOF_GS_BASE,
	PROOF_GDTR_BASE,
	PROOF_GDTR_LIMIT,
	PROOF_IDTR_BASE,
	PROOF_IDTR_LIMIT,
	PROOF_CR0,
	PROOF_CR3,
	PROOF_CR4,
	PROOF_EFER,
	PROOF_PAT,
	PROOF_EXCEPTION, /* expected: rip; actual: vector */
	PROOF_ENTRIES,   /* how many processors came to this block */
};

struct cpu_mismatch {
	enum proof_field field;
	uint64_t expected, actual;
};

enum { CPU_MAX_MISMATCHES = 8, CACHE_LINE = 64 };

struct smp;
struct cpu;

/* --- calls: work that processors ask of each other, once they are up (call.c) ------------------- */

typedef void (*smp_call_fn)(struct cpu *self, void *arg);

/* How a processor is told that there is a call for it. */
enum ipi_way { IPI_CALL, IPI_CALL_SET, IPI_APIC, IPI_WAYS }; /* hypercall 0x0B, 0x15, local APIC */

enum { SMP_BARRIER_ROUNDS = 12 };
_Static_assert(1 << SMP_BARRIER_ROUNDS >= SMP_MAX_CPUS, "a barrier of all processors");

/* One processor's part in it. What processors wait for each other on lies in lines of its own. */
struct cpu_calls {
	/* The box: by who calls. */
	_Alignas(CACHE_LINE) uint32_t box; /* call.c */
	uint32_t lost; /* it has not answered in time: nobody calls it any more */
	smp_call_fn fn;
	void *arg;

	/* By itself. */
	_Alignas(CACHE_LINE)
		uint32_t beats; /* changes with each call that it takes or makes, and in barriers */
	uint32_t taken;         /* IPIs */
	uint32_t sent[IPI_WAYS]; /* messages and hypercalls, refused ones too */
	uint32_t announced;      /* processors that they were for */
	bool leaves;             /* smp_serve is to end */
	bool refused;            /* a hypercall was, with this answer */
	struct hvsmp_result refusal;

	/* A word a round: each by one other processor. */
	_Alignas(CACHE_LINE) uint32_t barrier[SMP_BARRIER_ROUNDS];
	uint32_t epoch; /* by itself */
};

/*
 * One processor. The fields lie in groups of cache lines by who writes them: the boot processor
 * before anything is started; the processor that starts it; the processor itself.
 */
struct cpu {
	struct smp *smp;
	uint32_t index; /* in smp->cpu */
	uint32_t apic_id, uid, numa;
	uint32_t node;     /* in smp->node */
	uint32_t vp_index; /* by 0x9A or the VP_INDEX MSR; HVSMP_VP_UNKNOWN */
	bool is_bsp;
	bool prepared; /* stacks and tables are there */
	uint32_t rank; /* in smp->member */
	enum hvsmp_map_state map_state;
	struct hvsmp_result
		map_answer;           /* of the 0x9A that decided; while map_state is not UNASKED */
	struct hvsmp_caller caller;   /* for the starts this processor makes */
	struct arch_state wanted;     /* as it is to arrive */
	struct hvsmp_context context; /* the same, as the hypervisor is asked for it */
	enum cpu_method method;
	enum cpu_verdict verdict;

	/* By its starter. */
	_Alignas(CACHE_LINE) uint32_t claim; /* handshake.h */
	enum start_outcome outcome;
	uint32_t starter;           /* index */
	uint32_t hv_calls;          /* 0x99 calls made for it */
	uint64_t call_ticks;        /* what the last of them took */
	struct hvsmp_result answer; /* to the last of them */
	uint64_t issued_tsc;

	/* By itself. */
	_Alignas(CACHE_LINE) uint32_t stage; /* handshake.h */
	uint64_t online_tsc;
	uint32_t found_vp_index; /* by its own VP_INDEX MSR */
	uint32_t mismatch_count; /* may exceed what is kept */
	uint32_t faulted;        /* an exception ended it */
	uint32_t stopped;        /* it has obeyed smp_stop_others */
	uint32_t nmis;           /* NMIs during bring-up */
	struct cpu_mismatch mismatch[CPU_MAX_MISMATCHES];

	_Alignas(CACHE_LINE) uint8_t arch[ARCH_CPU_SIZE];
	struct cpu_calls calls;
	_Alignas(256) uint8_t hv_input[768]; /* for the longest of HV_..._INPUT_SIZE */
};
_Static_assert(HVSMP_IPI_INPUT_SIZE <= sizeof(((struct cpu *)0)->hv_input), "fits");
_Static_assert(sizeof(struct cpu) <= PAGE_SIZE, "a processor's record is one page");

/* --- bring-up ---------------------------------------------------------------------------------- */

/* How INIT-SIPI goes about it. */
enum sipi_shape {
	SIPI_PARALLEL, /* INIT to each, one delay for all, a start-up IPI to each */
	SIPI_SERIAL,   /* one processor after the other, as the manual's sample code does it */
	SIPI_BROADCAST, /* two messages to all but the sender: smp_method_offered says where it may be */
};

struct sipi_policy {
	enum sipi_shape shape;
	uint64_t init_delay_ns; /* between INIT and the first start-up IPI */
};
enum { SIPI_INIT_DELAY_NS = 10000000 }; /* SDM volume 3, 9.4.4.1: 10 ms */

struct smp_config {
	bool use_hv, use_sipi, fanout;
	struct sipi_policy sipi;
	uint64_t deadline_ns;             /* without any progress */
	uint64_t cap_ns;                  /* altogether, for each method */
	bool has_vp_index;                /* the VP_INDEX MSR may be read */
	const struct hvsmp_interface *hv; /* NULL: the hypercall interface is not usable */
	const struct hvsmp_host *host;
	uint32_t vp_limit;
	bool ipi_by_call, ipi_by_set;   /* hypercalls that the hypervisor recommends for IPIs */
	uint64_t low_page;              /* 0: INIT-SIPI is impossible */
	void (*after)(struct cpu *cpu); /* what an AP does once it has proved itself; may be NULL */
	/* Called by the boot processor while it waits for others, to show how far they are; may be NULL. */
	void (*progress)(const struct smp *smp);
};

/*
 * The processors of one NUMA node, as the fan-out starts them: the leader from outside, the others,
 * smp->order[next] to smp->order[end - 1], by those of the node that are up.
 */
struct smp_node {
	uint32_t numa;
	uint32_t leader;     /* index in smp->cpu; SMP_NO_LEADER: none of them can be started */
	uint32_t begin, end; /* its part of smp->order */
	_Alignas(CACHE_LINE) uint32_t next; /* drawn by atomic adds */
};
#define SMP_NO_LEADER UINT32_MAX

struct smp {
	struct smp_config config;
	struct cpu **cpu;
	size_t count;
	struct smp_node *node; /* 0: the boot processor's */
	uint32_t nodes;
	uint32_t *order;    /* indexes in smp->cpu, node by node */
	size_t free_before; /* free pages before the first of them was taken for processors */
	size_t left_out; /* enabled processors without a record: no room in the table, no memory */
	size_t disabled; /* topology.disabled */
	bool incomplete; /* topology.incomplete */
	struct cpu *bsp;
	struct pages *pages;
	struct hvsmp_map_info map;
	char hv_reason[HVSMP_REASON_SIZE]; /* why 0x99 was given up, "" if it was not */
	uint64_t start_tsc, end_tsc;
	uint64_t all_in_tsc; /* when the boot processor knew of all arrivals; 0: it did not look */
	uint64_t map_ticks;  /* what finding the VP indexes took */
	bool hv_ready, sipi_ready; /* for rounds */
	uint32_t ipis;             /* messages for INIT-SIPI: sent, whoever they reached */

	struct cpu **member; /* who takes part in calls, by rank */
	size_t members;
	struct cpu **callees;    /* room for a broadcast's */
	uint32_t barrier_broken; /* somebody did not come: no barrier holds until smp_gather */
	uint32_t no_ipi_call;    /* a hypercall for an IPI was refused: no more of them */

	uint32_t starting; /* bring-up is under way */
	uint32_t stopper;  /* index + 1 of the processor that stopped all others; 0: none */

	_Alignas(CACHE_LINE) uint32_t next_node; /* whose leader is the next target */
	_Alignas(CACHE_LINE) uint32_t stop; /* 0x99 is of no use here: start nothing more by it */
};

/*
 * Boot processor, on any stack, own page tables active. Make the records, stacks and tables of all
 * processors, each from its own node's memory where there is some. A processor without memory is left out with a warning; ERR_NO_MEMORY only if the boot
 * processor itself cannot be had.
 */
enum err smp_prepare(struct smp *smp, const struct smp_config *config,
		     const struct topology *topology, struct pages *pages);

/*
 * Boot processor, on its own stack. Find VP indexes, start everything by the ladder, wait within
 * the bounds, and enter every verdict into the ledger.
 */
void smp_start_all(struct smp *smp);

/*
 * Any processor, for a panic: stop all others that have arrived, by NMI, and wait a bounded time for
 * them. False: another processor was first; the caller parks.
 */
bool smp_stop_others(struct smp *smp);

/*
 * What an AP does that is to be called: config.after. Ends when smp_dismiss says so.
 */
void smp_serve(struct cpu *self);

/*
 * Boot processor, after smp_start_all; again when somebody was lost, and nobody is in a call. All who
 * are online and not lost are members. ERR_NO_MEMORY.
 */
enum err smp_gather(struct smp *smp);

/*
 * Members, on each other: run fn(cpu, arg) there, and wait until it has. Whoever waits takes calls
 * meanwhile; calls made inside calls must not go round in a circle.
 * ERR_TIMEOUT: no answer in time; it is lost from now on, and fn may still run: arg must stay.
 * ERR_NOT_FOUND: not a member, or lost before.
 */
enum err smp_call(struct cpu *cpu, smp_call_fn fn, void *arg);

/* Boot processor: every member runs fn, itself too. How many did not, in time. */
size_t smp_broadcast(struct smp *smp, smp_call_fn fn, void *arg);

/* All members, in a broadcast: nobody goes on before all are here. False: somebody did not come in time. */
bool smp_barrier(struct cpu *self);

/* Boot processor: the others need not serve any more. */
void smp_dismiss(struct smp *smp);

/* --- rounds: the same start again, by one method or another, to be measured ---------------------- */

enum smp_method {
	SMP_HV_SERIAL, /* 0x99 by the boot processor alone */
	SMP_HV_FANOUT, /* 0x99 by everybody who is up */
	SMP_SIPI_SERIAL,
	SMP_SIPI_PARALLEL,
	SMP_SIPI_BROADCAST,
	SMP_METHODS,
};
const char *smp_method_name(enum smp_method method); /* "hv-serial" ... */

/* Boot processor, once, instead of smp_start_all: everything that can be done before a start. */
void smp_rounds_prepare(struct smp *smp);

/*
 * Before the first round or after smp_round_undo: may this method be tried here? False: reason says why not, or why not any more.
 * needs_delay: INIT has to be followed by the manual's delay, which a broadcast does without.
 */
bool smp_method_offered(const struct smp *smp, enum smp_method method, bool needs_delay,
			char reason[HVSMP_REASON_SIZE]);

/*
 * Boot processor: start everything by this method, wait, and enter the verdicts into the ledger.
 * Times are from smp->start_tsc on: the first call or message, nothing before it.
 */
void smp_round(struct smp *smp, enum smp_method method);

/*
 * Boot processor, after a round: all processors back to wait-for-SIPI by INIT, and their records as
 * before a start. False, with nothing done: one of them is not known to be parked or never to have
 * been started, so it could come in when it is not expected. reason says which.
 */
bool smp_round_undo(struct smp *smp, char reason[HVSMP_REASON_SIZE]);

enum machine_verdict { MACHINE_OK, MACHINE_DEGRADED, MACHINE_FAILED };

struct smp_summary {
	size_t expected, online;
	enum machine_verdict verdict;
	uint64_t bringup_ns;
};
/*
 * hv_offered: the hypervisor says that it starts VPs by hypercall and nobody asked to do without:
 * then a start by INIT-SIPI is a fallback.
 */
void smp_summarize(const struct smp *smp, bool hv_offered, struct smp_summary *out);

/* How far a processor is, at any time; the verdict says more, but only after smp_start_all. */
enum cpu_progress {
	CPU_WAITING,  /* nobody has started it yet */
	CPU_STARTING, /* on its way: cpu->method says how */
	CPU_UP,       /* it is in and has proved itself, with or without mismatches */
	CPU_LOST,     /* an exception ended it, or its time was over */
};
enum cpu_progress cpu_progress(const struct cpu *cpu);

/* When the processor came in, as a time stamp; 0 if it is not there to stay. */
uint64_t cpu_online_tsc(const struct cpu *cpu);

const char *cpu_method_name(enum cpu_method m);
const char *cpu_verdict_name(enum cpu_verdict v);
const char *machine_verdict_name(enum machine_verdict v);
const char *proof_field_name(enum proof_field f);
