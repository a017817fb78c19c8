/* SPDX-License-Identifier: MIT */
/*
 * kernel/x86_64/vtl.c: a reason of its own for each thing that is missing or refused, what is
 * called until then, and what VTL 0 finds behind VTL 1.
 */
#include "tests/host/test.h"

#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "lib/log.h"
#include "tests/host/kernel/vtl_world.h"

static void there_and_back(void **state)
{
	(void)state;
	assert_true(vtl_world_run());
	assert_int_equal(worked_in[0], 0);
	assert_int_equal(worked_in[1], 1);
	assert_true(may_call);
	assert_true(kernel.vtl.was_entered && kernel.vtl.has_returned);
	assert_string_equal(kernel.vtl.reason, "");
	assert_int_equal(kernel.vtl.leaks, 0);
	assert_int_equal(kernel.vtl.partition.maximum, 1);
	assert_int_equal(kernel.vtl.offsets.call, 0x400);
	assert_int_equal(kernel.vtl.offsets.ret, RETURN);
	assert_int_equal(hv.partition_calls, 1);
	assert_int_equal(hv.vp_calls, 1);
	assert_int_equal(hv.maps, 1);
	assert_int_equal(hv.moves, 1);
	assert_int_equal(hv.vtl_calls, 1);
	assert_int_equal(hv.root, 1); /* VTL 0's again */
	assert_int_equal(hv.os_id[0], HVSMP_OS_ID);
	assert_int_equal(hv.os_id[1], HVSMP_OS_ID + 1);
	assert_int_not_equal(hv.hypercall[0] & ~0xFFFul, hv.hypercall[1] & ~0xFFFul);
	assert_int_equal(log_kept_count(), 0);
	assert_int_equal(kernel.smp.free_before,
			 99); /* VTL 1's block; the tables are not ours here */
}

static void not_wanted_asks_nothing(void **state)
{
	(void)state;
	kernel.options.vtl = OPTION_VTL_OFF;
	assert_false(vtl_world_run());
	assert_int_equal(hv.registers_read + hv.partition_calls + hv.vp_calls + hv.vtl_calls, 0);
	assert_string_equal(kernel.vtl.reason, "");
	assert_int_equal(log_kept_count(), 0);
	assert_true(vtl_may_call(&kernel));
}

/* Before the switch: VTL 0 goes on, on its own tables, and one warning says why. */
static void assert_refused(const char *why)
{
	assert_false(vtl_world_run());
	assert_false(has_ended);
	assert_non_null(strstr(kernel.vtl.reason, why));
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), kernel.vtl.reason));
	assert_false(kernel.vtl.was_entered);
	assert_int_equal(worked_in[0] + worked_in[1], 0);
	assert_int_equal(hv.root, 1);
	assert_ptr_equal(bsp.start.caller.hv, &kernel.platform.hypervisor.hv);
}

static void no_hypercalls(void **state)
{
	(void)state;
	kernel.platform.hypervisor.hypercalls = HYPERCALLS_NOT_WANTED;
	kernel.platform.hypervisor.reason = "start=sipi was asked for";
	assert_refused("start=sipi was asked for");
	assert_int_equal(hv.registers_read, 0);
}

static void g01_privileges_withheld(void **state)
{
	kernel.platform.hypervisor.features.privileges &= ~HVSMP_PRIVILEGE_VSM;
	assert_refused("AccessVsm is withheld");
	vtl_world_begin(state);
	kernel.platform.hypervisor.features.privileges &= ~HVSMP_PRIVILEGE_VP_REGISTERS;
	assert_refused("AccessVpRegisters is withheld");
	assert_int_equal(hv.registers_read, 0);
}

static void it_has_begun_above(void **state)
{
	(void)state;
	kernel.platform.hypervisor.vtl = 2;
	assert_refused("has begun in VTL 2");
}

static void g02_no_vtl_to_have(void **state)
{
	(void)state;
	hv.maximum = 0;
	assert_refused("the highest VTL is 0");
	assert_int_equal(hv.partition_calls, 0);
}

static void g02_registers_not_told(void **state)
{
	hv.register_status = 6;
	assert_refused("VsmPartitionStatus: HvCallGetVpRegisters answers 0x06 (ACCESS_DENIED)");
	vtl_world_begin(state);
	hv.register_status = 5;
	hv.only_register = OFFSETS;
	assert_refused("VsmCodePageOffsets: HvCallGetVpRegisters answers 0x05");
	assert_int_equal(hv.partition_calls, 0);
}

static void g03_no_way_there(void **state)
{
	(void)state;
	hv.offsets[0] = RETURN << 12;
	assert_refused("the page has no VtlCall");
	assert_int_equal(hv.partition_calls, 0);
}

