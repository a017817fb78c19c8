/* SPDX-License-Identifier: MIT */
/*
 * smp/hv_way.c, sipi_way.c, ledger.c, and all they stand on: the ladder, whatever the hypervisor
 * answers.
 */
#include "tests/host/test.h"

#include <string.h>

#include "lib/log.h"
#include "tests/host/smp/bringup.h"

/* --- all well --------------------------------------------------------------------------------- */

static void f72_every_count_comes_online(void **state)
{
	static const size_t counts[] = {1, 2, 3, 4, 16, 63, 64, 65, 128};

	(void)state;
	for (size_t c = 0; c < ARRAY_COUNT(counts); c++) {
		machine_reset(counts[c], counts[c] / 2);
		smp = NULL;
		run();
		assert_all_online(HVSMP_METHOD_HYPERCALL);
		assert_int_equal(summary.verdict, MACHINE_OK);
		assert_string_equal(smp->start.reason, "");
		for (size_t i = 0; i < smp->count; i++) {
			const struct cpu *cpu = smp_cpu(smp, i);

			assert_int_equal(machine_vp(cpu->start.hw_id)->calls_for,
					 !cpu->start.is_bsp);
			assert_int_equal(cpu->start.calls, !cpu->start.is_bsp);
		}
		assert_int_equal(log_kept_count(), 0);
		if (c + 1 < ARRAY_COUNT(counts))
			machine_free();
	}
}

static void init_sipi_alone(void **state)
{
	(void)state;
	prepare(16);
	smp = machine_prepare();
	machine.no_calls = true;
	hv_offered = false;
	run();
	assert_all_online(HVSMP_METHOD_SECOND);
	assert_int_equal(summary.verdict, MACHINE_OK);
	smp_summarize(smp, true, &summary);
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
}

/* --- 0x9A is of no use ------------------------------------------------------------------------ */

static void f20_no_indexes_means_init_sipi_for_all(void **state)
{
	(void)state;
	prepare(6);
	machine.map_status = 2;
	run();
	for (uint32_t id = 1; id < 6; id++) {
		assert_int_equal(cpu_of(id)->start.method, HVSMP_METHOD_SECOND);
		assert_int_equal(cpu_of(id)->verdict, CPU_ONLINE);
		assert_int_equal(machine_vp(id)->calls_for, 0);
	}
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
	assert_non_null(strstr(smp->start.reason, "0x02"));
}

static void f22_an_id_the_hypervisor_does_not_know_is_absent(void **state)
{
	(void)state;
	prepare(8);
	machine.unknown_id = 5;
	run();
	assert_one(5, CPU_ABSENT);
	assert_int_equal(cpu_of(5)->start.method, HVSMP_METHOD_NONE);
	assert_int_equal(machine_vp(5)->inits, 0);
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
}

static void f26_a_bsp_that_is_another_vp_fails_the_machine(void **state)
{
	(void)state;
	prepare(4);
	smp = machine_prepare();
	((struct hvsmp_interface *)smp->config.hv)->bsp_vp_index = 77;
	run();
	assert_int_equal(summary.verdict, MACHINE_FAILED);
	assert_int_equal(smp->bsp->verdict, CPU_MISMATCH);
	for (uint32_t id = 1; id < 4; id++)
		assert_int_equal(machine_vp(id)->calls_for, 0);
}

/* Those that were answered are started by what is known of them. */
static void f28_a_list_that_is_refused_halfway(void **state)
{
	static const uint16_t statuses[] = {6, 0x71};

	(void)state;
	for (size_t s = 0; s < ARRAY_COUNT(statuses); s++) {
		prepare(8);
		machine.map_list_status = statuses[s];
		machine.map_list_done = 3;
		smp = NULL;
		run();
		assert_sound();
		assert_int_equal(summary.online, 8);
		for (uint32_t id = 1; id < 8; id++)
			assert_int_equal(cpu_of(id)->start.method,
					 id <= 3 ? HVSMP_METHOD_HYPERCALL : HVSMP_METHOD_SECOND);
		if (s + 1 < ARRAY_COUNT(statuses))
			machine_free();
	}
}

/* --- 0x99 answers something else -------------------------------------------------------------- */

static void f30_a_refused_vp_comes_by_init_sipi(void **state)
{
	static const uint16_t statuses[] = {3,   4,    5,    7,    8,    0xB,  0xD,
					    0xE, 0x15, 0x1D, 0x50, 0x51, 0x71, 0xBEEF};

	(void)state;
	for (size_t s = 0; s < ARRAY_COUNT(statuses); s++) {
		prepare(8);
		machine.vp[3].status = statuses[s];
		smp = NULL;
		run();
		assert_int_equal(cpu_of(3)->start.answer.status.code, statuses[s]);
		assert_int_equal(summary.online, 8);
		assert_int_equal(cpu_of(3)->start.method, HVSMP_METHOD_SECOND);
		assert_int_equal(machine_vp(3)->starts, 1);
		assert_int_equal(summary.verdict, MACHINE_DEGRADED);
		assert_true(warned("APIC id 3"));
		if (s + 1 < ARRAY_COUNT(statuses))
			machine_free();
	}
}

