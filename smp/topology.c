/* SPDX-License-Identifier: MIT */
/* From the MADT's and the SRAT's entries to the list of processors that can be started. */
#include "smp/tables.h"

#include "arch/arch.h"
#include "lib/log.h"
#include "lib/tally.h"

#define NOT_FOUND UINT32_MAX

/*
 * Processors are found by the number that hardware gives them: ids that hash to one bucket stand in
 * one chain, the newest first.
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
	t->need_x2apic |= tables_is_wide(hw_id);
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

/* What the reading of a MADT finds odd: a line for each kind, however many there are. */
struct walk {
	struct topology *topology;
	uint64_t bsp_hw_id;
	size_t processors;     /* entries of both types, disabled ones too */
	uint32_t bsp_uid;      /* of a disabled entry that is the boot processor's */
	bool bsp_is_disabled;  /* there is one */
	bool bsp_is_x2apic;    /* it is of type 9 */
	struct tally no_id;    /* uids */
	struct tally repeated; /* hw_ids */
};

static void on_disabled(struct walk *w, const struct acpi_cpu *cpu)
{
	w->topology->disabled++;
	if (cpu->hw_id != w->bsp_hw_id || w->bsp_is_disabled)
		return;
	w->bsp_is_disabled = true;
	w->bsp_uid = cpu->uid;
	w->bsp_is_x2apic = cpu->x2apic;
}

static void on_cpu(void *ctx, const struct acpi_cpu *cpu)
{
	struct walk *w = ctx;
	struct topology *t = w->topology;
	uint32_t known;

	w->processors++;
	if (!cpu->enabled) {
		on_disabled(w, cpu);
		return;
	}
	if (!tables_is_id(cpu)) {
		tally_add(&w->no_id, cpu->uid);
		return;
	}
	known = find(t, cpu->hw_id);
	if (known == NOT_FOUND) {
		if (cpu->hw_id == w->bsp_hw_id)
			make_room(t); /* the boot processor is not left out */
		add(t, cpu->hw_id, cpu->uid, cpu->x2apic);
		return;
	}
	/* A processor may be listed once in each form; twice in the same form is a mistake. */
	if (t->cpu[known].x2apic == cpu->x2apic)
		tally_add(&w->repeated, cpu->hw_id);
}

static void find_bsp(struct topology *t, const struct walk *w, bool has_madt)
{
	t->bsp = find(t, w->bsp_hw_id);
	if (t->bsp != NOT_FOUND)
		return;
	make_room(t);
	t->bsp = t->count;
	if (w->bsp_is_disabled) {
		/* It runs, so it counts. */
		log_warn("MADT: the boot processor, " ARCH_HW_ID
			 " %lu, is listed as not enabled: it runs",
			 (unsigned long)w->bsp_hw_id);
		t->disabled--;
		add(t, w->bsp_hw_id, w->bsp_uid, w->bsp_is_x2apic);
		return;
	}
	if (has_madt && w->processors)
		log_warn("MADT: does not list the boot processor, " ARCH_HW_ID " %lu: added",
			 (unsigned long)w->bsp_hw_id);
	add(t, w->bsp_hw_id, SMP_UID_UNKNOWN, false);
}

static void say_walked(const char *table, enum err e, const struct acpi_walked *walked)
{
	if (walked->too_short)
		log_warn("%s: %lu entries are too short for their type: skipped", table,
			 (unsigned long)walked->too_short);
	if (walked->stopped_at)
		log_warn("%s: %s after %lu entries, at byte 0x%lx: the rest is not read", table,
			 err_name(e), (unsigned long)walked->entries,
			 (unsigned long)walked->stopped_at);
	else if (e && !walked->too_short)
		log_warn("%s: %s before its first entry", table, err_name(e));
}

static void read_madt(struct topology *t, const struct acpi_table *madt, struct walk *walk)
{
	struct acpi_madt info = {0};
	char text[TALLY_TEXT_SIZE];
	enum err e = tables_processors(madt, &info, on_cpu, walk);

	/* Without a processor it says as much as no MADT. */
	t->incomplete = e != OK || !walk->processors;
	say_walked("MADT", e, &info.walked);
	if (!walk->processors)
		log_warn("MADT: lists no processor: only the boot processor is known");
	if (walk->no_id.count)
		log_warn("MADT: %lu enabled processors have an invalid " ARCH_HW_ID
			 ": skipped, uid %s",
			 (unsigned long)walk->no_id.count,
			 tally_text(&walk->no_id, TALLY_DECIMAL, text));
	if (walk->repeated.count)
		log_warn("MADT: %lu entries repeat an " ARCH_HW_ID ", the first counts: %s",
			 (unsigned long)walk->repeated.count,
			 tally_text(&walk->repeated, TALLY_DECIMAL, text));
	if (info.wakeup_mailbox)
		log_warn("MADT: a multiprocessor wake-up mailbox at 0x%lx is not used",
			 (unsigned long)info.wakeup_mailbox);
}

/* --- SRAT: whatever is wrong with it costs locality, never a processor ------------------------ */

