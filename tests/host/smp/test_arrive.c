/* SPDX-License-Identifier: MIT */
/*
 * smp/arrive.c, proof.c, stop.c, and all they stand on: processors that do not come, come late,
 * come twice or come as something else; and how all are stopped.
 */
#include "tests/host/test.h"

#include <string.h>

#include "start/handshake.h"
#include "tests/host/smp/bringup.h"

/* --- it does not come, or comes late, or twice ------------------------------------------------ */

static void f33_success_but_it_never_comes(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].never = true;
	run();
	assert_one(3, CPU_MISSING);
	assert_int_equal(machine_vp(3)->inits, 0); /* it may still come */
	assert_true(warned("deadline"));
	assert_int_equal(hvsmp_handshake_read(&cpu_of(3)->start.stage), HVSMP_STAGE_REVOKED);
}

static void f33_nobody_comes(void **state)
{
	(void)state;
	prepare(8);
	for (size_t i = 1; i < 8; i++)
		machine.vp[i].never = true;
	run();
	for (uint32_t id = 1; id < 8; id++) {
		assert_int_equal(cpu_of(id)->verdict, CPU_MISSING);
		assert_int_equal(machine_vp(id)->calls_for, 1);
	}
	assert_int_equal(summary.online, 1);
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
}

static void f34_half_a_deadline_is_in_time(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[3].delay_ms = MACHINE_DEADLINE_MS / 2;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
}

static void f34_three_deadlines_is_too_late_and_parks(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[3].delay_ms = MACHINE_DEADLINE_MS * 3;
	run();
	assert_one(3, CPU_MISSING);
	machine_settle();
	assert_int_equal(hvsmp_handshake_read(&cpu_of(3)->start.stage), HVSMP_STAGE_LATE);
	assert_int_equal(cpu_of(3)->found_vp_index, HVSMP_VP_UNKNOWN); /* it proved nothing */
}

static void f34_late_while_others_are_awaited(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[3].delay_ms = MACHINE_DEADLINE_MS * 3 / 2;
	machine.vp[2].status = 0x50; /* goes on to INIT-SIPI, where it lets itself be waited for */
	machine.vp[2].delay_ms = MACHINE_DEADLINE_MS * 4 / 5;
	run();
	machine_settle();
	assert_int_equal(cpu_of(2)->verdict, CPU_ONLINE);
	assert_int_equal(cpu_of(3)->verdict, CPU_LATE);
	assert_int_equal(machine_vp(3)->inits, 0);
}

/* It came after the refusal, and nobody had invited it: it parks, and that it ran is told. */
static void f85_refused_for_good_and_it_comes(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].status = 0x50;
	machine.vp[3].starts_anyway = true;
	machine.vp[3].delay_ms = MACHINE_DEADLINE_MS / 4;
	machine.vp[5].delay_ms = MACHINE_DEADLINE_MS / 2; /* so that there is a wait */
	smp = machine_prepare();
	smp->config.use_sipi = false;
	run();
	assert_one(3, CPU_LATE);
	assert_int_equal(machine_vp(3)->proofs, 0);
	assert_int_equal(cpu_of(3)->start.answer.status.code, 0x50);
}

/* The same, and INIT could be sent: not to one that has come. */
static void f85_no_init_to_one_that_came_uninvited(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].status = 0x50;
	machine.vp[3].starts_anyway = true;
	machine.vp[3].delay_ms = MACHINE_DEADLINE_MS / 4;
	machine.vp[5].delay_ms = MACHINE_DEADLINE_MS / 2;
	run();
	assert_one(3, CPU_LATE);
	assert_int_equal(machine_vp(3)->proofs, 0);
	assert_int_equal(machine_vp(3)->inits, 0);
	assert_true(warned("APIC id 3: INIT not sent: it has come uninvited"));
}

/* One after the other, each well within a deadline of the one before. */
static void prepare_procession(size_t count)
{
	prepare(count);
	for (size_t i = 1; i < count; i++)
		machine.vp[i].delay_ms = (uint32_t)(i * MACHINE_DEADLINE_MS * 3 / 5);
}

static void progress_prolongs_the_wait(void **state)
{
	(void)state;
	prepare_procession(6); /* the last one after three deadlines */
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
}

static void p4_the_cap_ends_it_even_with_progress(void **state)
{
	uint64_t before;

	(void)state;
	prepare_procession(6);
	machine_config.cap_ns = 2 * MACHINE_DEADLINE_MS * 1000000UL;
	smp = machine_prepare();
	before = arch_ticks();
	run();
	assert_in_range(arch_ticks() - before, smp->config.cap_ns, smp->config.cap_ns * 11 / 10);
	assert_true(warned("cap="));
	assert_int_equal(cpu_of(1)->verdict, CPU_ONLINE);
	assert_int_equal(cpu_of(5)->verdict, CPU_MISSING);
}

