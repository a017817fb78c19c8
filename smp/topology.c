/* SPDX-License-Identifier: MIT */
/* From the MADT's entries to the list of processors that can be started. */
#include "smp/smp.h"

#include "lib/log.h"

enum { XAPIC_INVALID_ID = 0xFF, XAPIC_MAX_ID = 0xFE, NOT_FOUND = SMP_MAX_CPUS + 1 };
#define X2APIC_INVALID_ID 0xFFFFFFFFU

static size_t find(const struct topology *t, uint32_t apic_id)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->cpu[i].apic_id == apic_id)
			return i;
	}
	return NOT_FOUND;
}

static void add(struct topology *t, struct topology_cpu cpu)
{
	if (t->count == t->capacity) {
		t->dropped++;
		return;
	}
	if (cpu.apic_id > XAPIC_MAX_ID)
		t->need_x2apic = true;
	t->cpu[t->count++] = cpu;
}

static void make_room(struct topology *t)
{
	if (t->count == t->capacity) {
		t->count--;
		t->dropped++;
	}
}

struct walk {
	struct topology *topology;
	uint32_t bsp_apic_id;
};

static void on_cpu(void *ctx, const struct acpi_cpu *cpu)
{
	const struct walk *w = ctx;
	struct topology *t = w->topology;
	size_t known;

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
		if (cpu->apic_id == w->bsp_apic_id)
			make_room(t); /* whoever is left out, it is not the boot processor */
		add(t,
		    (struct topology_cpu){cpu->apic_id, cpu->uid, SMP_NUMA_UNKNOWN, cpu->x2apic});
		return;
	}
	/* A processor may be listed once in each form; twice in the same form is a mistake. */
	if (t->cpu[known].x2apic == cpu->x2apic)
		log_warn("MADT: APIC id %u is listed twice (uid %u and %u): second one skipped",
			 cpu->apic_id, t->cpu[known].uid, cpu->uid);
}

static void on_affinity(void *ctx, uint32_t apic_id, uint32_t domain)
{
	const struct topology *t = ctx;
	size_t i = find(t, apic_id);

	if (i != NOT_FOUND)
		t->cpu[i].numa = domain;
}

static void find_bsp(struct topology *t, const struct acpi_table *madt, uint32_t bsp_apic_id)
{
	t->bsp = find(t, bsp_apic_id);
	if (t->bsp != NOT_FOUND)
		return;
	if (madt)
		log_warn("MADT: does not list the boot processor, APIC id %u: added", bsp_apic_id);
	make_room(t);
	t->bsp = t->count;
	add(t, (struct topology_cpu){bsp_apic_id, SMP_UID_UNKNOWN, SMP_NUMA_UNKNOWN, false});
}

void topology_read(struct topology *t, const struct acpi_table *madt, const struct acpi_table *srat,
		   uint32_t bsp_apic_id)
{
	struct walk walk = {t, bsp_apic_id};
	struct acpi_madt info = {0};
	enum err e;

	t->count = t->disabled = t->dropped = 0;
	t->need_x2apic = false;
	t->incomplete = !madt;
	if (madt) {
		e = acpi_madt_read(madt, &info, on_cpu, &walk);
		t->incomplete = e != OK;
		if (e)
			log_warn("MADT: %s after %u entries: the rest is not read", err_name(e),
				 (unsigned int)info.entries);
		if (info.wakeup_mailbox)
			log_warn("MADT: a multiprocessor wake-up mailbox at 0x%lx is not used",
				 (unsigned long)info.wakeup_mailbox);
	}
	t->lapic_address = info.lapic_address;
	find_bsp(t, madt, bsp_apic_id);
	if (t->dropped)
		log_warn("%u processors are more than the table's %u: left out",
			 (unsigned int)t->dropped, (unsigned int)t->capacity);
	if (srat) {
		e = acpi_srat_read(srat, on_affinity, t);
		if (e)
			log_warn("SRAT: %s: the rest is not read", err_name(e));
	}
}