static void f30_without_a_lower_rung_it_is_refused(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].status = 0x50;
	smp = machine_prepare();
	smp->config.use_sipi = false;
	run();
	assert_one(3, CPU_REFUSED);
	assert_int_equal(cpu_of(3)->start.method, HVSMP_METHOD_NONE);
	assert_int_equal(machine_vp(3)->inits, 0);
}

/* The time is that of the start it came by, not of the call that was refused. */
static void f30_issued_is_when_init_was_sent(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].status = 0x50;
	machine.vp[5].delay_ms = MACHINE_DEADLINE_MS / 2; /* INIT waits for it */
	run();
	assert_int_equal(cpu_of(3)->start.method, HVSMP_METHOD_SECOND);
	assert_true(machine.ipis > 0 && machine.ipi[0].is_init);
	assert_true(cpu_of(3)->start.issued >= cpu_of(5)->start.arrived);
	assert_in_range(cpu_of(3)->start.issued, 1, machine.ipi[0].ns);
}

static void f07_status_2_or_6_gives_0x99_up_for_all(void **state)
{
	static const uint16_t statuses[] = {2, 6};

	(void)state;
	for (size_t s = 0; s < ARRAY_COUNT(statuses); s++) {
		prepare(32);
		machine.start_status = statuses[s];
		smp = NULL;
		run();
		for (uint32_t id = 1; id < 32; id++) {
			assert_int_equal(cpu_of(id)->verdict, CPU_ONLINE);
			assert_int_equal(cpu_of(id)->start.method, HVSMP_METHOD_SECOND);
		}
		assert_in_range(machine_vp(1)->calls_for, 1, 2);
		assert_int_equal(machine_vp(31)->calls_for, 0);
		assert_int_equal(summary.verdict, MACHINE_DEGRADED);
		assert_non_null(strstr(smp->start.reason, statuses[s] == 2 ? "0x02" : "0x06"));
		if (s == 0)
			machine_free();
	}
}

static void f31_time_outs_then_success(void **state)
{
	(void)state;
	for (uint32_t times = 1; times <= 6; times++) {
		prepare(8);
		machine.vp[3].status = 0x78;
		machine.vp[3].times = times;
		smp = NULL;
		run();
		assert_sound();
		if (times <= 5) {
			assert_int_equal(cpu_of(3)->verdict, CPU_ONLINE);
			assert_int_equal(cpu_of(3)->start.calls, times + 1);
			assert_int_equal(cpu_of(3)->start.answer.status.code, 0);
		} else { /* nobody knows whether it runs: no other way is tried */
			assert_one(3, CPU_MISSING);
			assert_int_equal(machine_vp(3)->inits, 0);
			assert_int_equal(cpu_of(3)->start.answer.status.code, 0x78);
		}
		if (times < 6)
			machine_free();
	}
}

/* The second call would restart it: it would come twice. */
static void f80_f82_it_comes_while_a_time_out_is_waited_out(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].status = 0x78;
	machine.vp[3].starts_anyway = true;
	machine.vp[3].comes_in_pause = true;
	run();
	machine_settle();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	assert_int_equal(machine_vp(3)->calls_for, 1);
	assert_int_equal(machine_vp(3)->starts, 1);
	assert_int_equal(cpu_of(3)->start.answer.status.code, 0x78);
	assert_int_equal(summary.verdict, MACHINE_OK);
}

static void f32_a_time_out_then_invalid_state_because_it_runs(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].status = 0x78;
	machine.vp[3].times = 1;
	machine.vp[3].starts_anyway = true;
	machine.vp[3].then_status = 0x15;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	assert_int_equal(machine_vp(3)->inits, 0);
	assert_int_equal(summary.verdict, MACHINE_OK);
}

/* The same answers, and it does not run: that cannot be told apart, so no other way is tried. */
static void f32_a_time_out_then_a_refusal_proves_nothing(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].status = 0x78;
	machine.vp[3].times = 1;
	machine.vp[3].then_status = 0x15;
	run();
	assert_one(3, CPU_MISSING);
	assert_int_equal(cpu_of(3)->start.answer.status.code, 0x15);
	assert_int_equal(cpu_of(3)->start.calls, 2);
	assert_int_equal(machine_vp(3)->inits, 0);
}

