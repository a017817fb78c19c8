/* SPDX-License-Identifier: MIT */
/* What the firmware's tables and the hypervisor say about this machine: tables, topology, clock. */
#include "kernel/platform.h"

#include "kernel/setup.h"
#include "lib/log.h"

static bool find(const struct platform *p, const char *signature, struct acpi_table *out)
{
	enum err e = acpi_find(&p->acpi, signature, out);

	if (e && e != ERR_NOT_FOUND)
		log_warn("ACPI table %s: %s", signature, err_name(e));
	else if (e)
		log_debug("ACPI table %s: none", signature);
	else
		log_debug("ACPI table %s: %lu bytes at 0x%lx", signature, (unsigned long)out->size,
			  (unsigned long)out->data);
	return !e;
}

void platform_find_tables(struct platform *p, const struct boot_info *boot)
{
	struct acpi_memory memory = memory_for_acpi(boot);
	struct acpi_table fadt;
	enum err e = acpi_open(&p->acpi, &memory, boot->rsdp);

	if (e) {
		log_warn("ACPI root pointer at 0x%lx: %s: only the boot processor is known",
			 (unsigned long)boot->rsdp, err_name(e));
		return;
	}
	p->has_madt = find(p, "APIC", &p->madt);
	p->has_srat = find(p, "SRAT", &p->srat);
	p->has_fadt = find(p, "FACP", &fadt) && !acpi_fadt_read(&fadt, &p->fadt);
	if (!p->has_madt)
		log_warn("no usable MADT: only the boot processor is known");
}

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

void platform_ipi(void)
{
	enum err e = arch_ipi_init();

	if (e)
		log_warn("local APIC: %s: no processor can be reached by INIT-SIPI", err_name(e));
}

void platform_ipi_reach(const struct topology *topology)
{
	enum err e = topology->need_x2apic ? arch_ipi_widen() : OK;

	if (e)
		log_warn("local APIC: %s: not all processors can be reached by INIT-SIPI",
			 err_name(e));
}

void platform_show(const struct platform *p, size_t processors)
{
	log_info("clock: %s, %lu Hz; %lu processors, %s", p->clock_source, (unsigned long)p->tsc_hz,
		 (unsigned long)processors, arch_ipi_name());
}
