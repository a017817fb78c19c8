/* SPDX-License-Identifier: MIT */
/* What ACPI and the hypervisor say about this machine. Private to kernel/. */
#pragma once

#include "acpi/acpi.h"
#include "kernel/hypervisor.h"
#include "kernel/kernel.h"
#include "lib/pages.h"
#include "smp/smp.h"

struct platform {
	struct acpi acpi;
	bool has_madt, has_srat, has_fadt;
	struct acpi_table madt, srat;
	struct acpi_fadt fadt;
	bool has_s5;
	uint8_t slp_typ[2]; /* of \_S5, for PM1a and PM1b; if has_s5 */
	struct hypervisor hypervisor;
	const char *clock_source;
	bool clock_assumed; /* nobody says the rate: times are no times */
	uint64_t tsc_hz;
};

/* tables.c */
void platform_find_tables(struct platform *p, const struct boot_info *boot);
/* All enabled processors of the MADT, in arrays from *pages. ERR_NO_MEMORY. */
enum err platform_topology(const struct platform *p, struct pages *pages, struct topology *out);
/* Boot processor on its own tables (safe MSR access): the rate of the time stamp counter. */
void platform_clock(struct platform *p);
/* Boot processor on its own page tables: the interrupt controller as the firmware left it. */
void platform_ipi(const struct platform *p);
/* The architecture's: arch_ipi_init, and what it must know before. */
enum err platform_ipi_open(const struct platform *p);
/* x2APIC, if there are ids that want it. */
void platform_ipi_reach(const struct platform *p, const struct topology *topology);
/* The log's line about clock, processors and APIC. */
void platform_show(const struct platform *p, size_t processors);
