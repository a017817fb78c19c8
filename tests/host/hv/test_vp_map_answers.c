/* SPDX-License-Identifier: MIT */
/* hv/vp_map.c: the 0x9A loop against answers that cannot be true, and statuses of whole calls. */
#include "tests/host/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/host/hv/map_fixture.h"

/* --- answers that cannot be true -------------------------------------------------------------- */

static void f24_two_ids_with_one_vp_are_both_refused(void **state)
{
	(void)state;
	script_set_vp(ids[2], 40);
	script_set_vp(ids[5], 40);
	assert_int_equal(map(), HVSMP_OK);
	for (size_t i = 0; i < COUNT; i++) {
		if (i == 2 || i == 5)
			assert_state(i, HVSMP_MAP_REFUSED);
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
		assert_int_equal(map(), HVSMP_OK);
		assert_found(b);
		assert_state(liar, HVSMP_MAP_REFUSED);
		assert_int_equal(info.elements, COUNT - 1);
	}
}

static void f24_all_aps_with_one_vp(void **state)
{
	(void)state;
	for (size_t i = 1; i < COUNT; i++)
		script_set_vp(ids[i], 77);
	assert_int_equal(map(), HVSMP_OK);
	assert_found(0);
	for (size_t i = 1; i < COUNT; i++)
		assert_state(i, HVSMP_MAP_REFUSED);
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
		assert_int_equal(map(), HVSMP_OK);
		assert_state(3, HVSMP_MAP_REFUSED);
		assert_found(4);
		assert_int_equal(info.elements, COUNT - 1);
	}
	limit = 0; /* unknown: only SELF and ANY are impossible */
	script_reset(ids, COUNT);
	script_set_vp(ids[3], 0xFFFFFFFD);
	script_set_vp(ids[4], 0xFFFFFFFE);
	assert_int_equal(map(), HVSMP_OK);
	assert_found(3);
	assert_state(4, HVSMP_MAP_REFUSED);
}

static void f26_the_bsp_as_another_vp_stops_everything(void **state)
{
	(void)state;
	hv.bsp_vp_index = 0;
	memset(entry, 0, sizeof(entry));
	for (size_t i = 0; i < COUNT; i++)
		entry[i].hw_id = ids[i];
	script_set_vp(0, 3);
	assert_int_equal(hvsmp_map(&caller, 0, 0, entry, COUNT, &info), HVSMP_ERROR_INVALID);
	assert_non_null(strstr(info.reason, "VP 3"));
	for (size_t i = 0; i < COUNT; i++)
		assert_int_not_equal(entry[i].state, HVSMP_MAP_FOUND);
	assert_int_equal(script.calls, 1);
}

static void f27_success_but_the_output_is_untouched(void **state)
{
	(void)state;
	script.untouched = true;
	memset(caller.output.va, 0, PAGE); /* looks like VP 0 to whoever does not fill it first */
	script_set_vp(0, 0);
	assert_int_equal(map(), HVSMP_ERROR_DENIED);
	assert_non_null(strstr(info.reason, "answers nothing"));
	assert_int_not_equal(entry[0].state, HVSMP_MAP_FOUND);
}

/* --- statuses of the whole call --------------------------------------------------------------- */

static const uint16_t statuses[] = {2,    3,    4,    5,    6,    7,    8,    0xB,  0xD,   0xE,
				    0x10, 0x15, 0x1D, 0x50, 0x51, 0x71, 0x78, 0x79, 0xBEEF};

static void f20_f28_every_status_for_the_bsp(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_COUNT(statuses); s++) {
		char hex[8];

		script_reset(ids, COUNT);
		script.fault = (struct script_fault){0, SCRIPT_FOR_EVER, false, statuses[s], 0};
		assert_int_equal(map(), HVSMP_ERROR_DENIED);
		snprintf(hex, sizeof(hex), "0x%02x", statuses[s]);
		assert_non_null(strstr(info.reason, hex));
		assert_in_range(script.calls, 1, 10);
		for (size_t i = 0; i < COUNT; i++)
			assert_int_not_equal(entry[i].state, HVSMP_MAP_FOUND);
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
			assert_int_equal(map(), refused ? HVSMP_ERROR_DENIED : HVSMP_OK);
			assert_in_range(script.calls, 1, 10 * COUNT);
			assert_found(0);
			for (size_t i = 1; i < COUNT; i++) {
				if (entry[i].state == HVSMP_MAP_UNASKED)
					continue; /* after a status that makes asking useless */
				assert_state(i, unknown ? HVSMP_MAP_ABSENT : HVSMP_MAP_REFUSED);
				assert_int_equal(entry[i].answer.status.code, statuses[s]);
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
			assert_int_equal(map(), HVSMP_OK);
			assert_all_found();
			script_reset(ids, COUNT);
			script.fault = (struct script_fault){0, count, false, status, 0};
			assert_int_equal(map(), HVSMP_OK);
			assert_all_found();
		}
	}
}

static void a_time_out_after_3_elements_is_resumed(void **state)
{
	(void)state;
	map();
	script.fault = (struct script_fault){script.calls - 1, 1, false, 0x78, 3};
	assert_int_equal(map(), HVSMP_OK);
	assert_all_found();
}

static void f29_a_call_that_faults(void **state)
{
	(void)state;
	script.fault = (struct script_fault){0, SCRIPT_FOR_EVER, true, 0, 0};
	assert_int_equal(map(), HVSMP_ERROR_FAULT);
	assert_non_null(strstr(info.reason, "fault"));
	assert_int_equal(script.calls, 1);
	script.fault.first = 1;
	assert_int_equal(map(), HVSMP_ERROR_FAULT);
	for (size_t i = 1; i < COUNT; i++)
		assert_int_not_equal(entry[i].state, HVSMP_MAP_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MAP_TEST(f24_two_ids_with_one_vp_are_both_refused),
		MAP_TEST(f24_an_ap_with_the_bsps_vp_is_refused),
		MAP_TEST(f24_all_aps_with_one_vp),
		MAP_TEST(f25_self_any_and_out_of_range),
		MAP_TEST(f26_the_bsp_as_another_vp_stops_everything),
		MAP_TEST(f27_success_but_the_output_is_untouched),
		MAP_TEST(f20_f28_every_status_for_the_bsp),
		MAP_TEST(f20_f28_every_status_for_the_aps),
		MAP_TEST(f28_a_few_time_outs_are_waited_out),
		MAP_TEST(a_time_out_after_3_elements_is_resumed),
		MAP_TEST(f29_a_call_that_faults),
	};

	return cmocka_run_group_tests_name("hv/vp_map_answers", tests, NULL, NULL);
}
