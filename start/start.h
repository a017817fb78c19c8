/* SPDX-License-Identifier: MIT */
/*
 * Starting many processors: the second layer of the library. The caller brings its processors, each
 * with the complete state it is to begin in and a parameter block of its own; this layer maps them
 * to VPs, starts them by HvCallStartVirtualProcessor from every processor that is up, waits within
 * bounds, and leaves in each record what became of it. For those that are known not to have been
 * started there may be a second rung: INIT-SIPI, or the caller's own.
 *
 * What a caller does, in this order:
 *
 *     boot processor   hvsmp_start_init     records, order of the fan-out
 *                      hvsmp_start_map      VP indexes
 *                      hvsmp_start_calls    start, wait, settle
 *                      hvsmp_start_second   the same by another method, for the rest
 *     each AP          hvsmp_arrive         may I come in? if not, park
 *                      hvsmp_fan_out        start others
 *                      hvsmp_prove          done: the boot processor waits for this
 *
 * What became of a processor is then in its record: hvsmp_stage_of is PROVED if it is up, ARRIVED
 * if it came in and is not done, REVOKED or LATE if it did not come in time; in IDLE it is known
 * not to have been started, and map_answer or answer says why.
 *
 * Processors are started in the VTL of their starter's caller. Above VTL 0 each is given that VTL
 * first (HvCallEnableVpVtl), and there is no second rung: INIT and start-up IPIs reach VTL 0 alone.
 *
 * No stacks, page tables, logs or interrupts are known here. C11 and C++17.
 */
#pragma once

#include "hv/hv.h"
#include "start/deadline.h"
#include "start/handshake.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HVSMP_CACHE_LINE __attribute__((aligned(64)))
#define HVSMP_NO_LEADER  0xFFFFFFFFU

struct hvsmp_start;
struct hvsmp_cpu;
struct hvsmp_rung;

/* What this layer needs of the system around it, besides struct hvsmp_host. */
struct hvsmp_start_host {
	void *ctx;
	uint64_t (*ticks)(void *ctx);  /* a time stamp of the calling processor, never 0 */
	uint64_t (*now_ns)(void *ctx); /* boot processor; may stand still, waits end all the same */
	void (*pause)(void *ctx);      /* any processor that waits */
	void (*idle)(void *ctx);       /* boot processor, while it waits for others; may be NULL */
};

/* What the answer to the last 0x99 means for the next rung. */
enum hvsmp_outcome {
	HVSMP_OUTCOME_NONE,     /* not called */
	HVSMP_OUTCOME_ACCEPTED, /* the VP is to come */
	HVSMP_OUTCOME_REFUSED,  /* the VP is known not to have been started by the call */
	HVSMP_OUTCOME_RUNNING,  /* something runs there. Only until the wait ends */
	HVSMP_OUTCOME_UNKNOWN,  /* it may run or not: no other method is tried */
};

enum hvsmp_method {
	HVSMP_METHOD_NONE,
	HVSMP_METHOD_FIRMWARE,  /* the boot processor */
	HVSMP_METHOD_HYPERCALL, /* 0x99 */
	HVSMP_METHOD_SECOND,    /* the second rung */
};

/*
 * One processor. The fields lie in groups of cache lines by who writes them: the boot processor
 * before anything is started; the processor that starts it; the processor itself.
 */
struct hvsmp_cpu {
	/* The caller's. */
	uint64_t hw_id;               /* APIC id */
	void *owner;                  /* whatever the caller wants to find from here */
	uint32_t node;                /* NUMA node, 0 to hvsmp_start.nodes - 1 */
	bool prepared;                /* false: it has no stack, say, and is not to be started */
	struct hvsmp_caller caller;   /* for the starts that this processor makes; its VTL */
	struct hvsmp_context context; /* the state it begins in */

	/* By the boot processor. */
	struct hvsmp_start *start;
	uint32_t index;    /* in hvsmp_start.cpu */
	uint32_t vp_index; /* by 0x9A; HVSMP_VP_UNKNOWN */
	bool is_bsp;
	enum hvsmp_map_state map_state;
	struct hvsmp_result map_answer; /* of the 0x9A that decided; not while UNASKED */
	enum hvsmp_method method;

	/* By its starter. */
	HVSMP_CACHE_LINE uint32_t claim; /* handshake.h */
	enum hvsmp_outcome outcome;
	uint32_t starter;    /* index */
	uint32_t taken_over; /* times the claim was taken from another starter */
	uint32_t calls;      /* 0x99 calls made for it */
	struct hvsmp_result
		answer;     /* to the last of them; or the refusal of one that took effect */
	uint32_t vtl_calls; /* 0x0F calls made for it; none in VTL 0 */
	struct hvsmp_result vtl_answer; /* to the last of them */
	uint64_t call_ticks;            /* what the last of them took */
	uint64_t issued;                /* time stamp of the first of them; 0: never */

	/* By itself. */
	HVSMP_CACHE_LINE uint32_t stage; /* handshake.h */
	uint32_t lost;                   /* it came in and ended before it was done: hvsmp_lose */
	uint64_t arrived;                /* time stamp, also of one that was not let in */
};