struct affinities {
	struct topology *topology;
	uint32_t next;                   /* behind the processor that was last found by uid */
	struct tally contradicted;       /* hw_ids */
	struct tally wrapped, no_memory; /* bases of memory */
};

static void put_into(struct affinities *w, uint32_t i, uint32_t domain)
{
	const struct topology *t = w->topology;

	if (i == NOT_FOUND)
		return;
	if (t->cpu[i].numa != SMP_NUMA_UNKNOWN && t->cpu[i].numa != domain)
		tally_add(&w->contradicted, t->cpu[i].hw_id);
	else
		t->cpu[i].numa = domain;
}

static void on_affinity(void *ctx, uint32_t apic_id, uint32_t domain)
{
	struct affinities *w = ctx;

	put_into(w, find(w->topology, apic_id), domain);
}

/* Firmware lists them in the MADT's order, so the look begins where the last one ended. */
static void on_gicc(void *ctx, uint32_t uid, uint32_t domain)
{
	struct affinities *w = ctx;
	const struct topology *t = w->topology;

	for (size_t n = 0; n < t->count; n++) {
		uint32_t i = (uint32_t)((w->next + n) % t->count);

		if (t->cpu[i].uid != uid)
			continue;
		w->next = i + 1;
		put_into(w, i, domain);
		return;
	}
}

static void on_memory(void *ctx, const struct acpi_memory_affinity *m)
{
	struct affinities *w = ctx;
	struct topology *t = w->topology;

	if (!m->size) /* the usual filler */
		return;
	if (m->size > UINT64_MAX - m->base) {
		tally_add(&w->wrapped, m->base);
		return;
	}
	if (!arch_is_physical(m->base, m->size)) {
		/*
		 * Where memory may come later anything goes: Hyper-V lists all of 52 bits,
		 * whatever the processor has.
		 */
		if (!m->hot_pluggable)
			tally_add(&w->no_memory, m->base);
		return;
	}
	if (t->memory_count == t->memory_capacity) {
		t->memory_dropped++;
		return;
	}
	t->memory[t->memory_count++] = (struct topology_memory){{m->base, m->size}, m->domain};
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
	static const struct acpi_srat_fns fns = {on_affinity, on_gicc, on_memory};
	struct affinities w = {.topology = t};
	struct acpi_walked walked;
	char text[TALLY_TEXT_SIZE];
	enum err e = acpi_srat_read(srat, &walked, &fns, &w);

	say_walked("SRAT", e, &walked);
	if (w.contradicted.count)
		log_warn("SRAT: %lu entries put a processor into a second domain, the first "
			 "counts: " ARCH_HW_ID " %s",
			 (unsigned long)w.contradicted.count,
			 tally_text(&w.contradicted, TALLY_DECIMAL, text));
	if (w.wrapped.count)
		log_warn("SRAT: %lu pieces of memory wrap around: skipped, at %s",
			 (unsigned long)w.wrapped.count, tally_text(&w.wrapped, TALLY_HEX, text));
	if (w.no_memory.count)
		log_warn("SRAT: %lu pieces of memory are beyond this processor's addresses: "
			 "skipped, at %s",
			 (unsigned long)w.no_memory.count,
			 tally_text(&w.no_memory, TALLY_HEX, text));
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

static void count_memory(void *ctx, const struct acpi_memory_affinity *memory)
{
	size_t *count = ctx;

	*count += memory->size != 0;
}

void topology_measure(struct topology *t, const struct acpi_table *madt,
		      const struct acpi_table *srat)
{
	static const struct acpi_srat_fns fns = {.memory = count_memory};
	struct acpi_walked walked;
	struct acpi_madt info;

	t->capacity = 1; /* a boot processor that is not listed */
	t->memory_capacity = 0;
	/* What is wrong with them topology_read will say. */
	if (madt)
		(void)tables_processors(madt, &info, count_cpu, &t->capacity);
	if (srat)
		(void)acpi_srat_read(srat, &walked, &fns, &t->memory_capacity);
	if (t->capacity > SMP_MAX_CPUS)
		t->capacity = SMP_MAX_CPUS;
	if (t->memory_capacity > SMP_MAX_MEMORY)
		t->memory_capacity = SMP_MAX_MEMORY;
}

void topology_read(struct topology *t, const struct acpi_table *madt, const struct acpi_table *srat,
		   uint64_t bsp_hw_id)
{
	struct walk walk = {.topology = t, .bsp_hw_id = bsp_hw_id};

	t->count = t->disabled = t->dropped = 0;
	t->memory_count = t->memory_dropped = 0;
	t->need_x2apic = false;
	t->incomplete = !madt;
	for (size_t i = 0; i < t->capacity; i++)
		t->cpu[i].chain = NOT_FOUND;
	if (madt)
		read_madt(t, madt, &walk);
	find_bsp(t, &walk, madt != NULL);
	if (t->dropped)
		log_warn("%u processors are more than the table's %u: left out",
			 (unsigned int)t->dropped, (unsigned int)t->capacity);
	if (srat)
		read_srat(t, srat);
}
