/* SPDX-License-Identifier: MIT */
/* What the firmware's tables say about this machine's processors, and how they are reached. */
#include "kernel/platform.h"

#include "lib/log.h"

enum err platform_topology(const struct platform *p, struct pages *pages, struct topology *out)
{
	const struct acpi_table *madt = p->has_madt ? &p->madt : NULL;
	const struct acpi_table *srat = p->has_srat ? &p->srat : NULL;

	topology_measure(out, madt, srat);
	out->cpu = pages_alloc(pages, pages_of(out->capacity * sizeof(*out->cpu)), 0);
	if (!out->cpu)
		return ERR_NO_MEMORY;
	if (out->memory_capacity)
		out->memory = pages_alloc(pages,
					  pages_of(out->memory_capacity * sizeof(*out->memory)), 0);
	if (!out->memory)
		out->memory_capacity = 0;
	topology_read(out, madt, srat, arch_hw_id());
	log_debug("%lu processors enabled, %lu disabled, boot processor is number %lu; "
		  "%lu memory ranges of nodes",
		  (unsigned long)out->count, (unsigned long)out->disabled, (unsigned long)out->bsp,
		  (unsigned long)out->memory_count);
	return OK;
}

void platform_ipi(const struct platform *p)
{
	enum err e = platform_ipi_open(p);

	if (e)
		log_warn(ARCH_IPI ": %s: " ARCH_WITHOUT_IPI, err_name(e));
}

void platform_ipi_reach(const struct platform *p, const struct topology *topology)
{
	enum err e = topology->need_x2apic ? arch_ipi_widen() : OK;

	if (!e)
		return;
	/* Where processors come by hypercall it does not matter; else each INIT says so. */
	if (hypervisor_is_open(&p->hypervisor))
		log_debug(ARCH_IPI ": %s: ids above 254 by hypercall only", err_name(e));
	else
		log_warn(ARCH_IPI ": %s: not all processors can be reached by " ARCH_SECOND,
			 err_name(e));
}

void platform_show(const struct platform *p, size_t processors)
{
	log_info("clock: %s, %lu Hz; %lu processors, %s", p->clock_source, (unsigned long)p->tsc_hz,
		 (unsigned long)processors, arch_ipi_name());
}
