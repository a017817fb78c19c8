/* SPDX-License-Identifier: MIT */
/*
 * start/, smp/ above VTL 0: each processor is given its VTL and started there, whoever starts it;
 * what is refused is refused, for there is no second rung; and each says in which VTL it is.
 */
#include "tests/host/test.h"

#include <string.h>

#include "lib/log.h"
#include "tests/host/smp/bringup.h"

static void prepare_in_vtl1(size_t count)
{
	prepare(count);
	smp = machine_prepare();
	smp_map(smp);
	smp_move(smp, &machine_above, 1);
	smp_move(smp, &machine_above, 1); /* once more is as once */
}

static void every_processor_is_started_in_vtl_1(void **state)
{
	static const size_t counts[] = {1, 2, 3, 16, 64};

	(void)state;
	for (size_t c = 0; c < ARRAY_COUNT(counts); c++) {
		prepare_in_vtl1(counts[c]);
		run();
		assert_all_online(HVSMP_METHOD_HYPERCALL);
		assert_int_equal(summary.verdict, MACHINE_OK);
		for (size_t i = 0; i < smp->count; i++) {
			const struct cpu *cpu = smp_cpu(smp, i);
			const struct machine_vp *vp = machine_vp((uint32_t)cpu->start.hw_id);

			assert_int_equal(cpu->vtl, 1);
			assert_int_equal(vp->vtl_calls_for, !cpu->start.is_bsp);
			assert_int_equal(vp->calls_for, !cpu->start.is_bsp);
			assert_int_equal(cpu->start.vtl_calls, !cpu->start.is_bsp);
			assert_true(cpu->start.is_bsp || hvsmp_has_vtl(&cpu->start));
			/* made anew, by the tables of VTL 1 */
			assert_true(cpu->start.is_bsp || cpu->start.context.cr3 == 0x7000);
		}
		assert_int_equal(log_kept_count(), 0);
		if (c + 1 < ARRAY_COUNT(counts))
			machine_free();
	}
}

static void in_vtl_0_nothing_is_asked_or_enabled(void **state)
{
	(void)state;
	prepare(4);
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	for (size_t i = 0; i < smp->count; i++) {
		assert_int_equal(smp_cpu(smp, i)->vtl, 0);
		assert_int_equal(machine.vp[i].vtl_calls_for, 0);
	}
}

static void one_that_has_the_vtl_already_is_started(void **state)
{
	(void)state;
	prepare_in_vtl1(4);
	machine_vp(2)->has_vtl = true;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	assert_int_equal(cpu_of(2)->start.vtl_answer.status.code, 0x86);
}

static void g09_one_that_is_refused_the_vtl_is_refused(void **state)
{
	(void)state;
	prepare_in_vtl1(4);
	machine_vp(2)->vtl_status = 0x50;
	run();
	assert_one(2, CPU_REFUSED);
	assert_int_equal(machine_vp(2)->calls_for, 0);
	assert_int_equal(machine_vp(2)->inits, 0);
	assert_int_equal(cpu_of(2)->start.vtl_answer.status.code, 0x50);
	assert_int_equal(cpu_of(2)->vtl, CPU_VTL_UNKNOWN);
	assert_true(warned("APIC id 2: HvCallEnableVpVtl for VTL 1 on VP "));
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
}

static void g09_one_that_is_refused_the_start_is_refused(void **state)
{
	(void)state;
	prepare_in_vtl1(4);
	machine_vp(1)->status = 0x50;
	run();
	assert_one(1, CPU_REFUSED);
	assert_int_equal(machine_vp(1)->inits, 0); /* no second rung */
	assert_int_equal(machine_vp(1)->calls_for, machine_vp(1)->vtl_calls_for + 1);
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
}

/* What an AP may not, the boot processor may. */
static void g09_an_ap_that_may_enable_no_vtl(void **state)
{
	(void)state;
	prepare_in_vtl1(16);
	for (size_t i = 1; i < machine.count; i++)
		machine.vp[i].vtl_caller_status = 6;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	assert_string_equal(smp->start.reason, "");
}

