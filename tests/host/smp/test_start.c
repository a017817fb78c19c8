/* SPDX-License-Identifier: MIT */
/*
 * smp/ as a whole - ladder, fan-out, handshake, arrival, proof, ledger - on a machine whose
 * processors are threads and whose hypervisor does what the fault matrix says. Also built with
 * ThreadSanitizer.
 */
#include "tests/host/test.h"

#include <string.h>

#include "lib/log.h"
#include "smp/handshake.h"
#include "tests/host/smp/machine.h"

static struct smp *smp;
static struct smp_summary summary;
static bool hv_offered; /* 0x99 is the best method of the machine */

static int tear_down(void **state)
{
	(void)state;
	machine_free();
	return 0;
}

static void prepare(size_t count)
{
	machine_reset(count, 0);
}

static void run(void)
{
	if (!smp)
		smp = machine_prepare();
	machine_run();
	smp_summarize(smp, hv_offered, &summary);
}

static int set_up(void **state)
{
	(void)state;
	smp = NULL;
	hv_offered = true;
	return 0;
}

static bool warned(const char *text)
{
	for (size_t i = 0; i < log_kept_count() && log_kept(i); i++) {
		if (strstr(log_kept(i), text))
			return true;
	}
	return false;
}

/* What holds for every run, whatever went wrong (P1, P2, P3). */
static void assert_sound(void)
{
	bool mismatch = false, fallback = false;
	size_t online = 0;

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp->cpu[i];
		uint32_t stage = handshake_read(&cpu->stage);

		online += cpu->verdict == CPU_ONLINE;
		mismatch |= cpu->verdict == CPU_MISMATCH;
		fallback |= hv_offered && cpu->method == CPU_METHOD_SIPI;
		if (cpu->is_bsp)
			continue;
		if (cpu->verdict == CPU_ONLINE) {
			assert_int_equal(stage, STAGE_PROVED);
			assert_int_equal(cpu->mismatch_count, 0);
			assert_int_equal(cpu->found_vp_index, machine_vp(cpu->apic_id)->vp_index);
			assert_int_not_equal(cpu->online_tsc, 0);
			assert_true(cpu->issued_tsc <= cpu->online_tsc);
		} else {
			assert_true(stage != STAGE_PROVED || cpu->mismatch_count);
		}
	}
	assert_int_equal(online, summary.online);
	assert_int_equal(summary.expected, smp->count);
	assert_int_equal(summary.verdict, mismatch                          ? MACHINE_FAILED
					  : fallback || online < smp->count ? MACHINE_DEGRADED
									    : MACHINE_OK);
}

/* Everybody is online by this method, but those of the list. */
static void assert_online_but(enum cpu_method method, const uint32_t *list, size_t count)
{
	assert_sound();
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp->cpu[i];
		bool listed = false;

		for (size_t k = 0; k < count; k++)
			listed |= cpu->apic_id == list[k];
		if (listed || cpu->is_bsp)
			continue;
		assert_int_equal(cpu->verdict, CPU_ONLINE);
		assert_int_equal(cpu->method, method);
		assert_int_equal(machine_vp(cpu->apic_id)->starts, 1);
	}
	assert_int_equal(summary.online, smp->count - count);
}

static void assert_all_online(enum cpu_method method)
{
	assert_online_but(method, NULL, 0);
}

static const struct cpu *cpu_of(uint32_t apic_id)
{
	for (size_t i = 0; i < smp->count; i++) {
		if (smp->cpu[i]->apic_id == apic_id)
			return smp->cpu[i];
	}
	fail();
	return NULL;
}

/* One processor ended so; all others are online by hypercall. */
static void assert_one(uint32_t apic_id, enum cpu_verdict verdict)
{
	assert_online_but(CPU_METHOD_HV, &apic_id, 1);
	assert_int_equal(cpu_of(apic_id)->verdict, verdict);
}

/* --- all well ----------------------------------------------------------------------------------- */

