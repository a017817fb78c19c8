/* SPDX-License-Identifier: MIT */
/*
 * smp/round.c and sipi_send.c: the same start again and again, by every method; what each of them
 * sends, and when; and when there must not be another round.
 */
#include "tests/host/test.h"

#include <string.h>

#include "start/handshake.h"
#include "smp/internal.h"
#include "smp/rounds.h"
#include "tests/host/smp/bringup.h"

enum { CPUS = 6, BSP = 2, MS = 1000000 };

static char reason[HVSMP_REASON_SIZE];

static void begin(void)
{
	machine_reset(CPUS, BSP);
}

static void ready(void)
{
	smp = machine_prepare();
	smp_rounds_prepare(smp, !machine.no_calls);
}

static uint32_t calls_made(void)
{
	uint32_t calls = 0;

	for (size_t i = 0; i < smp->count; i++)
		calls += smp_cpu(smp, i)->start.calls;
	return calls;
}

/* When the boot processor knew of the last arrival of the last round. */
static uint64_t all_in;

static void assert_round(enum smp_method method)
{
	bool by_call = method <= SMP_HV_FANOUT;

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		assert_int_equal(cpu->verdict, CPU_ONLINE);
		if (cpu->start.is_bsp)
			continue;
		assert_int_equal(cpu->start.method,
				 by_call ? HVSMP_METHOD_HYPERCALL : HVSMP_METHOD_SECOND);
		assert_in_range(cpu->start.issued, smp->start_ticks, cpu->start.arrived);
		assert_in_range(all_in, cpu->start.arrived, smp->end_ticks);
		if (method != SMP_HV_FANOUT)
			assert_int_equal(cpu->start.starter, smp->bsp->start.index);
	}
	assert_int_equal(calls_made(), by_call ? CPUS - 1 : 0);
	assert_int_equal(smp->second.messages, by_call                        ? 0
					       : method == SMP_SIPI_BROADCAST ? 2
									      : 2 * (CPUS - 1));
}

static void every_method_in_any_order(void **state)
{
	static const enum smp_method order[] = {
		SMP_HV_SERIAL,      SMP_HV_FANOUT,      SMP_SIPI_SERIAL,
		SMP_SIPI_PARALLEL,  SMP_SIPI_BROADCAST, SMP_HV_FANOUT,
		SMP_SIPI_BROADCAST, SMP_HV_SERIAL,      SMP_SIPI_SERIAL,
	};
	uint32_t map_calls;

	(void)state;
	begin();
	ready();
	map_calls = machine.map_calls;
	for (size_t i = 0; i < ARRAY_COUNT(order); i++) {
		if (i)
			assert_true(smp_round_undo(smp, reason));
		assert_true(smp_method_offered(smp, order[i], false, reason));
		all_in = smp_round(smp, order[i]);
		assert_round(order[i]);
	}
	assert_int_equal(machine.map_calls, map_calls); /* indexes are asked for once */
	for (uint32_t id = 0; id < CPUS; id++)
		assert_int_equal(machine_vp(id)->starts, id == BSP ? 0 : ARRAY_COUNT(order));
}

static void after_undo_nobody_is_in(void **state)
{
	uint64_t before;

	(void)state;
	begin();
	machine.vp[4].gets_nmi = true;
	ready();
	all_in = smp_round(smp, SMP_HV_FANOUT);
	assert_int_equal(cpu_of(4)->nmis, 1);
	before = arch_ticks();
	assert_true(smp_round_undo(smp, reason));
	assert_true(arch_ticks() - before >= 10 * MS); /* what INIT has to have its effect in */
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		if (cpu->start.is_bsp)
			continue;
		assert_int_equal(cpu->start.stage, HVSMP_STAGE_IDLE);
		assert_int_equal(cpu->start.claim, HVSMP_CLAIM_FREE);
		assert_int_equal(cpu->start.calls, 0);
		assert_int_equal(cpu->start.arrived, 0);
		assert_int_equal(cpu->nmis, 0);
		assert_int_equal(arch_cpu_first_ticks((const struct arch_cpu *)cpu->arch), 0);
		assert_int_equal(machine_vp(cpu->start.hw_id)->inits, 1);
	}
	assert_int_equal(machine_vp(BSP)->inits, 0);
}

/* --- what is sent, and when ------------------------------------------------------------------- */

static void run_sipi(enum smp_method method)
{
	begin();
	ready();
	machine.ipis = 0;
	all_in = smp_round(smp, method);
	assert_round(method);
}