/* Before the ledger was closed, or after it. */
static void f35_f86_it_enters_twice(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].entries = 2;
	run();
	machine_settle();
	for (int looks = 0; looks < 2; looks++) { /* the second one finds nothing new */
		smp_look_again(smp);
		assert_int_equal(cpu_of(3)->verdict, CPU_MISMATCH);
		assert_int_equal(cpu_of(3)->mismatch_count, 1);
		assert_int_equal(cpu_of(3)->mismatch[0].field, PROOF_ENTRIES);
		assert_int_equal(cpu_of(3)->mismatch[0].expected, 1);
		assert_int_equal(cpu_of(3)->mismatch[0].actual, 2);
	}
	smp_summarize(smp, true, &summary);
	assert_int_equal(summary.verdict, MACHINE_FAILED);
	assert_int_equal(arch_cpu_strays((const struct arch_cpu *)cpu_of(3)->arch), 1);
}

/* --- it is not as it should be ---------------------------------------------------------------- */

static void assert_mismatch(uint32_t apic_id, enum proof_field field)
{
	assert_one(apic_id, CPU_MISMATCH);
	assert_int_equal(cpu_of(apic_id)->mismatch_count, 1);
	assert_int_equal(cpu_of(apic_id)->mismatch[0].field, field);
	assert_int_equal(summary.verdict, MACHINE_FAILED);
}

static void f36_it_comes_as_another_vp(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].other_vp = true;
	run();
	assert_mismatch(3, PROOF_VP_INDEX);
	assert_int_equal(cpu_of(3)->mismatch[0].actual, machine_vp(3)->vp_index + 1000);
}

static void f36_it_comes_with_another_apic_id(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].other_apic = true;
	run();
	assert_mismatch(3, PROOF_HW_ID);
}

static unsigned int register_of(const char *name)
{
	unsigned int reg = 0;

	while (reg < ARCH_REGISTERS && strcmp(arch_register_name(reg), name) != 0)
		reg++;
	assert_in_range(reg, 0, ARCH_REGISTERS - 1);
	return reg;
}

static void f37_it_comes_with_another_cr3(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].other_cr3 = true;
	run();
	assert_mismatch(3, PROOF_REGISTERS + register_of("cr3"));
	assert_int_equal(cpu_of(3)->mismatch[0].expected, 0x5000);
	assert_int_equal(cpu_of(3)->mismatch[0].actual, 0x6000);
}

/* All are counted, the first are kept. */
static void f37_more_differ_than_are_kept(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[3].other_everything = true;
	run();
	assert_one(3, CPU_MISMATCH);
	assert_true(cpu_of(3)->mismatch_count > CPU_MAX_MISMATCHES);
	for (size_t i = 1; i < CPU_MAX_MISMATCHES; i++)
		assert_true(cpu_of(3)->mismatch[i].field > cpu_of(3)->mismatch[i - 1].field);
}

static void a_register_may_be_left_out_of_the_proof(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].other_cr3 = true;
	machine_config.unproved = 1UL << register_of("cr3");
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
}

static void f38_it_faults_at_entry(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].faults = true;
	run();
	assert_one(3, CPU_MISSING); /* it costs itself, not the machine */
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
	assert_int_equal(cpu_of(3)->mismatch_count, 1);
	assert_int_equal(cpu_of(3)->mismatch[0].field, PROOF_EXCEPTION);
	assert_int_equal(cpu_of(3)->mismatch[0].actual, 13);
	assert_int_equal(cpu_online_tsc(cpu_of(3)), 0);
}

static void f26_the_bsp_is_not_who_it_should_be(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[0].other_apic = true;
	run();
	assert_int_equal(smp->bsp->verdict, CPU_MISMATCH);
	assert_in_range(smp->bsp->mismatch_count, 1, CPU_MAX_MISMATCHES);
	assert_int_equal(smp->bsp->mismatch[smp->bsp->mismatch_count - 1].field, PROOF_HW_ID);
	assert_int_equal(summary.verdict, MACHINE_FAILED);
}

/* --- after the start -------------------------------------------------------------------------- */

static uint32_t came_after;

static void count_after(struct cpu *cpu)
{
	assert_false(cpu->start.is_bsp);
	assert_int_equal(hvsmp_handshake_read(&cpu->start.stage), HVSMP_STAGE_PROVED);
	__atomic_fetch_add(&came_after, 1, __ATOMIC_RELAXED);
}

static void what_comes_after_runs_on_proved_aps_only(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].faults = true;
	machine.vp[4].never = true;
	came_after = 0;
	smp = machine_prepare();
	smp->config.after = count_after;
	run();
	machine_settle();
	assert_int_equal(came_after, 5);
}