static void f72_every_count_comes_online(void **state)
{
	static const size_t counts[] = {1, 2, 3, 4, 16, 63, 64, 65, 128};

	(void)state;
	for (size_t c = 0; c < ARRAY_COUNT(counts); c++) {
		size_t others = 0;

		machine_reset(counts[c], counts[c] / 2);
		smp = NULL;
		run();
		assert_all_online(CPU_METHOD_HV);
		assert_int_equal(summary.verdict, MACHINE_OK);
		assert_string_equal(smp->hv_reason, "");
		for (size_t i = 0; i < smp->count; i++) {
			const struct cpu *cpu = smp->cpu[i];

			assert_int_equal(machine_vp(cpu->apic_id)->calls_for, !cpu->is_bsp);
			assert_int_equal(cpu->hv_calls, !cpu->is_bsp);
			others += !cpu->is_bsp && cpu->starter != smp->bsp->index;
		}
		assert_int_equal(log_kept_count(), 0);
		if (counts[c] >= 64)
			assert_true(others > 0); /* the fan-out took part */
		if (c + 1 < ARRAY_COUNT(counts))
			machine_free();
	}
}

static void without_fan_out_the_bsp_starts_all(void **state)
{
	(void)state;
	prepare(16);
	smp = machine_prepare();
	smp->config.fanout = false;
	run();
	assert_all_online(CPU_METHOD_HV);
	for (size_t i = 0; i < smp->count; i++)
		assert_int_equal(smp->cpu[i]->starter, smp->bsp->index);
}

static void init_sipi_alone(void **state)
{
	(void)state;
	prepare(16);
	smp = machine_prepare();
	smp->config.hv = NULL;
	hv_offered = false;
	run();
	assert_all_online(CPU_METHOD_SIPI);
	assert_int_equal(summary.verdict, MACHINE_OK);
	smp_summarize(smp, true, &summary);
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
}

/* --- 0x9A is of no use ---------------------------------------------------------------------------- */

static void f20_no_indexes_means_init_sipi_for_all(void **state)
{
	(void)state;
	prepare(6);
	machine.map_status = 2;
	run();
	for (uint32_t id = 1; id < 6; id++) {
		assert_int_equal(cpu_of(id)->method, CPU_METHOD_SIPI);
		assert_int_equal(cpu_of(id)->verdict, CPU_ONLINE);
		assert_int_equal(machine_vp(id)->calls_for, 0);
	}
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
	assert_non_null(strstr(smp->hv_reason, "0x02"));
}

static void f22_an_id_the_hypervisor_does_not_know_is_absent(void **state)
{
	(void)state;
	prepare(8);
	machine.unknown_id = 5;
	run();
	assert_one(5, CPU_ABSENT);
	assert_int_equal(cpu_of(5)->method, CPU_METHOD_NONE);
	assert_int_equal(machine_vp(5)->inits, 0);
	assert_int_equal(summary.verdict, MACHINE_DEGRADED);
}

static void f26_a_bsp_that_is_another_vp_fails_the_machine(void **state)
{
	(void)state;
	prepare(4);
	smp = machine_prepare();
	((struct hv *)smp->config.hv)->bsp_vp_index = 77;
	run();
	assert_int_equal(summary.verdict, MACHINE_FAILED);
	assert_int_equal(smp->bsp->verdict, CPU_MISMATCH);
	for (uint32_t id = 1; id < 4; id++)
		assert_int_equal(machine_vp(id)->calls_for, 0);
}