static void f32_refused_and_yet_it_runs(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].status = 0x15;
	machine.vp[3].starts_anyway = true;
	run();
	machine_settle();
	/*
	 * It comes in before the refusal is read, or when INIT-SIPI has invited it, or not at all.
	 * That two came, one of them parked at the door, is seen if it was in time to be seen.
	 */
	assert_in_range(machine_vp(3)->proofs, 0, 1);
	if (cpu_of(3)->verdict == CPU_MISMATCH)
		assert_int_equal(cpu_of(3)->mismatch[0].field, PROOF_ENTRIES);
	else
		assert_int_equal(cpu_of(3)->verdict == CPU_ONLINE, machine_vp(3)->proofs == 1);
	assert_int_not_equal(cpu_of(3)->verdict, CPU_REFUSED);
}

static void f29_the_call_faults(void **state)
{
	(void)state;
	prepare(8);
	for (size_t i = 0; i < 8; i++)
		machine.vp[i].call_faults = true;
	run();
	assert_int_equal(summary.online, 8);
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
	assert_int_not_equal(smp->start.reason[0], '\0');
}

/* --- INIT-SIPI -------------------------------------------------------------------------------- */

static void sipi_that_is_ignored(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[2].ignores_sipi = true;
	machine.vp[3].no_apic = true;
	smp = machine_prepare();
	machine.no_calls = true;
	run();
	assert_int_equal(cpu_of(1)->verdict, CPU_ONLINE);
	assert_int_equal(cpu_of(2)->verdict, CPU_MISSING);
	assert_int_equal(machine_vp(2)->sipis, 2);
	assert_true(warned("gave up waiting for processors started by INIT-SIPI"));
	assert_in_range(machine_vp(1)->sipis, 1, 2); /* two, if it took more than 20 ms */
	assert_int_equal(machine_vp(1)->starts, 1);
	assert_int_equal(cpu_of(3)->verdict, CPU_REFUSED);
	assert_int_equal(machine_vp(3)->sipis, 0);
}

static void f71_no_low_page_is_said(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[3].status = 0x50;
	smp = machine_prepare();
	smp->config.low_page = 0;
	run();
	assert_one(3, CPU_REFUSED);
	assert_true(warned("no page below 1 MiB"));
}

static void f70_no_memory_for_one_record(void **state)
{
	(void)state;
	prepare(4);
	machine.fail_alloc = RECORD_OF(2);
	run();
	assert_sound();
	assert_int_equal(smp->count, 3);
	assert_true(warned("no memory for the record of APIC id 2"));
	assert_int_equal(summary.online, 3);
	assert_int_equal(machine_vp(2)->calls_for, 0);
}

static void f70_no_memory_for_one_stack(void **state)
{
	(void)state;
	prepare(6);
	machine.fail_alloc = STACKS_OF(4);
	run();
	assert_one(4, CPU_REFUSED);
	assert_true(warned("no memory for the stacks of APIC id 4"));
	assert_int_equal(machine_vp(4)->calls_for, 0);
	assert_int_equal(machine_vp(4)->inits, 0);
}

/* More may be there than are known. */
static void f53_all_online_of_a_list_cut_short(void **state)
{
	(void)state;
	prepare(4);
	machine.incomplete = true;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRINGUP_TEST(f72_every_count_comes_online),
		BRINGUP_TEST(init_sipi_alone),
		BRINGUP_TEST(f20_no_indexes_means_init_sipi_for_all),
		BRINGUP_TEST(f22_an_id_the_hypervisor_does_not_know_is_absent),
		BRINGUP_TEST(f26_a_bsp_that_is_another_vp_fails_the_machine),
		BRINGUP_TEST(f28_a_list_that_is_refused_halfway),
		BRINGUP_TEST(f30_a_refused_vp_comes_by_init_sipi),
		BRINGUP_TEST(f30_without_a_lower_rung_it_is_refused),
		BRINGUP_TEST(f30_issued_is_when_init_was_sent),
		BRINGUP_TEST(f07_status_2_or_6_gives_0x99_up_for_all),
		BRINGUP_TEST(f31_time_outs_then_success),
		BRINGUP_TEST(f80_f82_it_comes_while_a_time_out_is_waited_out),
		BRINGUP_TEST(f32_a_time_out_then_invalid_state_because_it_runs),
		BRINGUP_TEST(f32_a_time_out_then_a_refusal_proves_nothing),
		BRINGUP_TEST(f32_refused_and_yet_it_runs),
		BRINGUP_TEST(f29_the_call_faults),
		BRINGUP_TEST(sipi_that_is_ignored),
		BRINGUP_TEST(f71_no_low_page_is_said),
		BRINGUP_TEST(f70_no_memory_for_one_record),
		BRINGUP_TEST(f70_no_memory_for_one_stack),
		BRINGUP_TEST(f53_all_online_of_a_list_cut_short),
	};

	return cmocka_run_group_tests_name("smp/start", tests, NULL, NULL);
}
