/* SPDX-License-Identifier: MIT */
/* acpi/srat.c: domains of processors in both entry forms and both revisions, and of memory. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/acpi/build.h"

enum { ENABLED = 1 };

struct seen {
	uint32_t apic_id[64], domain[64];
	size_t count;
	struct acpi_memory_affinity memory[8];
	size_t memory_count;
	uint32_t uid[2], gicc_domain[2];
	size_t gicc_count;
};

static struct builder b;
static struct seen seen;
static struct acpi_walked walked;

static void see(void *ctx, uint32_t apic_id, uint32_t domain)
{
	struct seen *s = ctx;

	assert_true(s->count < ARRAY_COUNT(s->domain));
	s->apic_id[s->count] = apic_id;
	s->domain[s->count++] = domain;
}

static void see_gicc(void *ctx, uint32_t uid, uint32_t domain)
{
	struct seen *s = ctx;

	assert_true(s->gicc_count < ARRAY_COUNT(s->uid));
	s->uid[s->gicc_count] = uid;
	s->gicc_domain[s->gicc_count++] = domain;
}

static void see_memory(void *ctx, const struct acpi_memory_affinity *memory)
{
	struct seen *s = ctx;

	assert_true(s->memory_count < ARRAY_COUNT(s->memory));
	s->memory[s->memory_count++] = *memory;
}

static enum err read_it(void)
{
	static const struct acpi_srat_fns fns = {see, see_gicc, see_memory};
	struct acpi_table t = build_table(&b);
	enum err e;

	memset(&seen, 0, sizeof(seen));
	memset(&walked, 0xFF, sizeof(walked));
	e = acpi_srat_read(&t, &walked, &fns, &seen);
	release(&t);
	return e;
}

static void start(uint8_t revision)
{
	build_start(&b, "SRAT", revision);
	build_u32(&b, 1);
	build_u64(&b, 0);
}

static void add_apic(uint32_t domain, uint8_t id, uint32_t flags)
{
	build_u8(&b, 0);
	build_u8(&b, 16);
	build_u8(&b, (uint8_t)domain);
	build_u8(&b, id);
	build_u32(&b, flags);
	build_u8(&b, 0x77); /* SAPIC EID */
	build_u8(&b, (uint8_t)(domain >> 8));
	build_u16(&b, (uint16_t)(domain >> 16));
	build_u32(&b, 0x88888888); /* clock domain */
}

static void add_x2apic(uint32_t domain, uint32_t id, uint32_t flags)
{
	build_u8(&b, 2);
	build_u8(&b, 24);
	build_u16(&b, 0);
	build_u32(&b, domain);
	build_u32(&b, id);
	build_u32(&b, flags);
	build_u64(&b, 0);
}

static void add_memory(uint32_t domain, uint64_t base, uint64_t size, uint32_t flags)
{
	build_u8(&b, 1);
	build_u8(&b, 40);
	build_u32(&b, domain);
	build_u16(&b, 0x5555); /* reserved, as are all that are not zero here */
	build_u64(&b, base);
	build_u64(&b, size);
	build_u32(&b, 0x66666666);
	build_u32(&b, flags);
	build_u64(&b, 0x7777777777777777);
}

static void enabled_memory(void **state)
{
	static const struct acpi_srat_fns processors_only = {.cpu = see}, none = {NULL, NULL, NULL};
	struct acpi_table t;

	(void)state;
	start(3);
	add_memory(0x12345678, 0x123456789000, 0xFEDCBA987000, ENABLED);
	add_memory(1, 0, 0xA0000, 0);
	add_apic(2, 2, ENABLED);
	add_memory(3, UINT64_MAX, UINT64_MAX, ENABLED | 2);
	assert_int_equal(read_it(), OK);
	assert_int_equal(seen.memory_count, 2);
	assert_int_equal(seen.memory[0].base, 0x123456789000);
	assert_int_equal(seen.memory[0].size, 0xFEDCBA987000);
	assert_int_equal(seen.memory[0].domain, 0x12345678);
	assert_int_equal(seen.memory[1].base, UINT64_MAX); /* handed on as it stands */
	assert_int_equal(seen.memory[1].domain, 3);
	assert_false(seen.memory[0].hot_pluggable);
	assert_true(seen.memory[1].hot_pluggable);
	t = build_table(&b);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(acpi_srat_read(&t, &walked, &processors_only, &seen), OK);
	assert_int_equal(acpi_srat_read(&t, &walked, &none, &seen), OK);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.memory_count, 0);
	release(&t);
	b.bytes[8] = 1; /* revision 1 has 8-bit domains */
	assert_int_equal(read_it(), OK);
	assert_int_equal(seen.memory[0].domain, 0x78);
	b.bytes[48 + 1] = 39; /* too short for its type */
	assert_int_equal(read_it(), ERR_INVALID);
}

