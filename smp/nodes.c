/* SPDX-License-Identifier: MIT */
/*
 * NUMA nodes: which processors share one, and whose memory is whose. A node here is all processors
 * of one proximity domain of the SRAT; those without one, all of a machine without an SRAT among
 * them, are a node too.
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
static uint32_t node_of(uint32_t *domain, uint32_t *nodes, uint32_t numa, uint32_t guess)
{
	if (domain[guess] == numa)
		return guess;
	for (uint32_t i = 0; i < *nodes; i++) {
		if (domain[i] == numa)
			return i;
	}
	if (*nodes == SMP_MAX_NODES) {
		log_warn("NUMA domain %u is beyond %u nodes: treated as the boot processor's", numa,
			 SMP_MAX_NODES);
		return 0; /* locality is lost, nothing else */
	}
	domain[*nodes] = numa;
	return (*nodes)++;
}

uint32_t nodes_number(struct smp *smp, uint32_t *domain)
{
	uint32_t nodes = 1;
	uint32_t guess = 0;

	domain[0] = smp->bsp->numa;
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);

		cpu->start.node = guess = node_of(domain, &nodes, cpu->numa, guess);
	}
	if (nodes > 1)
		log_info("numa: %u nodes", nodes);
	return nodes;
}
