/* SPDX-License-Identifier: MIT */
/* The rate of the time stamp counter: from the first source that has it, else measured. */
#include "kernel/platform.h"

#include "arch/x86_64/x86.h"
#include "lib/log.h"

#define PM_TIMER_HZ 3579545UL /* ACPI 4.8.3.3 */
/* If no rate is known: no processor counts faster, so waits get longer, never shorter. */
#define ASSUMED_TSC_HZ 6000000000UL

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
	p->tsc_hz = arch_ticks_hz();
	if (p->tsc_hz)
		return;
	p->clock_source = "hv-reference-counter";
	if (hvsmp_has_reference_counter(&p->hypervisor.features) &&
	    !arch_ticks_measure(hvsmp_reference_counter, &kernel_host, HVSMP_REFERENCE_COUNTER_HZ,
				~0UL, &p->tsc_hz))
		return;
	p->clock_source = "acpi-pm-timer";
	if (pm_timer_usable(p) &&
	    !arch_ticks_measure(pm_timer, &p->fadt.pm_timer, PM_TIMER_HZ, mask, &p->tsc_hz))
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
