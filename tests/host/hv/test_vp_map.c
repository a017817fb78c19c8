/* SPDX-License-Identifier: MIT */
/* hv/vp_map.c: the 0x9A loop against layouts, partial lists and unknown ids. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/hv/map_fixture.h"

/* --- layouts ---------------------------------------------------------------------------------- */

static void f23_packed_elements(void **state)
{
	(void)state;
	assert_int_equal(map(), HVSMP_OK);
	assert_all_found();
	assert_int_equal(info.stride, 4);
	assert_in_range(info.calls, 1, 5);
	assert_string_equal(info.reason, "");
}

/* An index is the same in every VTL, and 0 is the one that is always there. */
static void a_caller_in_a_vtl_asks_for_vtl_0(void **state)
{
	(void)state;
	caller.vtl = 2;
	assert_int_equal(map(), HVSMP_OK); /* the script looks at the header */
	caller.vtl = 0;
	assert_all_found();
}

static void f23_padded_elements(void **state)
{
	(void)state;
	script.in_stride = script.out_stride = 8;
	assert_int_equal(map(), HVSMP_OK);
	assert_all_found();
	assert_int_equal(info.stride, 8);
	assert_in_range(info.calls, 1, 5);
}

/* 8 bytes, and the upper half of one is a number: not what anybody describes, so not believed. */
static void f23_padding_that_is_none(void **state)
{
	(void)state;
	for (uint32_t at = 0; at < 2; at++) {
		script_reset(ids, COUNT);
		script.in_stride = script.out_stride = 8;
		script.odd_at = at;
		script.odd_padding = 7;
		assert_int_equal(map(), HVSMP_OK);
		assert_all_found();
		assert_int_equal(info.stride, 0);
	}
}

/* Each layout, each BSP, each number of reps a call: never a wrong index, never a lost one. */
static void f23_every_layout_with_every_bsp(void **state)
{
	static const struct {
		unsigned int in, out;
		bool wide;
	} layouts[] = {{4, 4, false}, {8, 8, false}, {8, 8, true},
		       {8, 4, false}, {8, 4, true},  {4, 8, false}};
	static const uint32_t reps[] = {0, 1, 2, 3, 5};

	(void)state;
	for (size_t l = 0; l < ARRAY_COUNT(layouts); l++) {
		for (size_t b = 0; b < COUNT; b++) {
			for (size_t r = 0; r < ARRAY_COUNT(reps); r++) {
				script_reset(ids, COUNT);
				script.in_stride = layouts[l].in;
				script.out_stride = layouts[l].out;
				script.reads_8_bytes = layouts[l].wide;
				script.reps_per_call = reps[r];
				bsp = ids[b];
				assert_int_equal(map(), HVSMP_OK);
				assert_all_found();
			}
		}
	}
}

/* The caller's page was used before: padding must be zero all the same. */
static void f23_stale_input_does_not_become_padding(void **state)
{
	(void)state;
	for (unsigned int stride = 4; stride <= 8; stride += 4) {
		for (size_t count = 2; count <= COUNT; count += COUNT - 2) {
			script_reset(ids, COUNT);
			script.in_stride = script.out_stride = stride;
			script.reads_8_bytes = true;
			memset(caller.input.va, 0xAA, PAGE);
			assert_int_equal(map_ids(ids, count), HVSMP_OK);
			for (size_t i = 0; i < count; i++)
				assert_found(i);
		}
	}
}

static void f72_counts_around_a_page_of_elements(void **state)
{
	static const size_t counts[] = {1,    2,    3,    510,  511,  512, 1019,
					1020, 1021, 1022, 2041, 2048, MANY};
	static uint32_t many[MANY];
	size_t lists, per_call;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		many[i] = i * 2 + (i > 7);
	for (unsigned int stride = 4; stride <= 8; stride += 4) {
		for (size_t c = 0; c < ARRAY_COUNT(counts); c++) {
			script_reset(many, MANY);
			script.in_stride = script.out_stride = stride;
			bsp = many[counts[c] / 2]; /* in the midst, where it could cut a list */
			assert_int_equal(map_ids(many, counts[c]), HVSMP_OK);
			for (size_t i = 0; i < counts[c]; i++)
				assert_found(i);
			assert_int_equal(info.elements, counts[c]);
			/* The proof, the probes, and as many lists as the APs fill. */
			per_call = stride == 4 ? 1020 : 510;
			lists = (counts[c] - 1 + per_call - 1) / per_call;
			assert_int_equal(info.calls, lists + 1 + (counts[c] > 2 ? stride / 4 : 0));
		}
	}
}

/* --- partial lists ---------------------------------------------------------------------------- */

static void f21_k_of_n_then_the_rest(void **state)
{
	(void)state;
	for (uint32_t first = 0; first < 3; first++) { /* the proof, the probe, the list */
		for (uint32_t k = 0; k < COUNT; k++) {
			script_reset(ids, COUNT);
			script.fault = (struct script_fault){.first = first, .count = 1, .reps = k};
			assert_int_equal(map(), HVSMP_OK);
			assert_all_found();
		}
	}
}

