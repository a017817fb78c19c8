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
	uint64_t page = r->address & ~(uint64_t)(PAGE_SIZE - 1);

	if (!p->has_fadt || !r->present)
		return false;
	if (r->space == ACPI_SPACE_IO || arch_mapped(r->address, sizeof(uint32_t)))
		return true;
	/* Registers are no memory, so the memory map need not list them. */
	return !(r->address % sizeof(uint32_t)) &&
	       !arch_map(page, page, PAGE_SIZE, ARCH_MAP_DEVICE);
}

/* Best source first; never the PIT, which a Gen2 VM does not have. */
static bool find_rate(struct platform *p)
{
	uint64_t mask = p->fadt.pm_timer_32bit ? 0xFFFFFFFFUL : 0xFFFFFFUL;

	p->clock_source = "hv-tsc-frequency";
	p->tsc_hz = hvsmp_tsc_hz(&p->hypervisor.features, &kernel_host);
	if (p->tsc_hz)
		return true;
	p->clock_source = "hv-cpuid";
	p->tsc_hz = arch_ticks_hz_by_monitor();
	if (p->tsc_hz)
		return true;
	p->clock_source = "cpuid";
	p->tsc_hz = arch_ticks_hz();
	if (p->tsc_hz)
		return true;
	p->clock_source = "hv-reference-counter";
	if (hvsmp_has_reference_counter(&p->hypervisor.features) &&
	    !arch_ticks_measure(hvsmp_reference_counter, &kernel_host, HVSMP_REFERENCE_COUNTER_HZ,
				~0UL, &p->tsc_hz))
		return true;
	p->clock_source = "acpi-pm-timer";
	if (pm_timer_usable(p) &&
	    !arch_ticks_measure(pm_timer, &p->fadt.pm_timer, PM_TIMER_HZ, mask, &p->tsc_hz))
		return true;
	p->clock_source = "cpuid-nominal";
	p->tsc_hz = arch_ticks_hz_nominal();
	return p->tsc_hz != 0;
}

void platform_clock(struct platform *p)
{
	p->clock_assumed = !find_rate(p);
	if (p->clock_assumed) {
		p->clock_source = "assumed";
		p->tsc_hz = ASSUMED_TSC_HZ;
		log_warn("no clock of known rate: the time stamp counter is taken for %lu Hz, and "
			 "no time is to be relied on",
			 ASSUMED_TSC_HZ);
	}
	arch_clock_set(p->tsc_hz);
	log_set_clock(arch_clock_ns);
}