/* What an AP may not start has its VTL all the same, and is given it once. */
static void g09_an_ap_that_may_start_nobody(void **state)
{
	(void)state;
	prepare_in_vtl1(16);
	for (size_t i = 1; i < machine.count; i++)
		machine.vp[i].caller_status = 8;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	for (uint32_t id = 1; id < 16; id++)
		assert_int_equal(machine_vp(id)->vtl_calls_for, 1);
}

static void g09_a_call_that_is_not_there_is_given_up_for_all(void **state)
{
	(void)state;
	prepare_in_vtl1(8);
	machine.vp[machine.bsp].vtl_caller_status = 2;
	run();
	assert_sound();
	assert_int_equal(summary.online, 1);
	assert_string_equal(smp->start.reason,
			    "HvCallEnableVpVtl answers 0x02 (INVALID_HYPERCALL_CODE)");
	for (uint32_t id = 1; id < 8; id++) {
		assert_int_equal(cpu_of(id)->verdict, CPU_REFUSED);
		assert_int_equal(machine_vp(id)->calls_for, 0);
		assert_int_equal(machine_vp(id)->inits, 0);
	}
}

static void g09_a_call_that_faults(void **state)
{
	(void)state;
	prepare_in_vtl1(2);
	machine_vp(1)->vtl_call_faults = true;
	run();
	assert_one(1, CPU_REFUSED);
	assert_true(warned("HvCallEnableVpVtl for VTL 1 on VP 1 faults"));
}

static const struct cpu_mismatch *only_mismatch(uint32_t id)
{
	assert_one(id, CPU_MISMATCH);
	assert_int_equal(cpu_of(id)->mismatch_count, 1);
	assert_int_equal(cpu_of(id)->mismatch[0].field, PROOF_VTL);
	assert_int_equal(cpu_of(id)->mismatch[0].expected, 1);
	assert_string_equal(proof_field_name(PROOF_VTL), "vtl");
	return &cpu_of(id)->mismatch[0];
}

/* The page of VTL 1 is not there, so the one of VTL 0 tells where it is. */
static void g0a_one_that_comes_in_the_wrong_vtl_names_it(void **state)
{
	(void)state;
	prepare_in_vtl1(2); /* with more of them, it would have to start others from there */
	machine_vp(1)->other_vtl = true;
	run();
	assert_int_equal(only_mismatch(1)->actual, 0);
	assert_int_equal(cpu_of(1)->vtl, 0);
	assert_int_equal(summary.verdict, MACHINE_FAILED);
}

static void g0a_one_that_is_not_told_where_it_is(void **state)
{
	(void)state;
	prepare_in_vtl1(4);
	machine_vp(3)->tells_no_vtl = true;
	run();
	assert_int_equal(only_mismatch(3)->actual, CPU_VTL_UNKNOWN);
	assert_int_equal(summary.verdict, MACHINE_FAILED);
}

/* From the wrong VTL it can start nobody, and the boot processor takes over. */
static void g0a_a_starter_in_the_wrong_vtl_costs_itself(void **state)
{
	(void)state;
	prepare_in_vtl1(16);
	machine_vp(5)->other_vtl = true;
	run();
	assert_int_equal(only_mismatch(5)->actual, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRINGUP_TEST(every_processor_is_started_in_vtl_1),
		BRINGUP_TEST(in_vtl_0_nothing_is_asked_or_enabled),
		BRINGUP_TEST(one_that_has_the_vtl_already_is_started),
		BRINGUP_TEST(g09_one_that_is_refused_the_vtl_is_refused),
		BRINGUP_TEST(g09_one_that_is_refused_the_start_is_refused),
		BRINGUP_TEST(g09_an_ap_that_may_enable_no_vtl),
		BRINGUP_TEST(g09_an_ap_that_may_start_nobody),
		BRINGUP_TEST(g09_a_call_that_is_not_there_is_given_up_for_all),
		BRINGUP_TEST(g09_a_call_that_faults),
		BRINGUP_TEST(g0a_one_that_comes_in_the_wrong_vtl_names_it),
		BRINGUP_TEST(g0a_one_that_is_not_told_where_it_is),
		BRINGUP_TEST(g0a_a_starter_in_the_wrong_vtl_costs_itself),
	};

	return cmocka_run_group_tests_name("smp/vtl", tests, NULL, NULL);
}
