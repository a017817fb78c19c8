/* SPDX-License-Identifier: MIT */
/*
 * Memory for every processor, all of it before the first one is started, and from the memory of its
 * own NUMA node as far as that goes.
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
	cpu->apic_id = from->apic_id;
	cpu->uid = from->uid;
	cpu->numa = from->numa;
	cpu->vp_index = HV_VP_UNKNOWN;
	cpu->found_vp_index = HV_VP_UNKNOWN;
	cpu->caller = (struct hv_caller){.hv = smp->config.hv, .input = cpu->hv_input};
	cpu->verdict = CPU_REFUSED;
	if (arch_cpu_init(arch_of(cpu), pages, arrive, cpu)) {
		/* The record stays, so that the report can say what became of it. */
		log_warn("no memory for the stacks of APIC id %u: it is not started", cpu->apic_id);
		return cpu;
	}
	cpu->prepared = true;
	arch_cpu_wanted(arch_of(cpu), &cpu->wanted);
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

static enum err make_all(struct smp *smp, const struct topology *topology, struct pages *pages)
{
	for (size_t i = 0; i < topology->count; i++) {
		const struct topology_cpu *from = &topology->cpu[i];
		struct cpu *cpu =
			i == topology->bsp ? smp->bsp : make_near(smp, topology, from, pages);

		if (!cpu) {
			log_warn("no memory for the record of APIC id %u: it is left out",
				 from->apic_id);
			smp->left_out++;
			continue;
		}
		cpu->index = (uint32_t)smp->count;
		smp->cpu[smp->count++] = cpu;
	}
	return nodes_build(smp);
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
	smp->cpu = pages_alloc(pages, pages_of(topology->count * sizeof(*smp->cpu)), 0);
	/* First: nothing works without it. */
	smp->bsp = smp->cpu ? make_near(smp, topology, boot, pages) : NULL;
	if (!smp->bsp || !smp->bsp->prepared)
		return ERR_NO_MEMORY;
	smp->left_out = topology->dropped;
	smp->incomplete = topology->incomplete;
	smp->disabled = topology->disabled;
	smp->bsp->is_bsp = true;
	smp->bsp->method = CPU_METHOD_FIRMWARE;
	return make_all(smp, topology, pages);
}
