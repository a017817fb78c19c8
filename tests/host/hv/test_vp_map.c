/* SPDX-License-Identifier: MIT */
/* hv/vp_map.c: the 0x9A loop against hypervisors of every kind, good, odd and bad. */
#include "tests/host/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/hv/scripted.h"

enum { PAGE = 4096, MANY = 2048 };

/* As two sockets of three and one of two cores have them; the BSP is varied. */
static const uint32_t ids[] = {0, 1, 2, 4, 5, 6, 8, 9};
enum { COUNT = sizeof(ids) / sizeof(ids[0]) };

static struct hv hv;
static struct hv_caller caller = {.hv = &hv};
static struct hv_map_entry entry[MANY];
static struct hv_map_info info;
static uint32_t bsp, limit;

static int set_up(void **state)
{
	(void)state;
	caller.input = aligned_alloc(PAGE, PAGE);
	caller.output = aligned_alloc(PAGE, PAGE);
	memset(caller.input, 0, PAGE);
	memset(caller.output, 0, PAGE);
	hv = (struct hv){.machine = &script_machine};
	bsp = limit = 0;
	script_reset(ids, COUNT);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(caller.input);
	free(caller.output);
	return 0;
}

static enum err map_ids(const uint32_t *list, size_t count)
{
	memset(entry, 0xEE, sizeof(entry));
	memset(&info, 0xEE, sizeof(info));
	for (size_t i = 0; i < count; i++)
		entry[i].apic_id = list[i];
	hv.bsp_vp_index = script_vp(bsp);
	script.calls = 0;
	return hv_map(&caller, bsp, limit, entry, count, &info);
}

static enum err map(void)
{
	return map_ids(ids, COUNT);
}

static void assert_found(size_t i)
{
	assert_int_equal(entry[i].state, HV_MAP_FOUND);
	assert_int_equal(entry[i].vp_index, script_vp(entry[i].apic_id));
}

static void assert_state(size_t i, enum hv_map_state state)
{
	assert_int_equal(entry[i].state, state);
	assert_int_equal(entry[i].vp_index, HV_VP_UNKNOWN);
}

static void assert_all_found(void)
{
	for (size_t i = 0; i < COUNT; i++)
		assert_found(i);
	assert_int_equal(info.elements, COUNT);
	assert_int_equal(info.calls, script.calls);
}

/* --- layouts ----------------------------------------------------------------------------------- */

static void f23_packed_elements(void **state)
{
	(void)state;
	assert_int_equal(map(), OK);
	assert_all_found();
	assert_int_equal(info.stride, 4);
	assert_in_range(info.calls, 1, 5);
	assert_string_equal(info.reason, "");
}

static void f23_padded_elements(void **state)
{
	(void)state;
	script.in_stride = script.out_stride = 8;
	assert_int_equal(map(), OK);
	assert_all_found();
	assert_int_equal(info.stride, 8);
	assert_in_range(info.calls, 1, 5);
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
				assert_int_equal(map(), OK);
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
			memset(caller.input, 0xAA, PAGE);
			assert_int_equal(map_ids(ids, count), OK);
			for (size_t i = 0; i < count; i++)
				assert_found(i);
		}
	}
}

static void f72_counts_around_a_page_of_elements(void **state)
{
	static const size_t counts[] = {1, 2, 3, 510, 511, 512, 1019, 1020, 1021, 1022, 2041, 2048};
	static uint32_t many[MANY];

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		many[i] = i * 2 + (i > 7);
	for (unsigned int stride = 4; stride <= 8; stride += 4) {
		for (size_t c = 0; c < ARRAY_COUNT(counts); c++) {
			script_reset(many, MANY);
			script.in_stride = script.out_stride = stride;
			assert_int_equal(map_ids(many, counts[c]), OK);
			for (size_t i = 0; i < counts[c]; i++)
				assert_found(i);
			assert_int_equal(info.elements, counts[c]);
			assert_in_range(info.calls, 1, 8);
		}
	}
}

/* --- partial lists ----------------------------------------------------------------------------- */

static void f21_k_of_n_then_the_rest(void **state)
{
	(void)state;
	for (uint32_t first = 0; first < 3; first++) { /* the proof, the probe, the list */
		for (uint32_t k = 0; k < COUNT; k++) {
			script_reset(ids, COUNT);
			script.fault = (struct script_fault){.first = first, .count = 1, .reps = k};
			assert_int_equal(map(), OK);
			assert_all_found();
		}
	}
}

static void f21_resumption_starts_where_it_stopped(void **state)
{
	(void)state;
	map();
	script.fault = (struct script_fault){.first = script.calls - 1, .count = 1, .reps = 3};
	assert_int_equal(map(), OK);
	assert_all_found();
	assert_int_equal(script.control[script.calls - 1],
			 (script.control[script.calls - 2] | 3ull << 48));
}

