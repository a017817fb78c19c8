/* SPDX-License-Identifier: MIT */
/* What the tests of smp/topology.c share: tables that are being built, and the reading of them. */
#pragma once

#include "lib/log.h"
#include "smp/smp.h"
#include "tests/host/acpi/build.h"

enum { ENABLED = 1, ONLINE_CAPABLE = 2, HOT_PLUGGABLE = 2 };
#define BEYOND (1UL << 40) /* of arch/x86_64/width.c's processor */

extern struct builder madt, srat;
extern struct topology t; /* what was read; room for 4 pieces of memory */

/* A MADT without entries, and a log without texts. */
int topology_set_up(void **state);
#define TEST(name) cmocka_unit_test_setup(name, topology_set_up)

/* affinity: the SRAT, or NULL */
void read_with(uint32_t bsp, const struct builder *affinity, size_t capacity);
void read_it(uint32_t bsp);

/* Does a warning hold this text? */
bool warned(const char *text);

void assert_ids(size_t count, const uint32_t *ids);
#define ASSERT_IDS(...)                                         \
	do {                                                    \
		static const uint32_t wanted[] = {__VA_ARGS__}; \
		assert_ids(ARRAY_COUNT(wanted), wanted);        \
	} while (0)

void start_srat(void);
void add_cpu_affinity(uint32_t id, uint32_t domain);
void add_range(uint32_t domain, uint64_t base, uint64_t size, uint32_t flags);
void add_memory(uint32_t domain, uint64_t base, uint64_t size);