/* --- 0x99 answers something else ------------------------------------------------------------------- */

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
		assert_int_equal(cpu_of(3)->hv_status.code, statuses[s]);
		assert_int_equal(summary.online, 8);
		assert_int_equal(cpu_of(3)->method, CPU_METHOD_SIPI);
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
	assert_int_equal(cpu_of(3)->method, CPU_METHOD_NONE);
	assert_int_equal(machine_vp(3)->inits, 0);
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
			assert_int_equal(cpu_of(id)->method, CPU_METHOD_SIPI);
		}
		assert_in_range(machine_vp(1)->calls_for, 1, 2);
		assert_int_equal(machine_vp(31)->calls_for, 0);
		assert_int_equal(summary.verdict, MACHINE_DEGRADED);
		assert_non_null(strstr(smp->hv_reason, statuses[s] == 2 ? "0x02" : "0x06"));
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
			assert_int_equal(cpu_of(3)->hv_calls, times + 1);
			assert_int_equal(cpu_of(3)->hv_status.code, 0);
		} else { /* nobody knows whether it runs: no other way is tried */
			assert_one(3, CPU_MISSING);
			assert_int_equal(machine_vp(3)->inits, 0);
			assert_int_equal(cpu_of(3)->hv_status.code, 0x78);
		}
		if (times < 6)
			machine_free();
	}
}

static void f32_a_time_out_although_it_runs(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].status = 0x78;
	machine.vp[3].times = 1;
	machine.vp[3].starts_anyway = true;
	run();
	assert_sound();
	assert_int_equal(cpu_of(3)->verdict != CPU_MISSING, true);
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
	assert_int_not_equal(smp->hv_reason[0], '\0');
}

/* --- it does not come, or comes late, or twice ----------------------------------------------------- */

static void f33_success_but_it_never_comes(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].never = true;
	run();
	assert_one(3, CPU_MISSING);
	assert_int_equal(machine_vp(3)->inits, 0); /* it may still come */
	assert_true(warned("deadline"));
	assert_int_equal(handshake_read(&cpu_of(3)->stage), STAGE_REVOKED);
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
	assert_all_online(CPU_METHOD_HV);
}

static void f34_three_deadlines_is_too_late_and_parks(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[3].delay_ms = MACHINE_DEADLINE_MS * 3;
	run();
	assert_one(3, CPU_MISSING);
	machine_settle();
	assert_int_equal(handshake_read(&cpu_of(3)->stage), STAGE_LATE);
	assert_int_equal(cpu_of(3)->found_vp_index, HV_VP_UNKNOWN); /* it proved nothing */
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

static void p4_the_cap_ends_it_even_with_progress(void **state)
{
	uint64_t before;

	(void)state;
	prepare(6);
	for (size_t i = 1; i < 6; i++)
		machine.vp[i].delay_ms = (uint32_t)(i * 200);
	smp = machine_prepare();
	smp->config.cap_ns = 500000000;
	before = arch_tsc();
	run();
	assert_in_range(arch_tsc() - before, 0, 5000000000);
	assert_true(warned("cap="));
	assert_int_equal(cpu_of(1)->verdict, CPU_ONLINE);
	assert_int_equal(cpu_of(5)->verdict, CPU_MISSING);
}

static void f35_it_enters_twice(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].entries = 2;
	run();
	machine_settle();
	/* The second entry is counted if it came before the ledger was closed. */
	assert_true(cpu_of(3)->verdict == CPU_ONLINE || cpu_of(3)->verdict == CPU_MISMATCH);
	if (cpu_of(3)->verdict == CPU_MISMATCH)
		assert_int_equal(cpu_of(3)->mismatch[0].field, PROOF_ENTRIES);
	assert_int_equal(arch_cpu_strays((const struct arch_cpu *)cpu_of(3)->arch), 1);
}

/* --- it is not as it should be ---------------------------------------------------------------------- */

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
	assert_mismatch(3, PROOF_APIC_ID);
}

static void f37_it_comes_with_another_cr3(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].other_cr3 = true;
	run();
	assert_mismatch(3, PROOF_CR3);
	assert_int_equal(cpu_of(3)->mismatch[0].expected, 0x5000);
	assert_int_equal(cpu_of(3)->mismatch[0].actual, 0x6000);
}

static void f38_it_faults_at_entry(void **state)
{
	(void)state;
	prepare(8);
	machine.vp[3].faults = true;
	run();
	assert_mismatch(3, PROOF_EXCEPTION);
	assert_int_equal(cpu_of(3)->mismatch[0].actual, 13);
}

