/* SPDX-License-Identifier: MIT */
/* What the tests of the 0x9A loop share; see map_fixture.h. */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/host/hv/map_fixture.h"

const uint32_t ids[COUNT] = {0, 1, 2, 4, 5, 6, 8, 9};

struct hvsmp_interface hv;
struct hvsmp_caller caller = {.hv = &hv};
struct hvsmp_map_entry entry[MANY];
struct hvsmp_map_info info;
uint32_t bsp, limit;

int map_set_up(void **state)
{
	(void)state;
	caller.input = script_memory(aligned_alloc(PAGE, PAGE));
	caller.output = script_memory(aligned_alloc(PAGE, PAGE));
	memset(caller.input.va, 0, PAGE);
	memset(caller.output.va, 0, PAGE);
	hv = (struct hvsmp_interface){.host = &script_host};
	bsp = limit = 0;
	script_reset(ids, COUNT);
	return 0;
}

int map_tear_down(void **state)
{
	(void)state;
	free(caller.input.va);
	free(caller.output.va);
	return 0;
}

enum hvsmp_error map_ids(const uint32_t *list, size_t count)
{
	memset(entry, 0xEE, sizeof(entry));
	memset(&info, 0xEE, sizeof(info));
	for (size_t i = 0; i < count; i++)
		entry[i].hw_id = list[i];
	hv.bsp_vp_index = script_vp(bsp);
	script.calls = 0;
	return hvsmp_map(&caller, bsp, limit, entry, count, &info);
}

enum hvsmp_error map(void)
{
	return map_ids(ids, COUNT);
}

void assert_found(size_t i)
{
	assert_int_equal(entry[i].state, HVSMP_MAP_FOUND);
	assert_int_equal(entry[i].vp_index, script_vp((uint32_t)entry[i].hw_id));
}

void assert_state(size_t i, enum hvsmp_map_state state)
{
	assert_int_equal(entry[i].state, state);
	assert_int_equal(entry[i].vp_index, HVSMP_VP_UNKNOWN);
}

void assert_all_found(void)
{
	for (size_t i = 0; i < COUNT; i++)
		assert_found(i);
	assert_int_equal(info.elements, COUNT);
	assert_int_equal(info.calls, script.calls);
}
