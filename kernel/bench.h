/* SPDX-License-Identifier: MIT */
/* mode=bench: what the files of the benchmark share. Private to kernel/. */
#pragma once

#include "kernel/platform.h"
#include "smp/rounds.h"

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

struct bench {
	struct platform *platform;
	struct smp *smp;
	uint32_t rounds;      /* asked for */
	unsigned int methods; /* likewise: bits */
	struct bench_method method[SMP_METHODS];
	uint64_t bytes_per_cpu; /* taken for processors, besides their stacks */
	uint64_t call_ticks; /* one 0x99, median of the last round by hypercall; 0: none was made */
	enum machine_verdict verdict;
	uint64_t *scratch; /* one a processor */
};

/* bench_stats.c. The median round by total; NULL if there is none. */
const struct bench_round *stats_middle_round(const struct bench_method *m, uint64_t *scratch);
/* The method with the shortest median round; SMP_METHODS if there was no round. */
enum smp_method stats_best(const struct bench *b);

/* bench_table.c, bench_json.c */
void bench_table(const struct bench *b);
void bench_json(const struct bench *b);
