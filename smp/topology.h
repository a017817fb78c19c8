/* SPDX-License-Identifier: MIT */
/* Which processors there are, and whose memory is near whom: from the firmware's tables. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi/acpi.h"
#include "lib/pages.h"

/*
 * Tables grow with what the firmware lists; the limits are there for firmware that lists nonsense.
 * Hyper-V has at most 2048 VPs in a partition.
 */
enum { SMP_MAX_CPUS = 4096, SMP_MAX_NODES = 256, SMP_MAX_MEMORY = 1024 };
enum { SMP_NUMA_UNKNOWN = 0xFFFFFFFF, SMP_UID_UNKNOWN = 0xFFFFFFFF };

struct topology_cpu {
	uint64_t hw_id;       /* APIC id */
	uint32_t uid;         /* ACPI processor uid; SMP_UID_UNKNOWN if the MADT does not list it */
	uint32_t numa;        /* proximity domain; SMP_NUMA_UNKNOWN */
	bool x2apic;          /* first seen in a type 9 entry */
	uint32_t chain, next; /* topology.c's own: processors whose ids hash to one bucket */
};

struct topology_memory {
	struct page_range range;
	uint32_t numa;
};

struct topology {
	struct topology_cpu *cpu; /* the caller's array */
	size_t capacity, count;
	size_t bsp;      /* index of the boot processor */
	size_t disabled; /* entries that are not enabled, online-capable ones among them; without
			    the boot processor's */
	size_t dropped;  /* enabled ones for which there was no room */
	struct topology_memory *memory; /* the caller's array; by the SRAT, of any order */
	size_t memory_capacity, memory_count, memory_dropped;
	bool incomplete;  /* there may be more: no MADT, an empty one, or one not read to its end */
	bool need_x2apic; /* an id above 254 is there */
};

/* How many records the tables want, at least 1 and within the limits: both capacities of *t. */
void topology_measure(struct topology *t, const struct acpi_table *madt,
		      const struct acpi_table *srat);

/*
 * Read the enabled processors, in the MADT's order, and NUMA domains. madt or srat may be NULL; the
 * capacities say how long the arrays are, that of processors at least 1. Everything odd is a
 * warning in the log, one for each kind with its count and the first few, and costs at most its own
 * entry; the boot processor is always there afterwards.
 */
void topology_read(struct topology *t, const struct acpi_table *madt, const struct acpi_table *srat,
		   uint64_t bsp_hw_id);
