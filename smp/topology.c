/* SPDX-License-Identifier: MIT */
/* From the MADT's and the SRAT's entries to the list of processors that can be started. */
#include "smp/topology.h"

#include "lib/log.h"

enum { XAPIC_INVALID_ID = 0xFF, XAPIC_MAX_ID = 0xFE };
#define X2APIC_INVALID_ID 0xFFFFFFFFU
#define NOT_FOUND         UINT32_MAX

/*
 * Processors are found by APIC id: ids that hash to one bucket stand in one chain, the newest
 * first.
 */
static uint32_t *chain_of(const struct topology *t, uint64_t hw_id)
{
	size_t chains = t->capacity ? t->capacity : 1; /* at least 1, the caller has promised */

	return &t->cpu[hw_id % chains].chain;
}

static uint32_t find(const struct topology *t, uint64_t hw_id)
{
	uint32_t i = *chain_of(t, hw_id);

	while (i != NOT_FOUND && t->cpu[i].hw_id != hw_id)
		i = t->cpu[i].next;
	return i;
}

static void add(struct topology *t, uint64_t hw_id, uint32_t uid, bool x2apic)
{
	struct topology_cpu *cpu = &t->cpu[t->count];
	uint32_t *chain = chain_of(t, hw_id);

	if (t->count == t->capacity) {
		t->dropped++;
		return;
	}
	if (hw_id > XAPIC_MAX_ID)
		t->need_x2apic = true;
	cpu->hw_id = hw_id;
	cpu->uid = uid;
	cpu->numa = SMP_NUMA_UNKNOWN;
	cpu->x2apic = x2apic;
	cpu->next = *chain;
	*chain = (uint32_t)t->count++;
}

/* Give up the last one, which is the first of its chain. */
static void make_room(struct topology *t)
{
	if (t->count == t->capacity) {
		const struct topology_cpu *last = &t->cpu[--t->count];

		*chain_of(t, last->hw_id) = last->next;
		t->dropped++;
	}
}

struct walk {
	struct topology *topology;
	uint64_t bsp_hw_id;
};

static void on_cpu(void *ctx, const struct acpi_cpu *cpu)
{
	const struct walk *w = ctx;
	struct topology *t = w->topology;
	uint32_t known;

	if (!cpu->enabled) {
		t->disabled++;
		return;
	}
	if (cpu->apic_id == (cpu->x2apic ? X2APIC_INVALID_ID : XAPIC_INVALID_ID)) {
		log_warn("MADT: enabled processor uid %u has the invalid APIC id 0x%x: skipped",
			 cpu->uid, cpu->apic_id);
		return;
	}
	known = find(t, cpu->apic_id);
	if (known == NOT_FOUND) {
		if (cpu->apic_id == w->bsp_hw_id)
			make_room(t); /* the boot processor is not left out */
		add(t, cpu->apic_id, cpu->uid, cpu->x2apic);
		return;
	}
	/* A processor may be listed once in each form; twice in the same form is a mistake. */
	if (t->cpu[known].x2apic == cpu->x2apic)
		log_warn("MADT: APIC id %u is listed twice (uid %u and %u): second one skipped",
			 cpu->apic_id, t->cpu[known].uid, cpu->uid);
}

static void find_bsp(struct topology *t, const struct acpi_table *madt, uint64_t bsp_hw_id)
{
	t->bsp = find(t, bsp_hw_id);
	if (t->bsp != NOT_FOUND)
		return;
	if (madt)
		log_warn("MADT: does not list the boot processor, APIC id %lu: added",
			 (unsigned long)bsp_hw_id);
	make_room(t);
	t->bsp = t->count;
	add(t, bsp_hw_id, SMP_UID_UNKNOWN, false);
}

static void read_madt(struct topology *t, const struct acpi_table *madt, uint64_t bsp_hw_id)
{
	struct walk walk = {t, bsp_hw_id};
	struct acpi_madt info = {0};
	enum err e = acpi_madt_read(madt, &info, on_cpu, &walk);

	t->incomplete = e != OK;
	if (e)
		log_warn("MADT: %s after %u entries: the rest is not read", err_name(e),
			 (unsigned int)info.entries);
	if (info.wakeup_mailbox)
		log_warn("MADT: a multiprocessor wake-up mailbox at 0x%lx is not used",
			 (unsigned long)info.wakeup_mailbox);
}

