/* SPDX-License-Identifier: MIT */
/* What the files of smp/ offer each other. */
#pragma once

#include "smp/smp.h"

static inline struct arch_cpu *arch_of(struct cpu *cpu)
{
	return (struct arch_cpu *)cpu->arch;
}

/* arrive.c: what an AP runs; owner: its struct cpu. */
void arrive(void *owner);
/* arrive.c: an exception on an AP ends that AP and nothing else. */
enum arch_fault_action arrive_fault(void *owner, const struct arch_fault *fault);

/* proof.c: an AP holds what it finds against what was asked. */
void proof_check(struct cpu *cpu);
void proof_note(struct cpu *cpu, enum proof_field field, uint64_t expected, uint64_t actual);

/* nodes.c: the memory of a node, at most `room` pieces of it. */
size_t nodes_memory(const struct topology *t, uint32_t numa, struct page_range *out, size_t room);
/* nodes.c: put the processors of the ledger into nodes. ERR_NO_MEMORY. */
enum err nodes_build(struct smp *smp);

/* fanout.c: claim and start leaders of nodes, then the own node's. Any processor that is up. */
void fanout_run(struct smp *smp, struct cpu *starter);
/* fanout.c: what is left of a node. */
void fanout_node(struct smp *smp, struct smp_node *node, struct cpu *starter);
/* fanout.c: boot processor alone; begin with the first target once more. */
void fanout_rewind(struct smp *smp);
/* fanout.c: is it one that the fan-out has to start? */
bool fanout_is_target(const struct cpu *cpu);
/* fanout.c: boot processor; start one more target whose claim was seen as `seen`. */
void fanout_take_over(struct smp *smp, struct cpu *target, uint32_t seen);

/*
 * hv_way.c, sipi_way.c: one rung of the ladder each, for every processor that needs it. A rung is
 * what can be made ready before the first start - false: there is nothing to start this way - and
 * the start itself, with the wait for those who were started.
 */
void hv_way(struct smp *smp);
bool hv_prepare(struct smp *smp);
void hv_run(struct smp *smp);
void sipi_way(struct smp *smp);
bool sipi_prepare(struct smp *smp);
void sipi_run(struct smp *smp);

/* sipi_send.c: INIT-SIPI to all candidates, as config.sipi says; once more to those who did not come. */
void sipi_send(struct smp *smp);
void sipi_send_startups(struct smp *smp);
/* May it be started by INIT-SIPI? Has it been sent for, and is it still to come? */
bool sipi_is_candidate(const struct cpu *cpu);
bool sipi_is_awaited(const struct cpu *cpu);
/* Are all processors that the machine can have, but the boot processor, candidates? */
bool sipi_may_broadcast(const struct smp *smp);

/* kick.c: one IPI to each of them, from the caller. */
void kick(struct cpu *self, struct cpu *const *targets, size_t count);

/* call.c: a pause of one that waits, in which a call to it is taken. */
void call_pause(struct cpu *self);
/* call.c: whoever waits for this processor sees that it gets on. */
void call_beat(struct cpu *self);

/* ledger.c */
void ledger_close(struct smp *smp);

/* Where the boot processor only waits: let whoever watches have a look. */
static inline void show_progress(const struct smp *smp)
{
	if (smp->config.progress)
		smp->config.progress(smp);
}

/* arrive.c: is it in? */
bool cpu_has_arrived(const struct cpu *cpu);
/*
 * arrive.c: boot processor; note in smp->all_in_tsc when all are in, as long as they come one soon
 * after another and each that is not in yet is coming.
 */
void arrivals_watch(struct smp *smp, bool (*is_coming)(const struct cpu *cpu));