static void f75_a_spurious_nmi_is_noted_and_ignored(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[2].gets_nmi = true;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	assert_int_equal(cpu_of(2)->nmis, 1);
	assert_true(warned("APIC id 2: 1 NMI"));
	assert_int_equal(summary.verdict, MACHINE_OK);
}

static void f81_one_that_was_reset_after_it_came_is_missing(void **state)
{
	uint64_t before;

	(void)state;
	prepare(8);
	machine.vp[3].never = true;
	machine.vp[5].ignores_nmi = true; /* as in wait-for-SIPI */
	machine.vp[6].no_apic = true;     /* nor can it be asked */
	run();
	machine_settle();
	assert_int_equal(cpu_of(5)->verdict, CPU_ONLINE);
	before = arch_ticks();
	smp_roll_call(smp);
	assert_in_range(arch_ticks() - before, 0, 2000000ull * MACHINE_DEADLINE_MS);
	for (uint32_t id = 0; id < 8; id++) {
		bool is_there = id != 3 && id != 5;

		assert_int_equal(cpu_of(id)->verdict, is_there ? CPU_ONLINE : CPU_MISSING);
		assert_int_equal(machine_vp(id)->nmis, id != 0 && id != 3);
		assert_int_equal(cpu_of(id)->nmis, 0); /* one that we sent is no odd one */
	}
	assert_true(warned("APIC id 5: had come in, and does not answer an NMI any more"));
	smp_look_again(smp);
	smp_summarize(smp, true, &summary);
	assert_int_equal(summary.online, 6);
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
}

static void one_processor_stops_all_others_that_came(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].never = true;
	run();
	machine_settle();
	assert_true(smp_stop_others(smp));
	for (uint32_t id = 0; id < 8; id++) {
		bool runs = id != 0 && id != 3;

		assert_int_equal(machine_vp(id)->nmis, runs);
		assert_int_equal(cpu_of(id)->stopped, runs);
	}
	assert_true(smp_stop_others(smp)); /* a panic in the panic */
	assert_int_equal(machine_vp(1)->nmis, 1);
}

static void who_comes_second_with_a_panic_parks(void **state)
{
	(void)state;
	prepare(2);
	run();
	machine_settle();
	smp->stopped_by = smp_cpu(smp, 1)->start.index + 1;
	assert_false(smp_stop_others(smp));
	assert_int_equal(machine_vp(1)->nmis, 0);
}

static void one_that_does_not_stop_is_not_awaited_for_ever(void **state)
{
	uint64_t before;

	(void)state;
	prepare(4);
	machine.vp[2].ignores_nmi = true;
	run();
	machine_settle();
	before = arch_ticks();
	assert_true(smp_stop_others(smp));
	assert_in_range(arch_ticks() - before, 0, 5000000000);
	assert_int_equal(cpu_of(2)->stopped, 0);
	assert_int_equal(cpu_of(3)->stopped, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRINGUP_TEST(f33_success_but_it_never_comes),
		BRINGUP_TEST(f33_nobody_comes),
		BRINGUP_TEST(f34_half_a_deadline_is_in_time),
		BRINGUP_TEST(f34_three_deadlines_is_too_late_and_parks),
		BRINGUP_TEST(f85_refused_for_good_and_it_comes),
		BRINGUP_TEST(f85_no_init_to_one_that_came_uninvited),
		BRINGUP_TEST(f34_late_while_others_are_awaited),
		BRINGUP_TEST(progress_prolongs_the_wait),
		BRINGUP_TEST(p4_the_cap_ends_it_even_with_progress),
		BRINGUP_TEST(f35_f86_it_enters_twice),
		BRINGUP_TEST(f36_it_comes_as_another_vp),
		BRINGUP_TEST(f36_it_comes_with_another_apic_id),
		BRINGUP_TEST(f37_it_comes_with_another_cr3),
		BRINGUP_TEST(f37_more_differ_than_are_kept),
		BRINGUP_TEST(a_register_may_be_left_out_of_the_proof),
		BRINGUP_TEST(f38_it_faults_at_entry),
		BRINGUP_TEST(f26_the_bsp_is_not_who_it_should_be),
		BRINGUP_TEST(what_comes_after_runs_on_proved_aps_only),
		BRINGUP_TEST(f75_a_spurious_nmi_is_noted_and_ignored),
		BRINGUP_TEST(f81_one_that_was_reset_after_it_came_is_missing),
		BRINGUP_TEST(one_processor_stops_all_others_that_came),
		BRINGUP_TEST(who_comes_second_with_a_panic_parks),
		BRINGUP_TEST(one_that_does_not_stop_is_not_awaited_for_ever),
	};

	return cmocka_run_group_tests_name("smp/arrive", tests, NULL, NULL);
}
