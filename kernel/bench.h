/* SPDX-License-Identifier: MIT */
/* mode=bench: what the files of the benchmark share. Private to kernel/. */
#pragma once

#include "kernel/platform.h"
#include "smp/rounds.h"

struct kernel;

/* One round, in ticks of the time stamp counter since its first call or message. */
struct bench_round {
	size_t online;                     /* processors, the boot processor included */
	uint64_t first, median, p95, last; /* arrivals */
	uint64_t total;                    /* until the boot processor knew of all */
	uint32_t hypercalls, ipis;
};

/* One processor of a round; the same ticks. */
struct bench_cpu {
	uint32_t starter; /* index */
	bool is_in;
	uint64_t issued, first, online;
};

struct bench_method {
	bool offered;
	char reason[HVSMP_REASON_SIZE]; /* why it is not, or no longer, offered; "" */
	size_t done;
	struct bench_round *round; /* as many as were asked for */
	struct bench_cpu *cpu;     /* of the last round: one a processor */
};

/* VTL 1: x86_64/bench_vtl.c. */
struct bench_vtl {
	struct bench_method method; /* one round at most */
	struct bench_round round;
	uint64_t start_ticks;  /* one 0x99 there, median; 0: none was made */
	uint32_t switches;     /* VtlCalls, each with its VtlReturn */
	uint64_t switch_ticks; /* one of them, median */
};

struct bench {
	struct platform *platform;
	struct smp *smp;
	uint32_t rounds;      /* asked for */
	unsigned int methods; /* likewise: bits */
	struct bench_method method[SMP_METHODS];
	struct bench_vtl vtl;
	uint64_t bytes_per_cpu; /* taken for processors, besides their stacks */
	uint64_t call_ticks; /* one 0x99, median of the last round by hypercall; 0: none was made */
	enum machine_verdict verdict;
	uint64_t *scratch; /* one a processor */
};

/* bench.c: a round that is over, in figures and in the verdict, and its 0x99 in the middle. */
struct bench_round bench_measure(const struct bench *b, uint64_t all_in);
void bench_judge(struct bench *b);
uint64_t bench_middle_call(const struct bench *b);

/* x86_64/bench_vtl.c: behind all rounds. */
void bench_vtl(struct bench *b, struct kernel *k);

/* bench_stats.c. The median round by total; NULL if there is none. */
const struct bench_round *stats_middle_round(const struct bench_method *m, uint64_t *scratch);
/* The method with the shortest median round; SMP_METHODS if there was no round. */
enum smp_method stats_best(const struct bench *b);

/* bench_table.c, bench_json.c */
void bench_table(const struct bench *b);
void bench_json(const struct bench *b);