/*
 * The processors of one NUMA node, as the fan-out starts them: the leader from outside, the others,
 * start->order[next] to start->order[end - 1], by those of the node that are up.
 */
struct hvsmp_node {
	uint32_t leader;                /* index; HVSMP_NO_LEADER: none of them can be started */
	uint32_t begin, end;            /* its part of the order */
	HVSMP_CACHE_LINE uint32_t next; /* drawn by atomic adds */
};

struct hvsmp_start_config {
	const struct hvsmp_start_host *host;
	const struct hvsmp_interface *hv; /* NULL: no hypercalls */
	uint32_t vp_limit;                /* VP indexes are below it; 0: not told */
	uint64_t deadline_ns;             /* without any progress */
	uint64_t cap_ns;                  /* altogether, for each rung */
	const struct hvsmp_rung *second;  /* NULL: none */
	void *second_ctx;
};

/* Memory of the caller's, for as long as processors are being started. */
struct hvsmp_start_memory {
	struct hvsmp_node *node; /* one for each node */
	uint32_t *order;         /* one for each processor */
};

/* Memory of the caller's for hvsmp_start_map alone. */
struct hvsmp_map_memory {
	struct hvsmp_map_entry *entries;   /* one for each processor */
	struct hvsmp_memory input, output; /* a page each */
};

/* How one run goes about it. */
struct hvsmp_policy {
	bool fan_out; /* false: the boot processor makes every call itself */
	/* May be NULL. Boot processor, when it has nothing more to start and begins to wait. */
	void (*waiting)(struct hvsmp_start *start, bool (*is_coming)(const struct hvsmp_cpu *cpu),
			void *ctx);
	void *ctx;
};

/*
 * A second rung: started for those for which hvsmp_is_candidate holds. prepare is called once,
 * before the first run; false: impossible here, and the rung is not tried. run starts and waits,
 * within bounds, and lets no processor in afterwards; it says in start->gave_up_second how the wait
 * ended.
 */
struct hvsmp_rung {
	bool (*prepare)(struct hvsmp_start *start, void *ctx);
	void (*run)(struct hvsmp_start *start, void *ctx, const struct hvsmp_policy *policy);
};

enum hvsmp_readiness { HVSMP_UNTRIED, HVSMP_READY, HVSMP_IMPOSSIBLE };

struct hvsmp_start {
	const struct hvsmp_start_config *config;
	struct hvsmp_cpu **cpu; /* the caller's array; each record wherever the caller likes */
	uint32_t count;
	struct hvsmp_cpu *bsp;
	struct hvsmp_start_memory memory;
	uint32_t nodes; /* the boot processor is in node 0 */
	bool fan_out;   /* of the last run by hypercall */

	enum hvsmp_readiness calls, second; /* map has succeeded; the second rung is prepared */
	struct hvsmp_map_info map;
	uint64_t map_ticks;             /* what 0x9A took */
	char reason[HVSMP_REASON_SIZE]; /* why 0x99 was given up, "" if it was not */
	/* Why the last wait ended, by hypercall and by the second rung; RUNNING: all settled. */
	enum hvsmp_deadline_end gave_up, gave_up_second;

	HVSMP_CACHE_LINE uint32_t next_node; /* whose leader is the next target */
	HVSMP_CACHE_LINE uint32_t stop;      /* 0x99 is of no use here: start nothing more by it */
};

/* --- boot processor --------------------------------------------------------------------------- */

/*
 * Take over the caller's records: zero but for the caller's fields; `cpu[bsp]` is the calling
 * processor, every node number is below `nodes`. The config must stay. Nothing is called yet.
 */
void hvsmp_start_init(struct hvsmp_start *start, const struct hvsmp_start_config *config,
		      const struct hvsmp_start_memory *memory, struct hvsmp_cpu **cpu,
		      uint32_t count, uint32_t bsp, uint32_t nodes);

/*
 * Find the VP index of every processor, once; start->calls then says whether starts by hypercall
 * are possible. Errors are those of hvsmp_map, and HVSMP_ERROR_NO_MEMORY if a part of *memory is
 * missing, with start->reason. An error behind the first answers costs only what is behind it: the
 * result is HVSMP_OK.
 */
enum hvsmp_error hvsmp_start_map(struct hvsmp_start *start, const struct hvsmp_map_memory *memory);

/*
 * Start by hypercall every processor whose VP index is known. Comes back when each is settled or
 * its time is over; from then on none of them is let in any more. Nothing happens unless
 * start->calls is HVSMP_READY.
 */
void hvsmp_start_calls(struct hvsmp_start *start, const struct hvsmp_policy *policy);

/* The second rung, for every processor that no call is known to have started; in VTL 0 alone. */
void hvsmp_start_second(struct hvsmp_start *start, const struct hvsmp_policy *policy);

/* Prepare the second rung, once; later calls only say again how it went. */
bool hvsmp_start_prepare_second(struct hvsmp_start *start);

/*
 * Everything as before the first run. Only when no processor is left that could touch a word: each
 * has proved itself and parks, or is known never to have been started.
 */
