/* SPDX-License-Identifier: MIT */
/*
 * What the files of conform/ offer each other. A row is one line of a document's table: it begins,
 * makes calls, adds what it has to say, and ends; its last call's answer is the row's answer.
 */
#pragma once

#include "conform/conform.h"
#include "hv/x86_64/tlfs.h"
#include "lib/json.h"
#include "lib/log.h"

/* --- rows (rows.c) ---------------------------------------------------------------------------- */

/* Statuses that a row may allow. */
enum allow {
	ALLOW_SUCCESS = 1 << 0,
	ALLOW_NO_CALL = 1 << 1,      /* INVALID_HYPERCALL_CODE */
	ALLOW_INPUT = 1 << 2,        /* INVALID_HYPERCALL_INPUT */
	ALLOW_ALIGNMENT = 1 << 3,    /* INVALID_ALIGNMENT */
	ALLOW_PARAMETER = 1 << 4,    /* INVALID_PARAMETER */
	ALLOW_DENIED = 1 << 5,       /* ACCESS_DENIED */
	ALLOW_PARTITION_ID = 1 << 6, /* INVALID_PARTITION_ID */
	ALLOW_VP_INDEX = 1 << 7,     /* INVALID_VP_INDEX */
	ALLOW_VP_STATE = 1 << 8,     /* INVALID_VP_STATE */
	ALLOW_REGISTER = 1 << 9,     /* INVALID_REGISTER_VALUE */
	ALLOW_VTL_STATE = 1 << 10,   /* INVALID_VTL_STATE */
	ALLOW_VTL_ENABLED = 1 << 11, /* VTL_ALREADY_ENABLED */
	ALLOW_COUNT = 12,
};

/* ROW_ERROR: the row says nothing about the hypervisor, because the test itself is wrong. */
enum row_outcome { ROW_PASSED, ROW_FAILED, ROW_SKIPPED, ROW_ERROR };

enum { ROW_NOTE_SIZE = 112 };

struct row_result {
	const char *name; /* the document's row, and what was done */
	uint16_t code;    /* of the call it belongs to */
	enum row_outcome outcome;
	unsigned int allowed; /* ALLOW_...; 0: the row makes no call of its own */
	unsigned int calls;
	struct hvsmp_result answer; /* of the last call */
	bool wrong;                 /* something besides the status is not as it must be */
	bool error;                 /* row_error */
	char note[ROW_NOTE_SIZE];
};

struct bench;