static void f26_the_bsp_is_not_who_it_should_be(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[0].other_apic = true;
	run();
	assert_int_equal(smp->bsp->verdict, CPU_MISMATCH);
	assert_int_equal(summary.verdict, MACHINE_FAILED);
}

/* --- starters that fail ----------------------------------------------------------------------------- */

static void f41_a_starter_dies_in_its_call(void **state)
{
	size_t lost = 0;

	(void)state;
	prepare(16);
	machine.vp[1].dies_in_call = true;
	/* Time-outs hold the BSP up, or it would have started all before number 1 is there. */
	for (size_t i = 2; i < 16; i++) {
		machine.vp[i].status = 0x78;
		machine.vp[i].times = 2;
	}
	run();
	machine_settle();
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp->cpu[i];

		assert_int_equal(machine_vp(cpu->apic_id)->inits, 0);
		if (cpu->is_bsp || cpu->verdict == CPU_ONLINE)
			continue;
		assert_int_equal(cpu->verdict, CPU_MISSING);
		if (cpu->apic_id == 1)
			continue;
		/* Its call was under way: nobody makes it a second time. */
		assert_int_equal(cpu->starter, 1);
		assert_int_equal(machine_vp(cpu->apic_id)->calls_for, 1);
		lost++;
	}
	assert_in_range(lost, 0, 1);
	assert_int_equal(summary.online, 16 - 2 * lost); /* the dead one proves nothing either */
}

static void f42_a_dead_starters_claim_is_taken_over(void **state)
{
	(void)state;
	prepare(8);
	smp = machine_prepare();
	/* Processor 5 drew these two and died before its calls. */
	smp->cpu[3]->claim = claim_word(5, CLAIM_CLAIMED);
	smp->cpu[4]->claim = claim_word(5, CLAIM_CLAIMED);
	run();
	assert_all_online(CPU_METHOD_HV);
	assert_int_equal(cpu_of(3)->starter, smp->bsp->index);
	assert_int_equal(machine_vp(4)->calls_for, 1);
}

static void f42_a_drawn_number_that_was_never_claimed(void **state)
{
	(void)state;
	prepare(8);
	smp = machine_prepare();
	smp->next = 4; /* 1 to 3 were drawn by somebody who is no more */
	run();
	assert_all_online(CPU_METHOD_HV);
}

static void f43_what_aps_may_not_do_the_bsp_does(void **state)
{
	static const uint16_t statuses[] = {2, 6, 5, 0x15};

	(void)state;
	for (size_t s = 0; s < ARRAY_COUNT(statuses); s++) {
		prepare(24);
		for (size_t i = 1; i < 24; i++)
			machine.vp[i].caller_status = statuses[s];
		smp = NULL;
		run();
		assert_all_online(CPU_METHOD_HV);
		assert_int_equal(summary.verdict, MACHINE_OK);
		for (size_t i = 0; i < smp->count; i++)
			assert_int_equal(smp->cpu[i]->starter, smp->bsp->index);
		if (s + 1 < ARRAY_COUNT(statuses))
			machine_free();
	}
}

static void f43_only_some_vps_are_denied(void **state)
{
	(void)state;
	prepare(12);
	machine.vp[3].status = 0x50;
	machine.vp[7].never = true;
	machine.vp[9].other_cr3 = true;
	run();
	assert_int_equal(cpu_of(3)->method, CPU_METHOD_SIPI);
	assert_int_equal(cpu_of(3)->verdict, CPU_ONLINE);
	assert_int_equal(cpu_of(7)->verdict, CPU_MISSING);
	assert_int_equal(cpu_of(9)->verdict, CPU_MISMATCH);
	assert_int_equal(summary.online, 10);
	assert_int_equal(summary.verdict, MACHINE_FAILED);
}

/* --- INIT-SIPI ---------------------------------------------------------------------------------------- */