static void serial_takes_one_after_the_other(void **state)
{
	(void)state;
	run_sipi(SMP_SIPI_SERIAL);
	assert_int_equal(machine.ipis, 2 * (CPUS - 1));
	for (size_t i = 0; i < machine.ipis; i += 2) {
		assert_true(machine.ipi[i].is_init);
		assert_false(machine.ipi[i + 1].is_init);
		assert_int_equal(machine.ipi[i].apic_id, machine.ipi[i + 1].apic_id);
		assert_true(machine.ipi[i + 1].ns - machine.ipi[i].ns >= 10 * MS);
	}
}

static void parallel_shares_one_delay(void **state)
{
	size_t half = CPUS - 1;

	(void)state;
	run_sipi(SMP_SIPI_PARALLEL);
	assert_int_equal(machine.ipis, 2 * half);
	for (size_t i = 0; i < machine.ipis; i++)
		assert_int_equal(machine.ipi[i].is_init, i < half);
	assert_true(machine.ipi[half].ns - machine.ipi[half - 1].ns >= 10 * MS);
	assert_true(machine.ipi[half].ns - machine.ipi[half - 1].ns < 20 * MS);
}

static void broadcast_is_two_messages(void **state)
{
	(void)state;
	run_sipi(SMP_SIPI_BROADCAST);
	assert_int_equal(machine.ipis, 2);
	assert_int_equal(machine.ipi[0].apic_id, MACHINE_ALL);
	assert_int_equal(machine.ipi[1].apic_id, MACHINE_ALL);
	assert_true(machine.ipi[1].ns - machine.ipi[0].ns < 1 * MS);
}

/* The ordinary bring-up: the delay that its policy says, targeted messages. */
static void the_delay_is_the_policys(void **state)
{
	static const uint64_t delays[] = {0, 10 * MS, 35 * MS};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(delays); i++) {
		uint64_t gap;

		begin();
		smp = machine_prepare();
		machine.no_calls = true;
		smp->second.delay_ns = delays[i];
		run();
		assert_all_online(HVSMP_METHOD_SECOND);
		gap = machine.ipi[CPUS - 1].ns - machine.ipi[CPUS - 2].ns;
		assert_in_range(gap, delays[i], delays[i] + 5 * MS);
		for (size_t k = 0; k < machine.ipis; k++)
			assert_int_not_equal(machine.ipi[k].apic_id, MACHINE_ALL);
		if (i + 1 < ARRAY_COUNT(delays))
			machine_free();
	}
}

static void a_second_startup_for_who_is_late(void **state)
{
	(void)state;
	begin();
	machine.vp[4].delay_ms = 3;
	ready();
	all_in = smp_round(smp, SMP_SIPI_SERIAL);
	assert_int_equal(cpu_of(4)->verdict, CPU_ONLINE);
	assert_int_equal(machine_vp(4)->sipis, 2);
	assert_int_equal(machine_vp(3)->sipis, 1);
	assert_int_equal(smp->second.messages, 2 * (CPUS - 1) + 1);
}

/* --- what is not offered ---------------------------------------------------------------------- */

static void assert_not_offered(enum smp_method method, bool needs_delay, const char *why)
{
	assert_false(smp_method_offered(smp, method, needs_delay, reason));
	assert_non_null(strstr(reason, why));
}

static void broadcast_only_where_all_are_wanted(void **state)
{
	(void)state;
	begin();
	ready();
	assert_true(smp_method_offered(smp, SMP_SIPI_BROADCAST, false, reason));
	assert_string_equal(reason, "");
	assert_not_offered(SMP_SIPI_BROADCAST, true, "delay");
	assert_true(smp_method_offered(smp, SMP_SIPI_PARALLEL, true, reason));
	smp->left_out = 1;
	assert_not_offered(SMP_SIPI_BROADCAST, false, "not to be started");
	smp->left_out = 0;
	smp->incomplete = true;
	assert_not_offered(SMP_SIPI_BROADCAST, false, "not to be started");
	smp->incomplete = false;
	smp_cpu(smp, 4)->start.prepared = false;
	assert_not_offered(SMP_SIPI_BROADCAST, false, "not to be started");
	smp_cpu(smp, 4)->start.prepared = true;
	smp_cpu(smp, 4)->start.map_state = HVSMP_MAP_ABSENT;
	assert_not_offered(SMP_SIPI_BROADCAST, false, "not to be started");
	machine_free();
	begin();
	machine.disabled = 1; /* it may be there, and it is not ours */
	ready();
	assert_not_offered(SMP_SIPI_BROADCAST, false, "not to be started");
	assert_true(smp_method_offered(smp, SMP_SIPI_PARALLEL, false, reason));
}

