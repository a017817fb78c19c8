/* SPDX-License-Identifier: MIT */
/* arch/x86_64/cpu.h: the root of the firmware's page tables, whatever stands around it in CR3. */
#include "tests/host/test.h"

#include "arch/x86_64/cpu.h"

/* QEMU's TCG has no process-context ids, so that no boot case can leave them on. */
static void f93_without_the_process_id(void **state)
{
	(void)state;
	assert_int_equal(cr3_root(0x3FC01000), 0x3FC01000);
	assert_int_equal(cr3_root(0x3FC01FFF), 0x3FC01000); /* id 0xFFF */
	assert_int_equal(cr3_root(0x3FC01018), 0x3FC01000); /* no ids: write-through, uncached */
	assert_int_equal(cr3_root(0xE00F0000FFFFF001), 0x000F0000FFFFF000); /* no flush, masks */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(f93_without_the_process_id)};

	return cmocka_run_group_tests_name("arch/x86_64/cr3", tests, NULL, NULL);
}
