/* SPDX-License-Identifier: MIT */
/* tests/refhv/calls/topology.c: VP indexes are unique and in range, and differ from APIC ids. */
#include "tests/host/test.h"

#include "tests/refhv/calls/topology.h"

static uint32_t ids[MAX_VPS], indexes[MAX_VPS];

/* APIC ids as sockets of `cores` give them, each socket padded to a power of two. */
static void number_ids(uint32_t count, uint32_t cores)
{
	uint32_t padded = 1;

	while (padded < cores)
		padded *= 2;
	for (uint32_t i = 0; i < count; i++)
		ids[i] = i / cores * padded + i % cores;
}

static void assert_unique_and_in_range(uint32_t count)
{
	static uint8_t used[MAX_VP_INDEXES];

	for (uint32_t i = 0; i < MAX_VP_INDEXES; i++)
		used[i] = 0;
	for (uint32_t i = 0; i < count; i++) {
		assert_in_range(indexes[i], 0, MAX_VP_INDEXES - 1);
		assert_int_equal(used[indexes[i]]++, 0);
	}
}

static void no_index_equals_its_apic_id(enum vp_numbering numbering)
{
	static const uint32_t cores[] = {1, 2, 3, 5, 6, 7, 512};

	for (uint32_t count = 2; count <= MAX_VPS; count += count < 20 ? 1 : 41) {
		for (size_t c = 0; c < ARRAY_COUNT(cores); c++) {
			number_ids(count, cores[c]);
			if (ids[count - 1] >= MAX_APIC_IDS)
				continue;
			topology_number(numbering, ids, count, indexes);
			assert_unique_and_in_range(count);
			for (uint32_t i = 0; i < count; i++)
				assert_int_not_equal(indexes[i], ids[i]);
		}
	}
}

static void permuted_indexes_differ_from_apic_ids(void **state)
{
	(void)state;
	no_index_equals_its_apic_id(VP_PERMUTED);
	number_ids(4, 512);
	topology_number(VP_PERMUTED, ids, 4, indexes);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(indexes[i], (i + 2) % 4);
}

static void sparse_indexes_differ_and_have_gaps(void **state)
{
	uint32_t highest = 0;

	(void)state;
	no_index_equals_its_apic_id(VP_SPARSE);
	number_ids(8, 512);
	topology_number(VP_SPARSE, ids, 8, indexes);
	for (uint32_t i = 0; i < 8; i++)
		highest = indexes[i] > highest ? indexes[i] : highest;
	assert_true(highest > 8);
}

static void identity_is_the_apic_id(void **state)
{
	(void)state;
	number_ids(64, 3);
	topology_number(VP_IDENTITY, ids, 64, indexes);
	for (uint32_t i = 0; i < 64; i++)
		assert_int_equal(indexes[i], ids[i]);
}

static void one_processor_is_vp_0(void **state)
{
	(void)state;
	number_ids(1, 1);
	topology_number(VP_PERMUTED, ids, 1, indexes);
	assert_int_equal(indexes[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permuted_indexes_differ_from_apic_ids),
		cmocka_unit_test(sparse_indexes_differ_and_have_gaps),
		cmocka_unit_test(identity_is_the_apic_id),
		cmocka_unit_test(one_processor_is_vp_0),
	};

	return cmocka_run_group_tests_name("refhv/topology", tests, NULL, NULL);
}
