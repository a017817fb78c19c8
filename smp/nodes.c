/* SPDX-License-Identifier: MIT */
/*
 * NUMA nodes: which processors share one, whose memory is whose, and in what order the fan-out goes.
 * A node here is all processors of one proximity domain of the SRAT; those without one, all of a
 * machine without an SRAT among them, are a node too.
 */
#include "smp/internal.h"

#include "lib/log.h"

size_t nodes_memory(const struct topology *t, uint32_t numa, struct page_range *out, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; numa != SMP_NUMA_UNKNOWN && i < t->memory_count && count < room; i++) {
		if (t->memory[i].numa == numa)
			out[count++] = t->memory[i].range;
	}
	return count;
}

/* Firmware lists a node's processors together, so the node of the one before is looked at first. */
static uint32_t node_of(struct smp *smp, uint32_t numa, uint32_t guess)
{
	if (smp->node[guess].numa == numa)
		return guess;
	for (uint32_t i = 0; i < smp->nodes; i++) {
		if (smp->node[i].numa == numa)
			return i;
	}
	if (smp->nodes == SMP_MAX_NODES) {
		log_warn("NUMA domain %u is beyond %u nodes: treated as the boot processor's", numa,
			 SMP_MAX_NODES);
		return 0; /* locality is lost, nothing else */
	}
	smp->node[smp->nodes] = (struct smp_node){.numa = numa, .leader = SMP_NO_LEADER};
	return smp->nodes++;
}

static void assign(struct smp *smp)
{
	uint32_t guess = 0;

	smp->node[0] = (struct smp_node){.numa = smp->bsp->numa, .leader = smp->bsp->index};
	smp->nodes = 1;
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp->cpu[i];
		struct smp_node *node;

		cpu->node = guess = node_of(smp, cpu->numa, guess);
		node = &smp->node[guess];
		if (node->leader == SMP_NO_LEADER && cpu->prepared)
			node->leader = cpu->index;
		else if (!cpu->is_bsp)
			node->end++; /* a count, until order() makes it a place */
	}
}

static void order(struct smp *smp)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < smp->nodes; i++) {
		struct smp_node *node = &smp->node[i];
		uint32_t count = node->end;

		node->begin = node->end = at;
		at += count;
	}
	for (size_t i = 0; i < smp->count; i++) {
		struct smp_node *node = &smp->node[smp->cpu[i]->node];

		if (node->leader != smp->cpu[i]->index && !smp->cpu[i]->is_bsp)
			smp->order[node->end++] = smp->cpu[i]->index;
	}
}

enum err nodes_build(struct smp *smp)
{
	size_t room = smp->count < SMP_MAX_NODES ? smp->count : SMP_MAX_NODES;

	smp->node = pages_alloc(smp->pages, pages_of(room * sizeof(*smp->node)), 0);
	smp->order = pages_alloc(smp->pages, pages_of(smp->count * sizeof(*smp->order)), 0);
	if (!smp->node || !smp->order)
		return ERR_NO_MEMORY;
	assign(smp);
	order(smp);
	fanout_rewind(smp);
	if (smp->nodes > 1)
		log_info("numa: %u nodes", smp->nodes);
	return OK;
}