/* --- SRAT: whatever is wrong with it costs locality, never a processor ------------------------ */

static void on_affinity(void *ctx, uint32_t apic_id, uint32_t domain)
{
	const struct topology *t = ctx;
	uint32_t i = find(t, apic_id);

	if (i == NOT_FOUND)
		return;
	if (t->cpu[i].numa != SMP_NUMA_UNKNOWN && t->cpu[i].numa != domain)
		log_warn("SRAT: APIC id %u is in domain %u and in %u: the first counts", apic_id,
			 t->cpu[i].numa, domain);
	else
		t->cpu[i].numa = domain;
}

static void on_memory(void *ctx, uint64_t base, uint64_t size, uint32_t domain)
{
	struct topology *t = ctx;

	if (size > UINT64_MAX - base) {
		log_warn(
			"SRAT: memory of domain %u at 0x%lx with 0x%lx bytes wraps around: skipped",
			domain, (unsigned long)base, (unsigned long)size);
		return;
	}
	if (!size) /* the usual filler */
		return;
	if (t->memory_count == t->memory_capacity) {
		t->memory_dropped++;
		return;
	}
	t->memory[t->memory_count++] = (struct topology_memory){{base, size}, domain};
}

/* Memory that two domains claim may go to either. */
static void check_overlap(const struct topology *t)
{
	for (size_t i = 1; i < t->memory_count; i++) {
		const struct topology_memory *b = &t->memory[i];

		for (size_t k = 0; k < i; k++) {
			const struct topology_memory *a = &t->memory[k];

			if (a->numa == b->numa || a->range.base >= b->range.base + b->range.size ||
			    b->range.base >= a->range.base + a->range.size)
				continue;
			log_warn("SRAT: domains %u and %u both have the memory at 0x%lx", a->numa,
				 b->numa,
				 (unsigned long)(a->range.base > b->range.base ? a->range.base
									       : b->range.base));
			return;
		}
	}
}

static void read_srat(struct topology *t, const struct acpi_table *srat)
{
	static const struct acpi_srat_fns fns = {on_affinity, on_memory};
	enum err e = acpi_srat_read(srat, &fns, t);

	if (e)
		log_warn("SRAT: %s: the rest is not read", err_name(e));
	if (t->memory_dropped)
		log_warn("SRAT: %u pieces of memory are more than the table's %u: left out",
			 (unsigned int)t->memory_dropped, (unsigned int)t->memory_capacity);
	check_overlap(t);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void count_cpu(void *ctx, const struct acpi_cpu *cpu)
{
	size_t *count = ctx;

	*count += cpu->enabled;
}

static void count_memory(void *ctx, uint64_t base, uint64_t size, uint32_t domain)
{
	size_t *count = ctx;

	(void)base;
	(void)domain;
	*count += size != 0;
}

void topology_measure(struct topology *t, const struct acpi_table *madt,
		      const struct acpi_table *srat)
{
	static const struct acpi_srat_fns fns = {NULL, count_memory};
	struct acpi_madt info;

	t->capacity = 1; /* a boot processor that is not listed */
	t->memory_capacity = 0;
	/* What is wrong with them topology_read will say. */
	if (madt)
		(void)acpi_madt_read(madt, &info, count_cpu, &t->capacity);
	if (srat)
		(void)acpi_srat_read(srat, &fns, &t->memory_capacity);
	if (t->capacity > SMP_MAX_CPUS)
		t->capacity = SMP_MAX_CPUS;
	if (t->memory_capacity > SMP_MAX_MEMORY)
		t->memory_capacity = SMP_MAX_MEMORY;
}

void topology_read(struct topology *t, const struct acpi_table *madt, const struct acpi_table *srat,
		   uint64_t bsp_hw_id)
{
	t->count = t->disabled = t->dropped = 0;
	t->memory_count = t->memory_dropped = 0;
	t->need_x2apic = false;
	t->incomplete = !madt;
	for (size_t i = 0; i < t->capacity; i++)
		t->cpu[i].chain = NOT_FOUND;
	if (madt)
		read_madt(t, madt, bsp_hw_id);
	find_bsp(t, madt, bsp_hw_id);
	if (t->dropped)
		log_warn("%u processors are more than the table's %u: left out",
			 (unsigned int)t->dropped, (unsigned int)t->capacity);
	if (srat)
		read_srat(t, srat);
}
