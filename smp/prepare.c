/* SPDX-License-Identifier: MIT */
/*
 * Memory for every processor, all of it before the first one is started, and from the memory of its
 * own NUMA node as far as that goes; then the records are handed to start/.
 */
#include "smp/internal.h"

#include "lib/log.h"
#include "lib/string.h"

enum { NODE_RANGES = 8 }; /* pieces of a node's memory that are tried */

static struct cpu *make(struct smp *smp, const struct topology_cpu *from, struct pages *pages)
{
	struct cpu *cpu = pages_alloc(pages, 1, 0);

	if (!cpu)
		return NULL;
	cpu->smp = smp;
	cpu->uid = from->uid;
	cpu->numa = from->numa;
	cpu->found_vp_index = HVSMP_VP_UNKNOWN;
	cpu->vtl = CPU_VTL_UNKNOWN;
	cpu->verdict = CPU_REFUSED;
	cpu->start.hw_id = from->hw_id;
	cpu->start.owner = cpu;
	cpu->start.caller = (struct hvsmp_caller){.hv = smp->config.hv,
						  .input = {cpu->input, (uint64_t)cpu->input}};
	if (arch_cpu_init(arch_of(cpu), pages, arrive, cpu)) {
		/* The record stays, so that the report can say what became of it. */
		log_warn("no memory for the stacks of " ARCH_HW_ID " %lu: it is not started",
			 cpu_id(cpu));
		return cpu;
	}
	cpu->start.prepared = true;
	context_fill(cpu);
	return cpu;
}

static struct cpu *make_near(struct smp *smp, const struct topology *t,
			     const struct topology_cpu *from, struct pages *pages)
{
	struct page_range near[NODE_RANGES];
	size_t count = nodes_memory(t, from->numa, near, NODE_RANGES);
	struct cpu *cpu;

	pages_prefer(pages, near, count);
	cpu = make(smp, from, pages);
	pages_prefer(pages, NULL, 0);
	return cpu;
}

/* The boot processor's place among the records. */
static uint32_t make_all(struct smp *smp, const struct topology *topology, struct pages *pages)
{
	uint32_t bsp = 0;

	for (size_t i = 0; i < topology->count; i++) {
		const struct topology_cpu *from = &topology->cpu[i];
		struct cpu *cpu =
			i == topology->bsp ? smp->bsp : make_near(smp, topology, from, pages);

		if (!cpu) {
			log_warn("no memory for the record of " ARCH_HW_ID " %lu: it is left out",
				 (unsigned long)from->hw_id);
			smp->left_out++;
			continue;
		}
		if (cpu == smp->bsp)
			bsp = (uint32_t)smp->count;
		smp->record[smp->count++] = &cpu->start;
	}
	return bsp;
}

static uint64_t ticks(void *ctx)
{
	(void)ctx;
	return arch_ticks();
}

static uint64_t now_ns(void *ctx)
{
	(void)ctx;
	return arch_clock_ns();
}

static void pause(void *ctx)
{
	(void)ctx;
	arch_pause();
}

static void idle(void *ctx)
{
	const struct smp *smp = ctx;

	smp->config.progress(smp);
}

static enum err hand_over(struct smp *smp, uint32_t bsp)
{
	struct hvsmp_start_memory memory;
	uint32_t nodes;

	memory.order = pages_alloc(smp->pages, pages_of(smp->count * sizeof(*memory.order)), 0);
	if (!memory.order)
		return ERR_NO_MEMORY;
	nodes = nodes_number(smp, memory.order); /* nothing is in it yet */
	memory.node = pages_alloc(smp->pages, pages_of(nodes * sizeof(*memory.node)), 0);
	if (!memory.node)
		return ERR_NO_MEMORY;
	smp->start_host = (struct hvsmp_start_host){smp, ticks, now_ns, pause,
						    smp->config.progress ? idle : NULL};
	smp->start_config = (struct hvsmp_start_config){
		.host = &smp->start_host,
		.hv = smp->config.hv,
		.vp_limit = smp->config.vp_limit,
		.deadline_ns = smp->config.deadline_ns,
		.cap_ns = smp->config.cap_ns,
	};
	second_init(smp);
	hvsmp_start_init(&smp->start, &smp->start_config, &memory, smp->record,
			 (uint32_t)smp->count, bsp, nodes);
	return OK;
}

enum err smp_prepare(struct smp *smp, const struct smp_config *config,
		     const struct topology *topology, struct pages *pages)
{
	const struct topology_cpu *boot = &topology->cpu[topology->bsp];

	memset(smp, 0, sizeof(*smp));
	smp->config = *config;
	smp->pages = pages;
	smp->free_before = pages_left(pages);
	arch_set_fault_handler(arrive_fault);
	smp->record = pages_alloc(pages, pages_of(topology->count * sizeof(*smp->record)), 0);
	/* First: nothing works without it. */
	smp->bsp = smp->record ? make_near(smp, topology, boot, pages) : NULL;
	if (!smp->bsp || !smp->bsp->start.prepared)
		return ERR_NO_MEMORY;
	smp->left_out = topology->dropped;
	smp->incomplete = topology->incomplete;
	smp->disabled = topology->disabled;
	return hand_over(smp, make_all(smp, topology, pages));
}