static void sipi_that_is_ignored(void **state)
{
	(void)state;
	prepare(4);
	machine.vp[2].ignores_sipi = true;
	machine.vp[3].no_apic = true;
	smp = machine_prepare();
	smp->config.use_hv = false;
	run();
	assert_int_equal(cpu_of(1)->verdict, CPU_ONLINE);
	assert_int_equal(cpu_of(2)->verdict, CPU_MISSING);
	assert_int_equal(machine_vp(2)->sipis, 2);
	assert_int_equal(machine_vp(1)->sipis, 1);
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

static void f70_no_memory_for_one_stack(void **state)
{
	(void)state;
	prepare(6);
	smp = machine_prepare();
	smp->cpu[4]->prepared = false; /* as smp_prepare leaves it */
	run();
	assert_one(4, CPU_REFUSED);
	assert_int_equal(machine_vp(4)->calls_for, 0);
	assert_int_equal(machine_vp(4)->inits, 0);
}

/* --- after the start ------------------------------------------------------------------------------ */

static uint32_t came_after;

static void count_after(struct cpu *cpu)
{
	assert_false(cpu->is_bsp);
	assert_int_equal(handshake_read(&cpu->stage), STAGE_PROVED);
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
	assert_all_online(CPU_METHOD_HV);
	assert_int_equal(cpu_of(2)->nmis, 1);
	assert_true(warned("APIC id 2: 1 NMI"));
	assert_int_equal(summary.verdict, MACHINE_OK);
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

static void one_that_does_not_stop_is_not_awaited_for_ever(void **state)
{
	uint64_t before;

	(void)state;
	prepare(4);
	machine.vp[2].ignores_nmi = true;
	run();
	machine_settle();
	before = arch_tsc();
	assert_true(smp_stop_others(smp));
	assert_in_range(arch_tsc() - before, 0, 5000000000);
	assert_int_equal(cpu_of(2)->stopped, 0);
	assert_int_equal(cpu_of(3)->stopped, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(f72_every_count_comes_online),
		TEST(without_fan_out_the_bsp_starts_all),
		TEST(init_sipi_alone),
		TEST(f20_no_indexes_means_init_sipi_for_all),
		TEST(f22_an_id_the_hypervisor_does_not_know_is_absent),
		TEST(f26_a_bsp_that_is_another_vp_fails_the_machine),
		TEST(f26_the_bsp_is_not_who_it_should_be),
		TEST(f30_a_refused_vp_comes_by_init_sipi),
		TEST(f30_without_a_lower_rung_it_is_refused),
		TEST(f07_status_2_or_6_gives_0x99_up_for_all),
		TEST(f31_time_outs_then_success),
		TEST(f32_a_time_out_although_it_runs),
		TEST(f32_refused_and_yet_it_runs),
		TEST(f29_the_call_faults),
		TEST(f33_success_but_it_never_comes),
		TEST(f33_nobody_comes),
		TEST(f34_half_a_deadline_is_in_time),
		TEST(f34_three_deadlines_is_too_late_and_parks),
		TEST(f34_late_while_others_are_awaited),
		TEST(p4_the_cap_ends_it_even_with_progress),
		TEST(f35_it_enters_twice),
		TEST(f36_it_comes_as_another_vp),
		TEST(f36_it_comes_with_another_apic_id),
		TEST(f37_it_comes_with_another_cr3),
		TEST(f38_it_faults_at_entry),
		TEST(f41_a_starter_dies_in_its_call),
		TEST(f42_a_dead_starters_claim_is_taken_over),
		TEST(f42_a_drawn_number_that_was_never_claimed),
		TEST(f43_what_aps_may_not_do_the_bsp_does),
		TEST(f43_only_some_vps_are_denied),
		TEST(sipi_that_is_ignored),
		TEST(f71_no_low_page_is_said),
		TEST(f70_no_memory_for_one_stack),
		TEST(what_comes_after_runs_on_proved_aps_only),
		TEST(f75_a_spurious_nmi_is_noted_and_ignored),
		TEST(one_processor_stops_all_others_that_came),
		TEST(one_that_does_not_stop_is_not_awaited_for_ever),
	};

	return cmocka_run_group_tests_name("smp/start", tests, NULL, NULL);
}