static void f21_none_for_ever_ends(void **state)
{
	(void)state;
	script.fault = (struct script_fault){.first = 1, .count = SCRIPT_FOR_EVER, .reps = 0};
	assert_int_equal(map(), OK);
	assert_found(0); /* the BSP's own is known */
	for (size_t i = 1; i < COUNT; i++)
		assert_state(i, HV_MAP_REFUSED);
	assert_in_range(script.calls, 1, 10 * COUNT);
	script.fault.first = 0;
	assert_int_not_equal(map(), OK);
	assert_int_not_equal(info.reason[0], '\0');
}

static void f21_reps_that_count_from_the_start_index_are_survived(void **state)
{
	(void)state;
	script.relative_reps = true;
	script.reps_per_call = 3;
	map();
	for (size_t i = 0; i < COUNT; i++) {
		if (entry[i].state == HV_MAP_FOUND)
			assert_found(i);
	}
	assert_in_range(script.calls, 1, 10 * COUNT);
}

/* --- unknown ids ------------------------------------------------------------------------------- */

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
			assert_int_equal(map_ids(with_unknown, ARRAY_COUNT(with_unknown)), OK);
			for (size_t i = 0; i < ARRAY_COUNT(with_unknown); i++) {
				if (script_vp(with_unknown[i]) != HV_VP_UNKNOWN) {
					assert_found(i);
					continue;
				}
				assert_state(i, HV_MAP_ABSENT);
				assert_int_equal(entry[i].status.code, 5);
			}
			assert_int_equal(info.elements, 5);
		}
	}
}

static void f22_nobody_but_the_bsp_is_known(void **state)
{
	static const uint32_t list[] = {70, 71, 0, 72, 73};

	(void)state;
	assert_int_equal(map_ids(list, ARRAY_COUNT(list)), OK);
	for (size_t i = 0; i < ARRAY_COUNT(list); i++) {
		if (i == 2)
			assert_found(i);
		else
			assert_state(i, HV_MAP_ABSENT);
	}
}

/* --- answers that cannot be true --------------------------------------------------------------- */

static void f24_two_ids_with_one_vp_are_both_refused(void **state)
{
	(void)state;
	script_set_vp(ids[2], 40);
	script_set_vp(ids[5], 40);
	assert_int_equal(map(), OK);
	for (size_t i = 0; i < COUNT; i++) {
		if (i == 2 || i == 5)
			assert_state(i, HV_MAP_REFUSED);
		else
			assert_found(i);
	}
	assert_int_equal(info.elements, COUNT - 2);
}

static void f24_an_ap_with_the_bsps_vp_is_refused(void **state)
{
	(void)state;
	for (size_t b = 0; b < COUNT; b++) {
		size_t liar = (b + 3) % COUNT;

		script_reset(ids, COUNT);
		bsp = ids[b];
		script_set_vp(ids[liar], script_vp(bsp));
		assert_int_equal(map(), OK);
		assert_found(b);
		assert_state(liar, HV_MAP_REFUSED);
		assert_int_equal(info.elements, COUNT - 1);
	}
}

static void f24_all_aps_with_one_vp(void **state)
{
	(void)state;
	for (size_t i = 1; i < COUNT; i++)
		script_set_vp(ids[i], 77);
	assert_int_equal(map(), OK);
	assert_found(0);
	for (size_t i = 1; i < COUNT; i++)
		assert_state(i, HV_MAP_REFUSED);
	assert_int_equal(info.elements, 1);
}

static void f25_self_any_and_out_of_range(void **state)
{
	static const uint32_t wrong[] = {0xFFFFFFFF, 0xFFFFFFFE, 64, 65, 0x80000000};

	(void)state;
	limit = 64;
	for (size_t w = 0; w < ARRAY_COUNT(wrong); w++) {
		script_reset(ids, COUNT);
		script_set_vp(ids[3], wrong[w]);
		script_set_vp(ids[4], 63);
		assert_int_equal(map(), OK);
		assert_state(3, HV_MAP_REFUSED);
		assert_found(4);
		assert_int_equal(info.elements, COUNT - 1);
	}
	limit = 0; /* unknown: only SELF and ANY are impossible */
	script_reset(ids, COUNT);
	script_set_vp(ids[3], 0xFFFFFFFD);
	script_set_vp(ids[4], 0xFFFFFFFE);
	assert_int_equal(map(), OK);
	assert_found(3);
	assert_state(4, HV_MAP_REFUSED);
}

static void f26_the_bsp_as_another_vp_stops_everything(void **state)
{
	(void)state;
	hv.bsp_vp_index = 0;
	memset(entry, 0, sizeof(entry));
	for (size_t i = 0; i < COUNT; i++)
		entry[i].apic_id = ids[i];
	script_set_vp(0, 3);
	assert_int_equal(hv_map(&caller, 0, 0, entry, COUNT, &info), ERR_INVALID);
	assert_non_null(strstr(info.reason, "VP 3"));
	for (size_t i = 0; i < COUNT; i++)
		assert_int_not_equal(entry[i].state, HV_MAP_FOUND);
	assert_int_equal(script.calls, 1);
}

