/* SPDX-License-Identifier: MIT */
/*
 * NUMA nodes: which processors share one, and whose memory is whose. A node here is all processors
 * of one proximity domain of the SRAT. Those without one belong to the boot processor's: to be
 * unknown is no place of its own, and from there they are started without a crossing.
 */
#include "smp/internal.h"

#include "lib/log.h"
#include "lib/tally.h"

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
static uint32_t node_of(uint32_t *domain, uint32_t *nodes, uint32_t numa, uint32_t guess,
			struct tally *beyond)
{
	if (numa == SMP_NUMA_UNKNOWN)
		return 0;
	if (domain[guess] == numa)
		return guess;
	for (uint32_t i = 0; i < *nodes; i++) {
		if (domain[i] == numa)
			return i;
	}
	if (*nodes == SMP_MAX_NODES) {
		tally_add(beyond, numa);
		return 0; /* locality is lost, nothing else */
	}
	domain[*nodes] = numa;
	return (*nodes)++;
}

/* The boot processor's domain; if that is not known, the first that is. */
static uint32_t home_domain(const struct smp *smp)
{
	uint32_t numa = smp->bsp->numa;

	for (size_t i = 0; numa == SMP_NUMA_UNKNOWN && i < smp->count; i++)
		numa = smp_cpu(smp, i)->numa;
	return numa;
}

uint32_t nodes_number(struct smp *smp, uint32_t *domain)
{
	struct tally beyond = {0};
	char text[TALLY_TEXT_SIZE];
	uint32_t nodes = 1;
	uint32_t guess = 0;

	domain[0] = home_domain(smp);
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);

		cpu->start.node = guess = node_of(domain, &nodes, cpu->numa, guess, &beyond);
	}
	if (beyond.count)
		log_warn("%lu processors are in NUMA domains beyond %u nodes: treated as the boot "
			 "processor's, domain %s",
			 (unsigned long)beyond.count, SMP_MAX_NODES,
			 tally_text(&beyond, TALLY_DECIMAL, text));
	if (nodes > 1)
		log_info("numa: %u nodes", nodes);
	return nodes;
}