void hvsmp_start_renew(struct hvsmp_start *start);

/* --- the processor that is started ------------------------------------------------------------ */

/*
 * First thing: true, come in; false, park. Inline, because all that lies before it is paid by every
 * processor. now: its time stamp.
 */
static inline bool hvsmp_arrive(struct hvsmp_cpu *self, uint64_t now)
{
	/*
	 * Written before the stage, which publishes it; but one that nobody invited finds no stage
	 * to move, and its time is looked at all the same.
	 */
	__atomic_store_n(&self->arrived, now, __ATOMIC_RELAXED);
	return hvsmp_stage_arrive(&self->stage);
}

/*
 * Start others, if the policy says so. Any processor that is up; returns when nothing is left to
 * draw.
 */
void hvsmp_fan_out(struct hvsmp_cpu *self);

/* It has done what its system wanted of it first; the boot processor's wait for it ends. */
static inline void hvsmp_prove(struct hvsmp_cpu *self)
{
	(void)hvsmp_stage_prove(&self->stage);
}

/* From its exception handler, before hvsmp_prove: it is not going to be done any more. */
static inline void hvsmp_lose(struct hvsmp_cpu *self)
{
	__atomic_store_n(&self->lost, 1, __ATOMIC_RELEASE);
}

/* --- looks, from any processor ---------------------------------------------------------------- */

static inline enum hvsmp_stage hvsmp_stage_of(const struct hvsmp_cpu *cpu)
{
	return (enum hvsmp_stage)hvsmp_handshake_read(&cpu->stage);
}

static inline bool hvsmp_is_lost(const struct hvsmp_cpu *cpu)
{
	return __atomic_load_n(&cpu->lost, __ATOMIC_ACQUIRE);
}

/* Is it in? */
static inline bool hvsmp_has_arrived(const struct hvsmp_cpu *cpu)
{
	enum hvsmp_stage stage = hvsmp_stage_of(cpu);

	return stage == HVSMP_STAGE_ARRIVED || stage == HVSMP_STAGE_PROVED;
}

/* Has its starter finished with it? Only then is what it wrote about the call to be read. */
static inline bool hvsmp_is_done(const struct hvsmp_cpu *cpu)
{
	return hvsmp_claim_phase(hvsmp_handshake_read(&cpu->claim)) == HVSMP_CLAIM_DONE;
}

/* Has it the VTL that it is to be started in, by its starter's own call? */
static inline bool hvsmp_has_vtl(const struct hvsmp_cpu *cpu)
{
	return cpu->vtl_calls &&
	       (hvsmp_answers(&cpu->vtl_answer, HVSMP_STATUS_SUCCESS) ||
		hvsmp_answers(&cpu->vtl_answer, HVSMP_STATUS_VTL_ALREADY_ENABLED));
}

/* Was it refused the VTL, so that 0x99 was not called for it? */
static inline bool hvsmp_vtl_failed(const struct hvsmp_cpu *cpu)
{
	return cpu->vtl_calls && !hvsmp_has_vtl(cpu);
}

/* Was a call made for it without bringing it in, as far as its starter knows? */
static inline bool hvsmp_call_failed(const struct hvsmp_cpu *cpu)
{
	return hvsmp_is_done(cpu) &&
	       (cpu->outcome == HVSMP_OUTCOME_REFUSED || cpu->outcome == HVSMP_OUTCOME_UNKNOWN) &&
	       !hvsmp_has_arrived(cpu);
}

/* --- for a second rung ------------------------------------------------------------------------ */

/* May it be started by another method: known not to have been started, and not absent? */
bool hvsmp_is_candidate(const struct hvsmp_cpu *cpu);
/* From here on it may come in, by the second rung. */
void hvsmp_invite(struct hvsmp_cpu *cpu);
/* Has it been invited by the second rung, and is it still to come? */
bool hvsmp_is_awaited(const struct hvsmp_cpu *cpu);
/*
 * Wait until all that were invited have come and are done, nothing happens for patience_ns, or the
 * cap. HVSMP_DEADLINE_RUNNING: all are done.
 */
enum hvsmp_deadline_end hvsmp_await_invited(struct hvsmp_start *start, uint64_t patience_ns,
					    uint64_t cap_ns);
/* Those that have not come are not to come any more. */
void hvsmp_revoke_invited(struct hvsmp_start *start);

/* --- the host's functions, called ------------------------------------------------------------- */

static inline uint64_t hvsmp_ticks(const struct hvsmp_start *s)
{
	return s->config->host->ticks(s->config->host->ctx);
}

static inline uint64_t hvsmp_now(const struct hvsmp_start *s)
{
	return s->config->host->now_ns(s->config->host->ctx);
}

static inline void hvsmp_pause(const struct hvsmp_start *s)
{
	s->config->host->pause(s->config->host->ctx);
}

/* A pause of the boot processor. */
static inline void hvsmp_idle(const struct hvsmp_start *s)
{
	const struct hvsmp_start_host *host = s->config->host;

	if (host->idle)
		host->idle(host->ctx);
	host->pause(host->ctx);
}

#ifdef __cplusplus
}
#endif