static void f27_success_but_the_output_is_untouched(void **state)
{
	(void)state;
	script.untouched = true;
	memset(caller.output, 0, PAGE); /* looks like VP 0 to whoever does not fill it first */
	script_set_vp(0, 0);
	assert_int_equal(map(), ERR_INVALID);
	assert_int_not_equal(entry[0].state, HV_MAP_FOUND);
}

/* --- statuses of the whole call ----------------------------------------------------------------- */

static const uint16_t statuses[] = {2,    3,    4,    5,    6,    7,    8,    0xB,  0xD,   0xE,
				    0x10, 0x15, 0x1D, 0x50, 0x51, 0x71, 0x78, 0x79, 0xBEEF};

static void f20_f28_every_status_for_the_bsp(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_COUNT(statuses); s++) {
		char hex[8];

		script_reset(ids, COUNT);
		script.fault = (struct script_fault){0, SCRIPT_FOR_EVER, false, statuses[s], 0};
		assert_int_equal(map(), ERR_DENIED);
		snprintf(hex, sizeof(hex), "0x%02x", statuses[s]);
		assert_non_null(strstr(info.reason, hex));
		assert_in_range(script.calls, 1, 10);
		for (size_t i = 0; i < COUNT; i++)
			assert_int_not_equal(entry[i].state, HV_MAP_FOUND);
	}
}

static void f20_f28_every_status_for_the_aps(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_COUNT(statuses); s++) {
		for (uint32_t first = 1; first < 3; first++) { /* the probe, the list */
			bool refused = statuses[s] == 2 || statuses[s] == 6;
			bool unknown = statuses[s] == 5 || statuses[s] == 0xE;

			script_reset(ids, COUNT);
			script.fault = (struct script_fault){first, SCRIPT_FOR_EVER, false,
							     statuses[s], 0};
			assert_int_equal(map(), refused ? ERR_DENIED : OK);
			assert_in_range(script.calls, 1, 10 * COUNT);
			assert_found(0);
			for (size_t i = 1; i < COUNT; i++) {
				if (entry[i].state == HV_MAP_UNASKED)
					continue; /* after a status that makes asking useless */
				assert_state(i, unknown ? HV_MAP_ABSENT : HV_MAP_REFUSED);
				assert_int_equal(entry[i].status.code, statuses[s]);
			}
			assert_int_equal(refused, info.reason[0] != '\0');
		}
	}
}

static void f28_a_few_time_outs_are_waited_out(void **state)
{
	(void)state;
	for (uint32_t count = 1; count <= 5; count++) {
		for (uint16_t status = 0x78; status <= 0x79; status++) {
			script_reset(ids, COUNT);
			script.fault = (struct script_fault){2, count, false, status, 0};
			assert_int_equal(map(), OK);
			assert_all_found();
			script_reset(ids, COUNT);
			script.fault = (struct script_fault){0, count, false, status, 0};
			assert_int_equal(map(), OK);
			assert_all_found();
		}
	}
}

static void a_time_out_after_3_elements_is_resumed(void **state)
{
	(void)state;
	map();
	script.fault = (struct script_fault){script.calls - 1, 1, false, 0x78, 3};
	assert_int_equal(map(), OK);
	assert_all_found();
}

static void f29_a_call_that_faults(void **state)
{
	(void)state;
	script.fault = (struct script_fault){0, SCRIPT_FOR_EVER, true, 0, 0};
	assert_int_equal(map(), ERR_FAULT);
	assert_non_null(strstr(info.reason, "fault"));
	assert_int_equal(script.calls, 1);
	script.fault.first = 1;
	assert_int_equal(map(), ERR_FAULT);
	for (size_t i = 1; i < COUNT; i++)
		assert_int_not_equal(entry[i].state, HV_MAP_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(f23_packed_elements),
		TEST(f23_padded_elements),
		TEST(f23_every_layout_with_every_bsp),
		TEST(f23_stale_input_does_not_become_padding),
		TEST(f72_counts_around_a_page_of_elements),
		TEST(f21_k_of_n_then_the_rest),
		TEST(f21_resumption_starts_where_it_stopped),
		TEST(f21_none_for_ever_ends),
		TEST(f21_reps_that_count_from_the_start_index_are_survived),
		TEST(f22_unknown_ids_cost_themselves_only),
		TEST(f22_nobody_but_the_bsp_is_known),
		TEST(f24_two_ids_with_one_vp_are_both_refused),
		TEST(f24_an_ap_with_the_bsps_vp_is_refused),
		TEST(f24_all_aps_with_one_vp),
		TEST(f25_self_any_and_out_of_range),
		TEST(f26_the_bsp_as_another_vp_stops_everything),
		TEST(f27_success_but_the_output_is_untouched),
		TEST(f20_f28_every_status_for_the_bsp),
		TEST(f20_f28_every_status_for_the_aps),
		TEST(f28_a_few_time_outs_are_waited_out),
		TEST(a_time_out_after_3_elements_is_resumed),
		TEST(f29_a_call_that_faults),
	};

	return cmocka_run_group_tests_name("hv/vp_map", tests, NULL, NULL);
}