void row_begin(struct bench *b, uint16_t code, const char *name, unsigned int allowed);
struct hvsmp_result row_call(struct bench *b, uint64_t control, uint64_t input, uint64_t output);
/* A call that another processor has made for this row. */
void row_add_call(struct bench *b, struct hvsmp_result answer);
/* The row fails whatever the status is, unless the status itself is wrong: then that is said. */
void row_wrong(struct bench *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The row cannot be judged, whatever was answered: the test lacked something. */
void row_error(struct bench *b, const char *reason);
/* Something to know about a row that passes. */
void row_note(struct bench *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Judges, prints, and counts. */
void row_end(struct bench *b);
/* Ends a row whose call is not there: skipped. */
void row_end_not_offered(struct bench *b, const char *reason);
/* A whole row that is not made. */
void row_skip(struct bench *b, uint16_t code, const char *name, const char *reason);
/* Did the row's last call answer success? */
bool row_succeeded(const struct bench *b);

void rows_json(struct json *j, const struct bench *b);

/* --- the bench (bench.c) ---------------------------------------------------------------------- */

enum vp_use { VP_WAITS, VP_RUNS, VP_LOST };

struct bench_vp {
	uint32_t apic_id;
	uint32_t vp_index; /* HVSMP_VP_UNKNOWN until 0x9A has told it */
	enum vp_use use;
};

struct landing;

enum { BENCH_MAX_ROWS = 256 };

struct bench {
	const struct conform_input *in;
	const char *map_skip, *start_skip; /* why no row of 0x9A, of 0x99, can be made; NULL */
	bool map_denied, start_denied;     /* the privilege is withheld: only that row is made */
	bool start_known;                  /* 0x99 was seen not to answer "no such call" */
	uint8_t *input, *output;           /* two pages each */
	uint8_t *errand;                   /* parameter page of a VP that makes a call */
	uint32_t nobody;                   /* an APIC id that no processor has */
	struct bench_vp *vp;               /* the APs */
	size_t vp_count;
	unsigned int step;       /* words from one element of 0x9A to the next; 0: not known */
	struct landing *landing; /* where the next VP comes down */
	bool init_works;         /* INIT makes a VP that ran startable again */
	struct row_result *row;
	unsigned int rows;
};

/* The boot processor, as 0x9A is given it. */
static inline uint32_t bench_bsp(const struct bench *b)
{
	return (uint32_t)b->in->hw_id[b->in->bsp];
}

enum err bench_prepare(struct bench *b, const struct conform_input *in);
/* An AP that waits to be started, by its index; NULL if none is left. */
struct bench_vp *bench_waiting_vp(struct bench *b);
/* INIT to a VP that runs, which then waits. False: the APIC did not take it. */
bool bench_init_vp(struct bench_vp *vp);
/* An AP that a start has brought into the kernel; NULL. */
struct bench_vp *bench_running_vp(struct bench *b);
/* Is this the VP index of a processor that we know of? */
bool bench_has_vp_index(const struct bench *b, uint32_t vp_index);
/* Beyond what leaf 0x40000005 tells; some read it as the highest index. */
uint32_t bench_limit_index(const struct bench *b);
/* Has every processor that we know of a VP index that we know of? */
bool bench_knows_all(const struct bench *b);

/* Where a parameter block is put. */
enum place {
	PLACE_OURS,    /* in the bench's own pages */
	PLACE_NOWHERE, /* beyond every guest-physical address space */
	PLACE_CODE,    /* on the hypercall page */
	PLACE_INPUT,   /* where the input block is */
};

/* Its guest-physical address; at: from the beginning of the page. */
uint64_t bench_gpa(const struct bench *b, enum place place, const uint8_t *ours, uint32_t at);

/* --- landing (landing.c) ---------------------------------------------------------------------- */

/* A block, used once, on which a started VP arrives, writes down what it finds, and parks. */
struct landing {
	_Alignas(64) uint8_t arch[ARCH_CPU_SIZE];
	struct hvsmp_context wanted, found;
	uint32_t apic_id, vp_index; /* as the VP itself reads them */
	uint32_t landed;            /* it has written all of the above */
	uint32_t faulted;           /* exception vector + 1 */
	uint64_t errand;            /* 0, or input of a 0x99 that the VP makes before it is done */
	struct hvsmp_result errand_result;
};

/* Take the machine's fault handler: an exception on a VP ends that VP only. */
void landing_init(const struct conform_input *in);
/* Fresh ground for the next VP. ERR_NO_MEMORY */
enum err landing_renew(struct bench *b);
/* Wait, bounded, until it is there. False: it faulted, or never came. */
bool landing_await(const struct bench *b, const struct landing *l);
/* Spend some time. */
void landing_pause(uint64_t ns);

/* --- 0x99 (start.c) --------------------------------------------------------------------------- */

enum start_target {
	TARGET_WAITING,    /* an AP that has not been started */
	TARGET_RUNNING,    /* one that has */
	TARGET_INITED,     /* one that has, and is sent an INIT first */
	TARGET_SELF,       /* the caller, by its index */
	TARGET_LIMIT,      /* the first index that cannot be */
	TARGET_GAP,        /* one below the limit that no processor has */
	TARGET_WIDE,       /* a waiting AP's index with another bit in its upper half */
	TARGET_CONST_SELF, /* HVSMP_VP_INDEX_SELF */
	TARGET_CONST_ANY,  /* HVSMP_VP_INDEX_ANY */
};

/* A little-endian field of the input block: value = (value & ~clear) | set. */
struct change {
	uint16_t offset, size; /* size 0: no change */
	uint64_t clear, set;
};

struct start_row {
	const char *name;
	unsigned int allowed;
	enum start_target target;
	uint64_t partition_flip; /* bits of HVSMP_PARTITION_SELF to turn over */
	uint8_t vtl;
	uint64_t control; /* further bits of the control word */
	enum place input;
	uint32_t input_at;
	uint64_t output; /* a simple call has none: whatever is said must be ignored */
	struct change change;
	bool dangerous; /* should it be accepted, the VP may be lost, or the machine */
};

void start_row(struct bench *b, const struct start_row *row);

/* --- the tables, one file each ---------------------------------------------------------------- */

void map_rows(struct bench *b);
void map_list_rows(struct bench *b);
void start_rows(struct bench *b);
void arrival_rows(struct bench *b);
void vtl_rows(struct bench *b);
void register_rows(struct bench *b);
