/* SPDX-License-Identifier: MIT */
/* One processor list, one caller with parameter pages of its own, what a result may say. */
#pragma once

#include "tests/host/hv/scripted.h"

enum { PAGE = 4096, MANY = 4096, COUNT = 8 };

/* APIC ids as two sockets of three and one of two cores have them; the BSP is varied. */
extern const uint32_t ids[COUNT];

extern struct hvsmp_interface hv;
extern struct hvsmp_caller caller;
extern struct hvsmp_map_entry entry[MANY];
extern struct hvsmp_map_info info;
extern uint32_t bsp, limit; /* APIC id of the BSP; limit of VP indexes */

int map_set_up(void **state);
int map_tear_down(void **state);
#define MAP_TEST(name) cmocka_unit_test_setup_teardown(name, map_set_up, map_tear_down)

/* Map this list, or ids, from clean entries; the BSP's MSR says what the script has for it. */
enum hvsmp_error map_ids(const uint32_t *list, size_t count);
enum hvsmp_error map(void);

void assert_found(size_t i);
void assert_state(size_t i, enum hvsmp_map_state state);
void assert_all_found(void);
