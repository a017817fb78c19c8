/* SPDX-License-Identifier: MIT */
/* tests/refhv/vmm/overlay.c: what GUEST_OS_ID and HYPERCALL take, and where the page then lies. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/refhv/loader/cfg_parse.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/overlay.h"
#include "tests/refhv/vmm/views.h"

enum { RAM = 0x100000, RAM_PAGES = 16, PAGE = 0x5000, FOREIGN = 0x70000000, OS_ID = 0x8100 };

struct refhv hv;

static struct partition_vtl *const vtl = &hv.partition.vtl[0];
static uint8_t page[4096];
static uint64_t overlay_at;
static const void *overlay;

void paging_overlay(uint32_t number, uint64_t gpa, const void *of)
{
	assert_int_equal(number, 0);
	overlay_at = gpa;
	overlay = of;
}

void views_update(void)
{
}

void *memory_guest_ram(uint64_t gpa, uint64_t bytes)
{
	return gpa >= RAM && gpa + bytes <= RAM + RAM_PAGES * 4096UL ? page : NULL;
}

/* A line of refhv.cfg; or none. */
static void begin_with(const char *line)
{
	struct cfg_error error;

	memset(&hv, 0, sizeof(hv));
	hv.hypercall_pages[0] = page;
	hv.foreign_page = FOREIGN;
	overlay = NULL;
	cfg_defaults(&hv.partition.cfg);
	assert_true(cfg_parse(&hv.partition.cfg, line, strlen(line), &error));
	overlay_begin();
}

static void assert_page(uint64_t gpa)
{
	assert_ptr_equal(overlay, page);
	assert_int_equal(overlay_at, gpa);
	assert_int_equal(vtl->hypercall, gpa | HV_HYPERCALL_ENABLE);
}

static void a_page_wants_an_id_first(void **state)
{
	(void)state;
	begin_with("");
	assert_true(overlay_write_hypercall(vtl, RAM | HV_HYPERCALL_ENABLE));
	assert_int_equal(vtl->hypercall, RAM);
	assert_null(overlay);
	assert_true(overlay_write_os_id(vtl, OS_ID));
	assert_true(overlay_write_hypercall(vtl, RAM | HV_HYPERCALL_ENABLE));
	assert_page(RAM);
}

static void it_goes_with_the_id(void **state)
{
	(void)state;
	begin_with("");
	assert_true(overlay_write_os_id(vtl, OS_ID));
	assert_true(overlay_write_hypercall(vtl, (RAM + PAGE) | HV_HYPERCALL_ENABLE));
	assert_page(RAM + PAGE);
	assert_true(overlay_write_os_id(vtl, 0));
	assert_null(overlay);
	assert_int_equal(vtl->hypercall, RAM + PAGE);
}

/* Only where there is memory; the firmware's own place is one. */
static void not_everywhere(void **state)
{
	(void)state;
	begin_with("");
	assert_true(overlay_write_os_id(vtl, OS_ID));
	assert_false(overlay_write_hypercall(vtl, HV_HYPERCALL_ENABLE));
	assert_null(overlay);
	assert_true(overlay_write_hypercall(vtl, FOREIGN | HV_HYPERCALL_ENABLE));
	assert_page(FOREIGN);
}

static void what_is_locked_stays(void **state)
{
	(void)state;
	begin_with("fault=msr:hypercall:locked=1");
	assert_int_equal(vtl->hypercall, HV_HYPERCALL_LOCKED);
	assert_true(overlay_write_os_id(vtl, OS_ID));
	assert_false(overlay_write_hypercall(vtl, RAM | HV_HYPERCALL_ENABLE));
	assert_int_equal(vtl->hypercall, HV_HYPERCALL_LOCKED);
	assert_null(overlay);
	begin_with("fault=msr:hypercall:enabled_locked=1");
	assert_ptr_equal(overlay, page);
	assert_int_equal(overlay_at, FOREIGN);
	assert_true(overlay_write_os_id(vtl, 0));
	assert_ptr_equal(overlay, page);
	assert_false(overlay_write_hypercall(vtl, 0));
	assert_int_equal(vtl->hypercall, FOREIGN | HV_HYPERCALL_ENABLE | HV_HYPERCALL_LOCKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_wants_an_id_first),
		cmocka_unit_test(it_goes_with_the_id),
		cmocka_unit_test(not_everywhere),
		cmocka_unit_test(what_is_locked_stays),
	};

	return cmocka_run_group_tests_name("refhv/overlay", tests, NULL, NULL);
}
