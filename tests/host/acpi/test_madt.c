/* SPDX-License-Identifier: MIT */
/* acpi/madt.c: processors in order, as they stand; bad entries; any bytes at all. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/acpi/build.h"

enum { ENABLED = 1, ONLINE_CAPABLE = 2 };

struct seen {
	struct acpi_cpu cpu[4096];
	size_t count;
};

static struct builder b;
static struct seen seen;
static struct acpi_madt madt;

static void see(void *ctx, const struct acpi_cpu *cpu)
{
	struct seen *s = ctx;

	assert_true(s->count < ARRAY_COUNT(s->cpu));
	s->cpu[s->count++] = *cpu;
}

static enum err read_sized(const struct acpi_table *t)
{
	memset(&seen, 0, sizeof(seen));
	memset(&madt, 0xff, sizeof(madt));
	return acpi_madt_read(t, &madt, see, &seen);
}

/* Read what the builder holds. */
static enum err read_it(void)
{
	struct acpi_table t = build_table(&b);
	enum err e = read_sized(&t);

	release(&t);
	return e;
}

static void assert_cpu(size_t i, uint32_t id, uint32_t uid, uint32_t flags, bool x2apic)
{
	assert_in_range(seen.count, i + 1, ARRAY_COUNT(seen.cpu));
	assert_int_equal(seen.cpu[i].hw_id, id);
	assert_int_equal(seen.cpu[i].uid, uid);
	assert_int_equal(seen.cpu[i].enabled, (flags & ENABLED) != 0);
	assert_int_equal(seen.cpu[i].x2apic, x2apic);
}

static void header_fields_are_read(void **state)
{
	(void)state;
	build_madt_start(&b, 0xfee00000, 1);
	build_seal(&b);
	assert_int_equal(read_it(), OK);
	assert_int_equal(madt.wakeup_mailbox, 0);
	assert_int_equal(madt.walked.entries, 0);
	assert_int_equal(seen.count, 0);
	build_madt_start(&b, 0xfee00000, 0xfffffffe);
	assert_int_equal(read_it(), OK);
}

static void f57_processors_come_in_order_also_disabled_ones(void **state)
{
	(void)state;
	build_madt_start(&b, 0xfee00000, 0);
	build_local_apic(&b, 1, 0, ENABLED);
	build_local_apic(&b, 2, 4, 0);
	build_x2apic(&b, 0x12345678, 0x9abcdef0, ENABLED | ONLINE_CAPABLE);
	build_local_apic(&b, 3, 2, ONLINE_CAPABLE);
	build_seal(&b);
	assert_int_equal(read_it(), OK);
	assert_int_equal(madt.walked.entries, 4);
	assert_int_equal(seen.count, 4);
	assert_cpu(0, 0, 1, ENABLED, false);
	assert_cpu(1, 4, 2, 0, false);
	assert_cpu(2, 0x9abcdef0, 0x12345678, ENABLED | ONLINE_CAPABLE, true);
	assert_cpu(3, 2, 3, ONLINE_CAPABLE, false);
}

static void f54_f55_f56_odd_ids_are_handed_on_as_they_stand(void **state)
{
	(void)state;
	build_madt_start(&b, 0xfee00000, 0);
	build_local_apic(&b, 0xff, 0xff, ENABLED);
	build_x2apic(&b, 0xffffffff, 0xffffffff, ENABLED);
	build_local_apic(&b, 1, 7, ENABLED);
	build_x2apic(&b, 1, 7, ENABLED);
	build_local_apic(&b, 1, 7, ENABLED);
	assert_int_equal(read_it(), OK);
	assert_int_equal(seen.count, 5);
	assert_cpu(0, 0xff, 0xff, ENABLED, false);
	assert_cpu(1, 0xffffffff, 0xffffffff, ENABLED, true);
	assert_cpu(3, 7, 1, ENABLED, true);
}

static void f61_the_wake_up_mailbox_is_found(void **state)
{
	(void)state;
	build_madt_start(&b, 0xfee00000, 0);
	build_u8(&b, 0x10);
	build_u8(&b, 16);
	build_u16(&b, 0);
	build_u32(&b, 0xffffffff);
	build_u64(&b, 0x7ff00000);
	assert_int_equal(read_it(), OK);
	assert_int_equal(madt.wakeup_mailbox, 0x7ff00000);
}

static void other_types_are_counted_and_skipped(void **state)
{
	(void)state;
	build_madt_start(&b, 0xfee00000, 0);
	for (int type = 1; type < 256; type++) {
		if (type == 5 || type == 9 || type == 0x10)
			continue;
		build_u8(&b, (uint8_t)type);
		build_u8(&b, (uint8_t)(2 + type % 20));
		build_zeros(&b, (size_t)type % 20);
	}
	build_local_apic(&b, 9, 3, ENABLED);
	assert_int_equal(read_it(), OK);
	assert_int_equal(madt.walked.entries, 253);
	assert_int_equal(seen.count, 1);
	assert_cpu(0, 3, 9, ENABLED, false);
}

static void an_entry_longer_than_its_type_is_read(void **state)
{
	(void)state;
	build_madt_start(&b, 0xfee00000, 0);
	build_local_apic(&b, 1, 6, ENABLED);
	b.bytes[b.size - 7] = 10;
	build_u16(&b, 0xffff);
	build_local_apic(&b, 2, 7, ENABLED);
	assert_int_equal(read_it(), OK);
	assert_int_equal(seen.count, 2);
	assert_cpu(1, 7, 2, ENABLED, false);
}

