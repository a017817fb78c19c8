/* SPDX-License-Identifier: MIT */
/* One processor of this kernel: its record in the ledger, one page, the one truth about it. */
#pragma once

#include "arch/arch.h"
#include "smp/topology.h"
#include "start/start.h"

enum cpu_verdict {
	CPU_ONLINE,
	CPU_LATE,     /* came after its time: parked */
	CPU_MISSING,  /* was started and never came, or did not live long enough to prove itself */
	CPU_REFUSED,  /* no method would start it */
	CPU_MISMATCH, /* came as something else than was asked */
	CPU_ABSENT,   /* the MADT lists it, the hypervisor does not know it */
};

/* What an arrival is held against. From PROOF_REGISTERS on: arch/'s registers. */
enum proof_field {
	PROOF_VP_INDEX,
	PROOF_HW_ID,
	PROOF_EXCEPTION, /* expected: where; actual: which */
	PROOF_ENTRIES,   /* how many processors came to this block */
	PROOF_VTL,       /* by VsmVpStatus; actual: CPU_VTL_UNKNOWN if it is not told */
	PROOF_REGISTERS,
};

struct cpu_mismatch {
	unsigned int field; /* enum proof_field */
	uint64_t expected, actual;
};

enum { CPU_MAX_MISMATCHES = 8, CACHE_LINE = 64, CPU_VTL_UNKNOWN = 0xFF };

struct smp;
struct cpu;

typedef void (*smp_call_fn)(struct cpu *self, void *arg);

/* How a processor is told that there is a call for it. */
enum ipi_way {
	IPI_BY_MASK,
	IPI_BY_SET,
	IPI_BY_NOTIFY,
	IPI_WAYS
}; /* hypercall 0x0B, 0x15, local APIC */

enum { SMP_BARRIER_ROUNDS = 12 };
_Static_assert(1 << SMP_BARRIER_ROUNDS >= SMP_MAX_CPUS, "a barrier of all processors");

/* Its part in calls (calls.h). What processors wait for each other on lies in lines of its own. */
struct cpu_calls {
	/* The box: by the caller. */
	_Alignas(CACHE_LINE) uint32_t box; /* call.c */
	uint32_t lost; /* it has not answered in time, and is not called any more */
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

struct cpu {
	struct hvsmp_cpu start; /* how it is started; its own lines first */

	/* By the boot processor. */
	_Alignas(CACHE_LINE) struct smp *smp;
	uint32_t uid, numa;
	uint32_t rank; /* in smp->member */
	enum cpu_verdict verdict;
	bool handed_over; /* to a payload, and out of this kernel's hands */
	uint32_t strays;  /* more entries than one, as far as they were noted */

	/* By itself. */
	_Alignas(CACHE_LINE) uint32_t found_vp_index; /* by its own VP_INDEX register */
	uint32_t mismatch_count;                      /* may exceed what is kept */
	uint32_t stopped;                             /* it has obeyed smp_stop_others */
	uint32_t nmis;                                /* NMIs during bring-up */
	uint32_t present;                             /* it has answered smp_roll_call */
	uint8_t vtl;            /* in which it has proved itself; CPU_VTL_UNKNOWN: it has not */
	uint64_t claimed_hw_id; /* arch_hw_id_claimed */
	struct cpu_mismatch mismatch[CPU_MAX_MISMATCHES];

	_Alignas(CACHE_LINE) uint8_t arch[ARCH_CPU_SIZE];
	struct cpu_calls calls;
	_Alignas(256) uint8_t input[768]; /* for the longest of HVSMP_..._INPUT_SIZE */
};
enum { CPU_OUTPUT = 256, CPU_OUTPUT_SIZE = 16 }; /* in the same block, where a call has one */
_Static_assert(HVSMP_IPI_INPUT_SIZE <= sizeof(((struct cpu *)0)->input), "fits");
_Static_assert(HVSMP_START_INPUT_SIZE <= sizeof(((struct cpu *)0)->input), "fits");
_Static_assert(sizeof(struct cpu) <= PAGE_SIZE, "a processor's record is one page");

static inline struct arch_cpu *arch_of(const struct cpu *cpu)
{
	return (struct arch_cpu *)cpu->arch;
}

/* Its way to make calls with a short output: up to CPU_OUTPUT bytes in, CPU_OUTPUT_SIZE out. */
static inline struct hvsmp_caller cpu_caller(struct cpu *cpu)
{
	struct hvsmp_caller caller = cpu->start.caller;

	caller.output =
		(struct hvsmp_memory){cpu->input + CPU_OUTPUT, (uint64_t)cpu->input + CPU_OUTPUT};
	return caller;
}

/* For "%lu". */
static inline unsigned long cpu_id(const struct cpu *cpu)
{
	return cpu->start.hw_id;
}

/* How far a processor is, at any time; the verdict says more, but only after smp_start_all. */
enum cpu_progress {
	CPU_WAITING,  /* it has not been started yet */
	CPU_STARTING, /* on its way: its method says how */
	CPU_UP,       /* it is in and has proved itself, with or without mismatches */
	CPU_LOST,     /* an exception ended it, or its time was over */
};
enum cpu_progress cpu_progress(const struct cpu *cpu);

/* When the processor came in, as a time stamp; 0 if it is not there to stay. */
uint64_t cpu_online_tsc(const struct cpu *cpu);

const char *cpu_method_name(enum hvsmp_method m);
const char *cpu_verdict_name(enum cpu_verdict v);
const char *proof_field_name(unsigned int field);