static void f21_resumption_starts_where_it_stopped(void **state)
{
	(void)state;
	map();
	script.fault = (struct script_fault){.first = script.calls - 1, .count = 1, .reps = 3};
	assert_int_equal(map(), HVSMP_OK);
	assert_all_found();
	assert_int_equal(script.control[script.calls - 1],
			 (script.control[script.calls - 2] | 3ull << 48));
}

static void f21_none_for_ever_ends(void **state)
{
	(void)state;
	script.fault = (struct script_fault){.first = 1, .count = SCRIPT_FOR_EVER, .reps = 0};
	assert_int_equal(map(), HVSMP_OK);
	assert_found(0); /* the BSP's own is known */
	for (size_t i = 1; i < COUNT; i++)
		assert_state(i, HVSMP_MAP_REFUSED);
	assert_in_range(script.calls, 1, 10 * COUNT);
	script.fault.first = 0;
	assert_int_not_equal(map(), HVSMP_OK);
	assert_int_not_equal(info.reason[0], '\0');
}

static void f21_reps_that_count_from_the_start_index_are_survived(void **state)
{
	(void)state;
	script.relative_reps = true;
	script.reps_per_call = 3;
	map();
	for (size_t i = 0; i < COUNT; i++) {
		if (entry[i].state == HVSMP_MAP_FOUND)
			assert_found(i);
	}
	assert_in_range(script.calls, 1, 10 * COUNT);
}

/* Fewer than the call began with: nothing was done, and no element is counted once more. */
static void f21_reps_below_the_start_index_count_as_none(void **state)
{
	(void)state;
	for (uint32_t first = 3; first < 6; first++) {
		uint32_t found = 0;

		script_reset(ids, COUNT);
		script.relative_reps = true;
		script.reps_per_call = 3;
		script.fault = (struct script_fault){.first = first, .count = 1, .reps = 1};
		map();
		for (size_t i = 0; i < COUNT; i++)
			found += entry[i].state == HVSMP_MAP_FOUND;
		assert_int_equal(info.elements, found);
	}
}

/* --- unknown ids ------------------------------------------------------------------------------ */

static void f22_unknown_ids_cost_themselves_only(void **state)
{
	static const uint32_t with_unknown[] = {0, 1, 77, 2, 78, 79, 4, 5, 99};
	static const unsigned int strides[] = {4, 8};
	static const uint32_t reps[] = {0, 1, 2};

	(void)state;
	for (size_t s = 0; s < ARRAY_COUNT(strides); s++) {
		for (size_t r = 0; r < ARRAY_COUNT(reps); r++) {
			script_reset(ids, COUNT);
			script.in_stride = script.out_stride = strides[s];
			script.reps_per_call = reps[r];
			assert_int_equal(map_ids(with_unknown, ARRAY_COUNT(with_unknown)),
					 HVSMP_OK);
			for (size_t i = 0; i < ARRAY_COUNT(with_unknown); i++) {
				if (script_vp(with_unknown[i]) != HVSMP_VP_UNKNOWN) {
					assert_found(i);
					continue;
				}
				assert_state(i, HVSMP_MAP_ABSENT);
				assert_int_equal(entry[i].answer.status.code, 5);
			}
			assert_int_equal(info.elements, 5);
		}
	}
}

static void f22_nobody_but_the_bsp_is_known(void **state)
{
	static const uint32_t list[] = {70, 71, 0, 72, 73};

	(void)state;
	assert_int_equal(map_ids(list, ARRAY_COUNT(list)), HVSMP_OK);
	for (size_t i = 0; i < ARRAY_COUNT(list); i++) {
		if (i == 2)
			assert_found(i);
		else
			assert_state(i, HVSMP_MAP_ABSENT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MAP_TEST(f23_packed_elements),
		MAP_TEST(a_caller_in_a_vtl_asks_for_vtl_0),
		MAP_TEST(f23_padded_elements),
		MAP_TEST(f23_padding_that_is_none),
		MAP_TEST(f23_every_layout_with_every_bsp),
		MAP_TEST(f23_stale_input_does_not_become_padding),
		MAP_TEST(f72_counts_around_a_page_of_elements),
		MAP_TEST(f21_k_of_n_then_the_rest),
		MAP_TEST(f21_resumption_starts_where_it_stopped),
		MAP_TEST(f21_none_for_ever_ends),
		MAP_TEST(f21_reps_that_count_from_the_start_index_are_survived),
		MAP_TEST(f21_reps_below_the_start_index_count_as_none),
		MAP_TEST(f22_unknown_ids_cost_themselves_only),
		MAP_TEST(f22_nobody_but_the_bsp_is_known),
	};

	return cmocka_run_group_tests_name("hv/vp_map", tests, NULL, NULL);
}
