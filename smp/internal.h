/* SPDX-License-Identifier: MIT */
/* What the files of smp/ offer each other. */
#pragma once

#include "smp/smp.h"

/* arrive.c: what an AP runs; owner: its struct cpu. */
void arrive(void *owner);
/* arrive.c: an exception on an AP ends that AP and nothing else. */
enum arch_fault_action arrive_fault(void *owner, const struct arch_fault *fault);

/* proof.c: an AP holds what it finds against what was asked. */
void proof_check(struct cpu *cpu);
/* proof.c: in which VTL is the calling processor, and is it the right one? */
void proof_vtl(struct cpu *cpu);
void proof_note(struct cpu *cpu, unsigned int field, uint64_t expected, uint64_t actual);

/* nodes.c: the memory of a node, at most `room` pieces of it. */
size_t nodes_memory(const struct topology *t, uint32_t numa, struct page_range *out, size_t room);
/*
 * nodes.c: number the nodes of the processors; how many there are. domain: room for one a
 * processor.
 */
uint32_t nodes_number(struct smp *smp, uint32_t *domain);

/* x86_64/context.c: the state in which its block wants the processor, for the hypervisor. */
void context_fill(struct cpu *cpu);

/* x86_64/sipi.c, and later another architecture's: the second rung. */
void second_init(struct smp *smp);

/* How a bring-up or a round goes about it. */
struct smp_policy {
	bool by_call, by_second; /* which rungs, in this order */
	struct hvsmp_policy start;
};
/* start.c: both are this. */
void start_by(struct smp *smp, const struct smp_policy *policy);

/* kick.c: one IPI to each of them, from the caller. */
void kick(struct cpu *self, struct cpu *const *targets, size_t count);

/* call.c: a pause of one that waits, in which a call to it is taken. */
void call_pause(struct cpu *self);
/* call.c: processors that wait for this one see that it gets on. */
void call_beat(struct cpu *self);

/* ledger.c */
void ledger_close(struct smp *smp);
void ledger_note_claims(const struct smp *smp);
