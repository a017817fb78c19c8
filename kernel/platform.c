/* SPDX-License-Identifier: MIT */
/* What the firmware's tables and the hypervisor say about this machine: tables, topology, clock. */
#include "kernel/platform.h"

#include "kernel/setup.h"
#include "lib/log.h"

#define PM_TIMER_HZ 3579545UL /* ACPI 4.8.3.3 */
/* If no rate is known: no processor counts faster, so waits get longer, never shorter. */
#define ASSUMED_TSC_HZ 6000000000UL

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
	topology_read(out, madt, srat, arch_apic_id_cpuid());
	log_debug("%lu processors enabled, %lu disabled, boot processor is number %lu; "
		  "%lu memory ranges of nodes",
		  (unsigned long)out->count, (unsigned long)out->disabled, (unsigned long)out->bsp,
		  (unsigned long)out->memory_count);
	return OK;
}

static uint64_t pm_timer(void *ctx)
{
	const struct acpi_register *r = ctx;

	if (r->space == ACPI_SPACE_IO)
		return arch_port_read32((uint16_t)r->address);
	return *(const volatile uint32_t *)r->address;
}

static bool pm_timer_usable(const struct platform *p)
{
	const struct acpi_register *r = &p->fadt.pm_timer;

	return p->has_fadt && r->present &&
	       (r->space == ACPI_SPACE_IO ||
		(r->space == ACPI_SPACE_MEMORY && arch_mapped(r->address, sizeof(uint32_t))));
}

/* Best source first; never the PIT, which a Gen2 VM does not have. */
static void find_rate(struct platform *p)
{
	uint64_t mask = p->fadt.pm_timer_32bit ? 0xFFFFFFFFUL : 0xFFFFFFUL;

	p->clock_source = "hv-tsc-frequency";
	p->tsc_hz = hvsmp_tsc_hz(&p->hypervisor.features, &kernel_host);
	if (p->tsc_hz)
		return;
	p->clock_source = "cpuid";
	p->tsc_hz = arch_tsc_hz_cpuid();
	if (p->tsc_hz)
		return;
	p->clock_source = "hv-reference-counter";
	if (hvsmp_has_reference_counter(&p->hypervisor.features) &&
	    !arch_tsc_hz_measure(hvsmp_reference_counter, &kernel_host, HVSMP_REFERENCE_COUNTER_HZ,
				 ~0UL, &p->tsc_hz))
		return;
	p->clock_source = "acpi-pm-timer";
	if (pm_timer_usable(p) &&
	    !arch_tsc_hz_measure(pm_timer, &p->fadt.pm_timer, PM_TIMER_HZ, mask, &p->tsc_hz))
		return;
	log_warn("no clock of known rate: the time stamp counter is taken for %lu Hz",
		 ASSUMED_TSC_HZ);
	p->clock_source = "assumed";
	p->tsc_hz = ASSUMED_TSC_HZ;
}

void platform_clock(struct platform *p)
{
	find_rate(p);
	arch_clock_set(p->tsc_hz);
	log_set_clock(arch_clock_ns);
}

void platform_apic(const struct topology *topology)
{
	enum err e = arch_apic_init(topology->need_x2apic);

	if (e)
		log_warn("local APIC: %s: not all processors can be reached by INIT-SIPI",
			 err_name(e));
}

void platform_show(const struct platform *p, size_t processors)
{
	log_info("clock: %s, %lu Hz; %lu processors, %s", p->clock_source, (unsigned long)p->tsc_hz,
		 (unsigned long)processors, arch_apic_is_x2apic() ? "x2APIC" : "xAPIC");
}