static void enabled_entries_of_both_forms(void **state)
{
	(void)state;
	start(2); /* the first with 32-bit domains */
	add_apic(0x12345678, 4, ENABLED);
	add_apic(1, 5, 0);
	build_u8(&b, 1); /* memory affinity */
	build_u8(&b, 40);
	build_zeros(&b, 38);
	add_x2apic(0x9abcdef0, 0x10203040, ENABLED);
	add_x2apic(1, 6, 0);
	assert_int_equal(read_it(), OK);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.apic_id[0], 4);
	assert_int_equal(seen.domain[0], 0x12345678);
	assert_int_equal(seen.apic_id[1], 0x10203040);
	assert_int_equal(seen.domain[1], 0x9abcdef0);
}

static void add_gicc(uint32_t domain, uint32_t uid, uint32_t flags)
{
	build_u8(&b, 3);
	build_u8(&b, 18);
	build_u32(&b, domain);
	build_u32(&b, uid);
	build_u32(&b, flags);
	build_u32(&b, 0x77777777); /* clock domain */
}

/* By UID, which is no MPIDR: ACPI 6.5, 5.2.16.4. */
static void processors_of_arm(void **state)
{
	(void)state;
	start(3);
	add_gicc(0x12345678, 0x9ABCDEF0, ENABLED);
	add_gicc(1, 7, 0);
	add_apic(2, 2, ENABLED);
	add_gicc(3, 0, ENABLED);
	assert_int_equal(read_it(), OK);
	assert_int_equal(seen.gicc_count, 2);
	assert_int_equal(seen.uid[0], 0x9ABCDEF0);
	assert_int_equal(seen.gicc_domain[0], 0x12345678);
	assert_int_equal(seen.uid[1], 0);
	assert_int_equal(seen.gicc_domain[1], 3);
	assert_int_equal(seen.count, 1);
	b.bytes[48 + 1] = 17; /* too short for its type */
	assert_int_equal(read_it(), ERR_INVALID);
}

static void revision_1_has_8_bit_domains(void **state)
{
	(void)state;
	start(1);
	add_apic(0x12345678, 4, ENABLED);
	assert_int_equal(read_it(), OK);
	assert_int_equal(seen.domain[0], 0x78);
}

static void f52_bad_lengths(void **state)
{
	(void)state;
	start(3);
	add_apic(1, 1, ENABLED);
	add_apic(2, 2, ENABLED);
	b.bytes[48 + 16 + 1] = 0;
	assert_int_equal(read_it(), ERR_INVALID);
	assert_int_equal(seen.count, 1);
	assert_int_equal(walked.entries, 1);
	assert_int_equal(walked.stopped_at, 48 + 16);
	assert_int_equal(walked.too_short, 0);
	b.bytes[48 + 16 + 1] = 17;
	assert_int_equal(read_it(), ERR_TRUNCATED);
	assert_int_equal(seen.count, 1);
	assert_int_equal(walked.stopped_at, 48 + 16);
	b.bytes[48 + 1] = 4; /* too short for its type; garbage follows, but it is all inside */
	assert_int_equal(read_it(), ERR_INVALID);
}

static void f53_a_table_cut_anywhere(void **state)
{
	(void)state;
	start(3);
	add_apic(1, 1, ENABLED);
	add_x2apic(2, 2, ENABLED);
	for (size_t size = b.size - 1; size > 0; size--) {
		b.size = size;
		assert_int_equal(read_it(), size == 48 || size == 64 ? OK : ERR_TRUNCATED);
		assert_int_equal(seen.count, size >= 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enabled_entries_of_both_forms),
		cmocka_unit_test(enabled_memory),
		cmocka_unit_test(processors_of_arm),
		cmocka_unit_test(revision_1_has_8_bit_domains),
		cmocka_unit_test(f52_bad_lengths),
		cmocka_unit_test(f53_a_table_cut_anywhere),
	};

	return cmocka_run_group_tests_name("acpi/srat", tests, NULL, NULL);
}
