/* SPDX-License-Identifier: MIT */
/*
 * audit=on, the part about memory: do a processor's block and stacks lie in the memory of its own
 * NUMA node, and do processors take no more memory than was promised?
 */
#include "kernel/audit.h"

#include "lib/log.h"

#define PROMISED_BYTES 32768UL /* a processor, without its stacks; once more for what all share */

/* Does the SRAT list this memory as the domain's? */
static bool is_at_home(const struct topology *t, uint32_t numa, uint64_t pa)
{
	for (size_t i = 0; i < t->memory_count; i++) {
		const struct topology_memory *m = &t->memory[i];

		if (m->numa == numa && pa >= m->range.base && pa - m->range.base < m->range.size)
			return true;
	}
	return false;
}

static bool has_memory(const struct topology *t, uint32_t numa)
{
	for (size_t i = 0; numa != SMP_NUMA_UNKNOWN && i < t->memory_count; i++) {
		if (t->memory[i].numa == numa)
			return true;
	}
	return false;
}

static bool lives_at_home(const struct topology *t, const struct cpu *cpu)
{
	uint64_t guards[ARCH_STACK_GUARDS];

	arch_cpu_guards((const struct arch_cpu *)cpu->arch, guards);
	for (unsigned int k = 0; k < ARCH_STACK_GUARDS; k++) {
		if (!is_at_home(t, cpu->numa, arch_physical(guards[k] + PAGE_SIZE)))
			return false;
	}
	return is_at_home(t, cpu->numa, (uint64_t)cpu);
}

static unsigned int check_homes(const struct smp *smp, const struct topology *t)
{
	unsigned int at_home = 0;
	unsigned int away = 0;

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		if (!cpu->start.prepared || !has_memory(t, cpu->numa))
			continue;
		if (lives_at_home(t, cpu)) {
			at_home++;
			continue;
		}
		away++;
		log_warn("audit: " ARCH_HW_ID " %lu of domain %u has its block or stacks elsewhere",
			 cpu_id(cpu), cpu->numa);
	}
	if (t->memory_count)
		log_info("audit: %u processors have block and stacks in their node's memory",
			 at_home);
	return away;
}

uint64_t audit_bytes(const struct smp *smp)
{
	size_t pages = smp->free_before - pages_left(smp->pages);

	for (size_t i = 0; i < smp->count; i++)
		pages -= smp_cpu(smp, i)->start.prepared ? ARCH_STACK_PAGES : 0;
	return pages * PAGE_SIZE;
}

static unsigned int check_bytes(const struct smp *smp)
{
	uint64_t bytes = audit_bytes(smp);

	if (!smp->count) /* never, but the compiler cannot know */
		return 0;
	log_info("audit: %lu bytes a processor besides its stacks",
		 (unsigned long)(bytes / smp->count));
	if (bytes <= PROMISED_BYTES * (smp->count + 1))
		return 0;
	log_warn("audit: %lu processors take %lu bytes besides their stacks, more than %lu each",
		 (unsigned long)smp->count, (unsigned long)bytes, PROMISED_BYTES);
	return 1;
}

unsigned int audit_memory(const struct smp *smp, const struct topology *topology)
{
	return check_homes(smp, topology) + check_bytes(smp);
}