static void f52_entry_length_0_or_1_ends_the_walk(void **state)
{
	(void)state;
	for (uint8_t length = 0; length < 2; length++) {
		build_madt_start(&b, 0xfee00000, 0);
		build_local_apic(&b, 1, 6, ENABLED);
		build_local_apic(&b, 2, 7, ENABLED);
		b.bytes[b.size - 7] = length;
		build_local_apic(&b, 3, 8, ENABLED);
		assert_int_equal(read_it(), ERR_INVALID);
		assert_int_equal(seen.count, 1);
		assert_int_equal(madt.walked.entries, 1);
		assert_cpu(0, 6, 1, ENABLED, false);
	}
}

static void f52_entry_beyond_the_table_is_not_read(void **state)
{
	(void)state;
	build_madt_start(&b, 0xfee00000, 0);
	build_local_apic(&b, 1, 6, ENABLED);
	build_local_apic(&b, 2, 7, ENABLED);
	b.bytes[b.size - 7] = 9;
	assert_int_equal(read_it(), ERR_TRUNCATED);
	assert_int_equal(seen.count, 1);
	b.bytes[b.size - 7] = 255;
	assert_int_equal(read_it(), ERR_TRUNCATED);
}

static void f52_entry_shorter_than_its_type_is_left_out(void **state)
{
	static const uint8_t types[] = {0, 5, 9, 0x10};
	static const uint8_t sizes[] = {8, 12, 16, 16};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
		for (uint8_t size = 2; size < sizes[i]; size++) {
			build_madt_start(&b, 0xfee00000, 0);
			build_u8(&b, types[i]);
			build_u8(&b, size);
			for (uint8_t k = 2; k < size; k++)
				build_u8(&b, 0xee);
			build_local_apic(&b, 3, 8, ENABLED);
			assert_int_equal(read_it(), ERR_INVALID);
			assert_int_equal(seen.count, 1);
			assert_cpu(0, 8, 3, ENABLED, false);
			assert_int_equal(madt.wakeup_mailbox, 0);
		}
	}
}

static void f53_a_table_cut_anywhere(void **state)
{
	(void)state;
	build_madt_start(&b, 0xfee00000, 1);
	build_local_apic(&b, 1, 0, ENABLED);
	build_x2apic(&b, 2, 300, ENABLED);
	build_local_apic(&b, 3, 2, ENABLED);
	for (size_t size = 0; size < b.size; size++) {
		struct builder cut = {.size = size};
		struct acpi_table t = {0};
		bool between = size == 44 || size == 52 || size == 68;

		memcpy(cut.bytes, b.bytes, size);
		if (size > 0)
			t = build_table(&cut);
		assert_int_equal(read_sized(&t), between ? OK : ERR_TRUNCATED);
		assert_int_equal(seen.count, (size >= 52) + (size >= 68));
		release(&t);
	}
}

static void f60_thousands_of_processors_are_all_handed_on(void **state)
{
	(void)state;
	build_madt_start(&b, 0xfee00000, 0);
	for (uint32_t i = 0; i < 4096; i++)
		build_x2apic(&b, i + 1, i * 2, ENABLED);
	assert_int_equal(read_it(), OK);
	assert_int_equal(seen.count, 4096);
	assert_cpu(4095, 8190, 4096, ENABLED, true);
}

/* Any bytes, any cut: ASan and UBSan watch; the walk ends because each step consumes bytes. */
static void random_tables_are_survived(void **state)
{
	uint32_t random = 0x2545f491;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t flips;

		build_madt_start(&b, 0xfee00000, 0);
		for (uint32_t i = 0; i < 6; i++) {
			build_local_apic(&b, (uint8_t)i, (uint8_t)i, ENABLED);
			build_x2apic(&b, i, i + 256, ENABLED);
		}
		random ^= random << 13;
		random ^= random >> 17;
		random ^= random << 5;
		flips = random % 16;
		for (size_t i = 0; i < flips; i++) {
			random = random * 1664525 + 1013904223;
			b.bytes[36 + (random >> 8) % (b.size - 36)] = (uint8_t)(random >> 24);
		}
		b.size -= (random >> 4) % 64;
		read_it();
		assert_in_range(madt.walked.entries, seen.count, b.size / 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_fields_are_read),
		cmocka_unit_test(f57_processors_come_in_order_also_disabled_ones),
		cmocka_unit_test(f54_f55_f56_odd_ids_are_handed_on_as_they_stand),
		cmocka_unit_test(f61_the_wake_up_mailbox_is_found),
		cmocka_unit_test(other_types_are_counted_and_skipped),
		cmocka_unit_test(an_entry_longer_than_its_type_is_read),
		cmocka_unit_test(f52_entry_length_0_or_1_ends_the_walk),
		cmocka_unit_test(f52_entry_beyond_the_table_is_not_read),
		cmocka_unit_test(f52_entry_shorter_than_its_type_is_left_out),
		cmocka_unit_test(f53_a_table_cut_anywhere),
		cmocka_unit_test(f60_thousands_of_processors_are_all_handed_on),
		cmocka_unit_test(random_tables_are_survived),
	};

	return cmocka_run_group_tests_name("acpi/madt", tests, NULL, NULL);
}