static void g04_the_partition_is_refused_it(void **state)
{
	(void)state;
	hv.enable_partition = 6;
	assert_refused("HvCallEnablePartitionVtl answers 0x06 (ACCESS_DENIED)");
	assert_int_equal(hv.vp_calls, 0);
}

static void g04_the_partition_has_it_already(void **state)
{
	(void)state;
	hv.enable_partition = 0x51;
	assert_true(vtl_world_run());
	assert_int_equal(kernel.vtl.partition_answer.status.code, 0x51);
}

static void g05_the_boot_processor_is_refused_it(void **state)
{
	static const uint16_t statuses[] = {0x50, 0x51, 0x86, 6};

	for (size_t i = 0; i < ARRAY_COUNT(statuses); i++) {
		vtl_world_begin(state);
		hv.enable_vp = statuses[i];
		assert_refused("HvCallEnableVpVtl for the boot processor answers 0x");
		assert_int_equal(hv.vtl_calls, 0);
	}
}

static void g06_vtlcall(void **state)
{
	hv.call_faults = true;
	assert_refused("VtlCall raises an exception");
	vtl_world_begin(state);
	hv.call_does_nothing = true;
	assert_refused("VtlCall comes back, and VTL 1 has not run");
}

static void f70_no_memory(void **state)
{
	hv.no_tables = true;
	assert_refused("no memory for the page tables of VTL 1");
	vtl_world_begin(state);
	hv.no_block = true;
	assert_refused("no memory for the stacks of VTL 1");
	vtl_world_begin(state);
	kernel.pages.fail_at = 1;
	assert_refused("no memory");
	assert_int_equal(hv.vp_calls, 0);
}

/* There is no way back: the report is made where the kernel is. */
static void assert_ends_in_vtl1(const char *why, bool calls)
{
	assert_false(vtl_world_run());
	assert_true(has_ended);
	assert_int_equal(hv.vtl, 1);
	assert_int_equal(worked_in[1], 1);
	assert_int_equal(may_call, calls);
	assert_false(kernel.vtl.has_returned);
	assert_non_null(strstr(kernel.vtl.reason, why));
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), why));
}

static void g07_vtl1_gets_no_page(void **state)
{
	(void)state;
	hv.no_os_id = true;
	assert_ends_in_vtl1("in VTL 1: GUEST_OS_ID reads back", false);
}

static void g07_vtl1_has_no_way_back(void **state)
{
	hv.offsets[1] = CALL;
	assert_ends_in_vtl1("in VTL 1: the page has no VtlReturn", true);
	assert_int_equal(hv.vtl_returns, 0);
	vtl_world_begin(state);
	hv.return_faults = true;
	assert_ends_in_vtl1("in VTL 1: VtlReturn raises an exception", true);
}

static void g08_what_leaks_is_named(void **state)
{
	(void)state;
	hv.leaks = 1;
	hv.leaks_os_id = true;
	assert_true(vtl_world_run());
	assert_int_equal(kernel.vtl.leaks, 2);
	assert_string_equal(kernel.vtl.leak[0].name, "guest_os_id");
	assert_int_equal(kernel.vtl.leak[0].expected, HVSMP_OS_ID);
	assert_int_equal(kernel.vtl.leak[0].actual, HVSMP_OS_ID + 1);
	assert_string_equal(kernel.vtl.leak[1].name, "cr3");
	assert_int_equal(kernel.vtl.leak[1].expected, 1);
	assert_int_equal(kernel.vtl.leak[1].actual, 101);
	assert_int_equal(log_kept_count(), 2);
	vtl_world_begin(state);
	hv.leaks = ARCH_PRIVATE - 1;
	assert_true(vtl_world_run());
	assert_int_equal(kernel.vtl.leaks, ARCH_PRIVATE - 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, vtl_world_begin)
	const struct CMUnitTest tests[] = {
		TEST(there_and_back),
		TEST(not_wanted_asks_nothing),
		TEST(no_hypercalls),
		TEST(g01_privileges_withheld),
		TEST(it_has_begun_above),
		TEST(g02_no_vtl_to_have),
		TEST(g02_registers_not_told),
		TEST(g03_no_way_there),
		TEST(g04_the_partition_is_refused_it),
		TEST(g04_the_partition_has_it_already),
		TEST(g05_the_boot_processor_is_refused_it),
		TEST(g06_vtlcall),
		TEST(f70_no_memory),
		TEST(g07_vtl1_gets_no_page),
		TEST(g07_vtl1_has_no_way_back),
		TEST(g08_what_leaks_is_named),
	};

	return cmocka_run_group_tests_name("kernel/vtl", tests, NULL, NULL);
}