static void reasons(void **state)
{
	(void)state;
	begin();
	machine.map_status = 2;
	smp = machine_prepare();
	smp->config.low_page = 0;
	smp_rounds_prepare(smp, !machine.no_calls);
	assert_not_offered(SMP_HV_SERIAL, false, "0x02");
	assert_not_offered(SMP_HV_FANOUT, false, "0x02");
	assert_not_offered(SMP_SIPI_SERIAL, false, "prepared");
	machine_free();
	begin();
	smp = machine_prepare();
	smp->config.use_sipi = false;
	machine.no_calls = true;
	smp_rounds_prepare(smp, !machine.no_calls);
	assert_not_offered(SMP_SIPI_SERIAL, false, "start=hv");
	assert_not_offered(SMP_HV_FANOUT, false, "unavailable");
}

/* --- when it goes wrong ----------------------------------------------------------------------- */

static void a_restart_that_is_refused(void **state)
{
	(void)state;
	begin();
	machine.vp[4].restart_status = 0x15;
	ready();
	all_in = smp_round(smp, SMP_HV_SERIAL);
	assert_int_equal(cpu_of(4)->verdict, CPU_ONLINE);
	assert_true(smp_round_undo(smp, reason));
	all_in = smp_round(smp, SMP_HV_FANOUT);
	assert_int_equal(cpu_of(4)->verdict, CPU_REFUSED);
	assert_int_equal(cpu_of(4)->start.outcome, HVSMP_OUTCOME_REFUSED);
	assert_int_equal(cpu_of(4)->start.answer.status.code, 0x15);
	assert_int_equal(cpu_of(3)->verdict, CPU_ONLINE);
	/* It is known not to run, so it can be started the other way. */
	assert_true(smp_round_undo(smp, reason));
	all_in = smp_round(smp, SMP_SIPI_PARALLEL);
	assert_round(SMP_SIPI_PARALLEL);
}

static void assert_no_way_back(const char *why)
{
	size_t sent = machine.ipis;

	assert_false(smp_round_undo(smp, reason));
	assert_non_null(strstr(reason, "APIC id 4"));
	assert_non_null(strstr(reason, why));
	assert_int_equal(machine.ipis, sent);
}

static void nobody_who_is_lost_is_started_again(void **state)
{
	(void)state;
	begin();
	machine.vp[4].never = true;
	ready();
	all_in = smp_round(smp, SMP_HV_FANOUT);
	assert_int_equal(cpu_of(4)->verdict, CPU_MISSING);
	assert_no_way_back("missing");
	machine_free();
	begin();
	machine.vp[4].faults = true;
	ready();
	all_in = smp_round(smp, SMP_SIPI_PARALLEL);
	assert_no_way_back("missing");
	machine_free();
	begin();
	machine.vp[4].status = 0x78; /* it may run or not */
	ready();
	all_in = smp_round(smp, SMP_HV_SERIAL);
	assert_no_way_back("missing");
	machine_free();
	begin();
	machine.vp[4].entries = 2;
	ready();
	all_in = smp_round(smp, SMP_HV_SERIAL);
	machine_settle();
	assert_false(smp_round_undo(smp, reason));
}

static void an_init_that_is_not_taken(void **state)
{
	(void)state;
	begin();
	ready();
	all_in = smp_round(smp, SMP_HV_SERIAL);
	machine.vp[4].no_apic = true;
	assert_false(smp_round_undo(smp, reason));
	assert_non_null(strstr(reason, "INIT not sent"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRINGUP_TEST(every_method_in_any_order),
		BRINGUP_TEST(after_undo_nobody_is_in),
		BRINGUP_TEST(serial_takes_one_after_the_other),
		BRINGUP_TEST(parallel_shares_one_delay),
		BRINGUP_TEST(broadcast_is_two_messages),
		BRINGUP_TEST(the_delay_is_the_policys),
		BRINGUP_TEST(a_second_startup_for_who_is_late),
		BRINGUP_TEST(broadcast_only_where_all_are_wanted),
		BRINGUP_TEST(reasons),
		BRINGUP_TEST(a_restart_that_is_refused),
		BRINGUP_TEST(nobody_who_is_lost_is_started_again),
		BRINGUP_TEST(an_init_that_is_not_taken),
	};

	return cmocka_run_group_tests_name("smp/round", tests, NULL, NULL);
}
