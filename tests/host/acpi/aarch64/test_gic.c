/* SPDX-License-Identifier: MIT */
/* acpi/aarch64/gic.c: processors, distributor and redistributors, in the bytes of real tables. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/acpi/build.h"

enum { ENABLED = 1, HEADER = 44, GICC_SIZE = 80 };

/* A GICC entry as QEMU 7.2 makes it for its second processor: no redistributor of its own. */
static const uint8_t qemu_gicc[] = {
	0x0B, 0x50, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x17, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};
static const uint8_t qemu_gicd[] = {
	0x0C, 0x18, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00,
};
static const uint8_t qemu_gicr[] = {
	0x0E, 0x10, 0x00, 0x00, 0x00, 0x00, 0x0A, 0x08,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF6, 0x00,
};
_Static_assert(sizeof(qemu_gicc) == GICC_SIZE, "ACPI 6.0's size");

static struct builder b;
static struct acpi_gic gic;
static struct {
	struct acpi_cpu cpu[4];
	uint64_t base[4];
	uint32_t size[4];
	size_t cpus, ranges;
} seen;

static void see(void *ctx, const struct acpi_cpu *cpu)
{
	assert_ptr_equal(ctx, &seen);
	assert_true(seen.cpus < ARRAY_COUNT(seen.cpu));
	seen.cpu[seen.cpus++] = *cpu;
}

static void see_range(void *ctx, uint64_t base, uint32_t size)
{
	assert_ptr_equal(ctx, &seen);
	assert_true(seen.ranges < ARRAY_COUNT(seen.base));
	seen.base[seen.ranges] = base;
	seen.size[seen.ranges++] = size;
}

static void add(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		build_u8(&b, bytes[i]);
}

static void add_gicc(uint32_t uid, uint32_t flags, uint64_t redistributor, uint64_t mpidr)
{
	size_t at = b.size;

	build_u8(&b, 0x0B);
	build_u8(&b, GICC_SIZE);
	build_zeros(&b, 6);
	build_u32(&b, uid);
	build_u32(&b, flags);
	build_zeros(&b, 44);
	build_u64(&b, redistributor);
	build_u64(&b, mpidr);
	build_zeros(&b, at + GICC_SIZE - b.size);
}

static enum err read_with(const struct acpi_gic_fns *fns)
{
	struct acpi_table t = build_table(&b);
	enum err e;

	memset(&seen, 0, sizeof(seen));
	memset(&gic, 0xFF, sizeof(gic));
	e = acpi_gic_read(&t, &gic, fns, &seen);
	release(&t);
	return e;
}

static enum err read_it(void)
{
	static const struct acpi_gic_fns fns = {see, see_range};

	return read_with(&fns);
}

static void as_qemu_makes_them(void **state)
{
	(void)state;
	build_madt_start(&b, 0, 0);
	add(qemu_gicd, sizeof(qemu_gicd));
	add(qemu_gicc, sizeof(qemu_gicc));
	add(qemu_gicr, sizeof(qemu_gicr));
	assert_int_equal(read_it(), OK);
	assert_int_equal(gic.distributor, 0x08000000);
	assert_int_equal(gic.version, 3);
	assert_int_equal(gic.walked.entries, 3);
	assert_int_equal(seen.cpus, 1);
	assert_int_equal(seen.cpu[0].hw_id, 1);
	assert_int_equal(seen.cpu[0].uid, 1);
	assert_true(seen.cpu[0].enabled);
	assert_int_equal(seen.ranges, 1);
	assert_int_equal(seen.base[0], 0x080A0000);
	assert_int_equal(seen.size[0], 0x00F60000);
}

/* Each processor names its own redistributor, a UID is not its place, Aff0 goes beyond 15. */
static void as_hyper_v_makes_them(void **state)
{
	(void)state;
	build_madt_start(&b, 0, 0);
	add_gicc(1, ENABLED, 0xEFFEE000, 0);
	add_gicc(18, ENABLED, 0xF020E000, 0x11);
	add_gicc(3, 8, 0, 0xFF000000FF); /* online capable only; Aff3 */
	assert_int_equal(read_it(), OK);
	assert_int_equal(seen.cpus, 3);
	assert_int_equal(seen.cpu[1].uid, 18);
	assert_int_equal(seen.cpu[1].hw_id, 0x11);
	assert_int_equal(seen.cpu[2].hw_id, 0xFF000000FF);
	assert_false(seen.cpu[2].enabled);
	assert_int_equal(seen.ranges, 2);
	assert_int_equal(seen.base[1], 0xF020E000);
	assert_int_equal(seen.size[1], 0);
	assert_int_equal(gic.distributor, 0);
}

static void a_kind_without_a_function_is_left_out(void **state)
{
	static const struct acpi_gic_fns cpus = {.cpu = see},
					 ranges = {.redistributors = see_range};

	(void)state;
	build_madt_start(&b, 0, 0);
	add_gicc(1, ENABLED, 0x1000000, 0);
	assert_int_equal(read_with(&cpus), OK);
	assert_int_equal(seen.cpus, 1);
	assert_int_equal(seen.ranges, 0);
	assert_int_equal(read_with(&ranges), OK);
	assert_int_equal(seen.cpus, 0);
	assert_int_equal(seen.ranges, 1);
}

static void entries_of_x86_are_passed_over(void **state)
{
	(void)state;
	build_madt_start(&b, 0xFEE00000, 0);
	build_local_apic(&b, 1, 2, ENABLED);
	build_x2apic(&b, 1, 3, ENABLED);
	assert_int_equal(read_it(), OK);
	assert_int_equal(seen.cpus, 0);
	assert_int_equal(gic.walked.entries, 2);
}

/* ACPI 5.1's entry has 76 bytes up to the end of the MPIDR; older ones have none. */
static void too_short_for_its_type(void **state)
{
	static const struct {
		uint8_t type, least;
	} kinds[] = {{0x0B, 76}, {0x0C, 24}, {0x0E, 16}};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
		for (uint8_t size = kinds[i].least - 1; size <= kinds[i].least; size++) {
			build_madt_start(&b, 0, 0);
			build_u8(&b, kinds[i].type);
			build_u8(&b, size);
			build_zeros(&b, size - 2U);
			add_gicc(7, ENABLED, 0, 9);
			assert_int_equal(read_it(), size < kinds[i].least ? ERR_INVALID : OK);
			assert_int_equal(gic.walked.too_short, size < kinds[i].least);
			assert_int_equal(seen.cpu[seen.cpus - 1].hw_id, 9); /* the rest is read */
		}
	}
}

static void a_table_that_ends_inside_an_entry(void **state)
{
	(void)state;
	build_madt_start(&b, 0, 0);
	add_gicc(1, ENABLED, 0, 1);
	add(qemu_gicc, sizeof(qemu_gicc) - 1);
	assert_int_equal(read_it(), ERR_TRUNCATED);
	assert_int_equal(seen.cpus, 1);
	assert_int_equal(gic.walked.stopped_at, HEADER + GICC_SIZE);
	b.size = HEADER - 1;
	assert_int_equal(read_it(), ERR_TRUNCATED);
	assert_int_equal(seen.cpus, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_qemu_makes_them),
		cmocka_unit_test(as_hyper_v_makes_them),
		cmocka_unit_test(a_kind_without_a_function_is_left_out),
		cmocka_unit_test(entries_of_x86_are_passed_over),
		cmocka_unit_test(too_short_for_its_type),
		cmocka_unit_test(a_table_that_ends_inside_an_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
