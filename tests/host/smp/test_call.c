/* SPDX-License-Identifier: MIT */
/* smp/call.c, kick.c, barrier.c on the machine of threads: who is called, how, what if not. */
#include "tests/host/test.h"

#include <string.h>

#include "smp/calls.h"
#include "tests/host/smp/bringup.h"

enum { CPUS = 6 };

static uint32_t ran[SMP_MAX_CPUS]; /* by rank */
static uint64_t sum;
static uint32_t early;

static void begin(size_t count)
{
	prepare(count);
	memset(ran, 0, sizeof(ran));
	sum = 0;
	early = 0;
}

/* Up, serving, and members. */
static void gather(void)
{
	if (!smp)
		smp = machine_prepare();
	smp->config.after = smp_serve;
	run();
	assert_int_equal(smp_gather(smp), OK);
}

static void note(struct cpu *self, void *arg)
{
	assert_ptr_equal(self, arch_cpu_owner());
	assert_true(arg == NULL || arg == &sum);
	ran[self->rank]++;
}

static void call_others(struct cpu *self, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < smp->members; i++) {
		if (smp->member[i] != self)
			(void)smp_call(smp->member[i], note, &sum);
	}
}

static uint32_t total(uint32_t (*of)(const struct cpu_calls *))
{
	uint32_t n = 0;

	for (size_t i = 0; i < smp->count; i++)
		n += of(&smp_cpu(smp, i)->calls);
	return n;
}

static uint32_t announced(const struct cpu_calls *c)
{
	return c->announced;
}

static uint32_t taken(const struct cpu_calls *c)
{
	return __atomic_load_n(&c->taken, __ATOMIC_RELAXED);
}

static void everybody_calls_everybody(void **state)
{
	(void)state;
	begin(CPUS);
	gather();
	assert_int_equal(smp->members, CPUS);
	for (size_t i = 0; i < CPUS; i++)
		assert_int_equal(smp_call(smp->member[i], call_others, NULL), OK);
	for (size_t i = 0; i < CPUS; i++)
		assert_int_equal(ran[i], CPUS - 1);
	assert_int_equal(total(announced), CPUS * (CPUS - 1) + CPUS - 1);
	assert_int_equal(total(taken), total(announced));
	smp_dismiss(smp);
	machine_settle();
	assert_int_equal(total(taken), total(announced));
}

static void a_call_to_oneself_needs_no_ipi(void **state)
{
	(void)state;
	begin(1);
	gather();
	assert_int_equal(smp_call(smp->bsp, note, NULL), OK);
	assert_int_equal(smp_broadcast(smp, note, NULL), 0);
	assert_int_equal(ran[0], 2);
	assert_int_equal(total(announced), 0);
}

static void only_who_is_online_is_a_member(void **state)
{
	(void)state;
	begin(CPUS);
	machine.vp[3].never = true;
	machine.vp[4].other_cr3 = true;
	gather();
	assert_int_equal(smp->members, CPUS - 2);
	assert_int_equal(smp_call((struct cpu *)cpu_of(3), note, NULL), ERR_NOT_FOUND);
	assert_int_equal(smp_call((struct cpu *)cpu_of(4), note, NULL), ERR_NOT_FOUND);
	assert_int_equal(smp_broadcast(smp, note, &sum), 0);
	assert_int_equal(machine_vp(4)->ipis, 0);
}

/* --- by what ---------------------------------------------------------------------------------- */

static void assert_sent(uint32_t calls, uint32_t sets, uint32_t messages)
{
	assert_int_equal(machine.ipi_calls, calls);
	assert_int_equal(machine.ipi_set_calls, sets);
	assert_int_equal(machine.ipi_messages, messages);
}

static void number_from(uint32_t first)
{
	for (size_t i = 0; i < CPUS; i++)
		machine.vp[i].vp_index = first + 100 * (uint32_t)i;
}

static void only_what_is_recommended(void **state)
{
	(void)state;
	begin(CPUS);
	gather();
	assert_int_equal(smp_broadcast(smp, note, NULL), 0);
	assert_sent(0, 0, CPUS - 1);
	smp->config.ipi_by_call = true;
	assert_int_equal(smp_broadcast(smp, note, NULL), 0);
	assert_sent(1, 0, CPUS - 1); /* all of them with one call */
	assert_int_equal(smp_call(smp_cpu(smp, 2), note, NULL), OK);
	assert_sent(2, 0, CPUS - 1);
	smp->may_call = false;
	assert_int_equal(smp_call(smp_cpu(smp, 2), note, NULL), OK);
	assert_sent(2, 0, CPUS);
	assert_int_equal(smp->bsp->calls.sent[IPI_BY_MASK], 2);
	assert_int_equal(smp->bsp->calls.sent[IPI_BY_NOTIFY], CPUS);
}

static void indexes_beyond_a_mask_want_a_set(void **state)
{
	(void)state;
	begin(CPUS);
	number_from(63);
	smp = machine_prepare();
	smp->config.ipi_by_call = true;
	gather();
	assert_int_equal(smp_broadcast(smp, note, NULL), 0);
	assert_sent(0, 0, CPUS - 1); /* sets are not recommended */
	smp->config.ipi_by_set = true;
	assert_int_equal(smp_broadcast(smp, note, NULL), 0);
	assert_sent(0, 1, CPUS - 1);
	assert_int_equal(smp_call(smp_cpu(smp, 5), note, NULL), OK);
	assert_sent(0, 2, CPUS - 1);
	assert_int_equal(smp_call(smp_cpu(smp, 5), call_others, NULL), OK);
	assert_sent(1, 2 + 1 + CPUS - 2, CPUS - 1); /* the boot processor is VP 63 */
}

static void the_first_index_beyond_a_mask(void **state)
{
	(void)state;
	begin(2);
	machine.vp[1].vp_index = 64;
	smp = machine_prepare();
	smp->config.ipi_by_call = true;
	gather();
	assert_int_equal(smp_call(smp_cpu(smp, 1), note, NULL), OK);
	assert_sent(0, 0, 1);
	smp->config.ipi_by_set = true;
	assert_int_equal(smp_call(smp_cpu(smp, 1), note, NULL), OK);
	assert_sent(0, 1, 1);
}

static void an_index_beyond_every_set(void **state)
{
	(void)state;
	begin(2);
	machine.vp[1].vp_index = 4096;
	smp = machine_prepare();
	smp->config.ipi_by_call = smp->config.ipi_by_set = true;
	gather();
	assert_int_equal(smp_call(smp_cpu(smp, 1), note, NULL), OK);
	assert_sent(0, 0, 1);
}

static void a_refusal_is_the_last_one(void **state)
{
	(void)state;
	begin(CPUS);
	machine.ipi_status = 6;
	smp = machine_prepare();
	smp->config.ipi_by_call = true;
	gather();
	assert_int_equal(smp_broadcast(smp, note, NULL), 0);
	assert_sent(1, 0, CPUS - 1);
	assert_true(smp->bsp->calls.refused);
	assert_int_equal(smp->bsp->calls.refusal.status.code, 6);
	assert_int_equal(smp_call(smp_cpu(smp, 2), call_others, NULL), OK);
	assert_sent(1, 0, CPUS - 1 + CPUS);
	machine_free();
	begin(CPUS);
	machine.ipi_faults = true;
	smp = machine_prepare();
	smp->config.ipi_by_call = true;
	gather();
	assert_int_equal(smp_call(smp_cpu(smp, 2), note, NULL), OK);
	assert_int_equal(smp->bsp->calls.refusal.err, HVSMP_ERROR_FAULT);
	assert_sent(0, 0, 1);
}

/* --- all at once ------------------------------------------------------------------------------ */

static void meet(struct cpu *self, void *arg)
{
	(void)arg;
	for (uint64_t i = 1; i <= 20; i++) {
		__atomic_fetch_add(&sum, 1, __ATOMIC_RELAXED);
		if (!smp_barrier(self) ||
		    __atomic_load_n(&sum, __ATOMIC_RELAXED) != i * smp->members)
			__atomic_fetch_add(&early, 1, __ATOMIC_RELAXED);
		if (!smp_barrier(self))
			__atomic_fetch_add(&early, 1, __ATOMIC_RELAXED);
	}
}

static void nobody_passes_a_barrier_early(void **state)
{
	(void)state;
	for (size_t count = 1; count <= 9; count++) {
		if (count > 1)
			machine_free();
		begin(count);
		smp = NULL;
		gather();
		assert_int_equal(smp_broadcast(smp, meet, NULL), 0);
		assert_int_equal(early, 0);
		assert_int_equal(sum, 20 * count);
		smp_dismiss(smp);
	}
}

/* --- who does not answer ---------------------------------------------------------------------- */

static void who_does_not_answer_costs_itself(void **state)
{
	(void)state;
	begin(CPUS);
	machine.vp[3].ignores_ipi = true;
	gather();
	assert_int_equal(smp_call(smp_cpu(smp, 3), note, NULL), ERR_TIMEOUT);
	assert_int_equal(smp_call(smp_cpu(smp, 3), note, NULL), ERR_NOT_FOUND);
	assert_int_equal(machine_vp(3)->ipis, 1);
	assert_int_equal(smp_call(smp_cpu(smp, 2), call_others, NULL), OK);
	assert_int_equal(smp_broadcast(smp, note, NULL), 1);
	assert_int_equal(machine_vp(3)->ipis, 1); /* nobody calls it again */
	assert_int_equal(smp_gather(smp), OK);
	assert_int_equal(smp->members, CPUS - 1);
	assert_int_equal(smp_broadcast(smp, meet, NULL), 0);
	assert_int_equal(early, 0);
	assert_true(smp_cpu(smp, 3)->calls.lost);
	assert_false(smp_cpu(smp, 4)->calls.lost);
}

/* Whoever waits for the one who finds out must not give up on him. */
static void an_ap_finds_out(void **state)
{
	(void)state;
	begin(CPUS);
	machine.vp[3].ignores_ipi = machine.vp[4].ignores_ipi = true;
	gather();
	assert_int_equal(smp_call(smp_cpu(smp, 2), call_others, NULL), OK);
	assert_false(smp_cpu(smp, 2)->calls.lost);
	assert_true(smp_cpu(smp, 3)->calls.lost);
	assert_true(smp_cpu(smp, 4)->calls.lost);
	assert_false(smp_cpu(smp, 5)->calls.lost);
	assert_int_equal(ran[5], 1);
}

/* It waits and looks all the time, and is to see nothing without an interrupt all the same. */
static void the_boot_processor_needs_its_ipis_too(void **state)
{
	(void)state;
	begin(CPUS);
	machine.vp[0].ignores_ipi = true;
	gather();
	assert_int_equal(smp_call(smp_cpu(smp, 2), call_others, NULL), OK);
	assert_true(smp->bsp->calls.lost);
	assert_int_equal(ran[0], 0);
	assert_int_equal(ran[5], 1);
}

/* It is not made good by the next one: a call that is lost is seen. */
static void one_ipi_that_is_lost(void **state)
{
	(void)state;
	begin(CPUS);
	machine.vp[3].loses_ipi = 2;
	gather();
	assert_int_equal(smp_call(smp_cpu(smp, 3), note, NULL), OK);
	assert_int_equal(smp_call(smp_cpu(smp, 3), note, NULL), ERR_TIMEOUT);
	assert_int_equal(ran[3], 1);
	assert_int_equal(total(announced), total(taken) + 1);
}

/* Who called has gone on, and what the call points to may be gone: it is not made any more. */
static void a_call_that_was_given_up_is_not_made_late(void **state)
{
	(void)state;
	begin(CPUS);
	machine.vp[3].loses_ipi = 1;
	gather();
	assert_int_equal(smp_call(smp_cpu(smp, 3), note, NULL), ERR_TIMEOUT);
	machine_interrupt(3); /* the one that was lost, after all */
	smp_dismiss(smp);
	machine_settle();
	assert_int_equal(total(taken), total(announced));
	assert_int_equal(ran[3], 0);
}

static void an_ipi_too_many_is_counted(void **state)
{
	(void)state;
	begin(CPUS);
	machine.vp[3].doubles_ipis = true;
	gather();
	assert_int_equal(smp_call(smp_cpu(smp, 3), note, NULL), OK);
	assert_int_equal(smp_call(smp_cpu(smp, 3), note, NULL), OK);
	smp_dismiss(smp);
	machine_settle();
	assert_int_equal(ran[3], 2);
	assert_true(total(taken) > total(announced));
}

static void a_barrier_without_one_ends(void **state)
{
	(void)state;
	begin(3);
	machine.vp[2].ignores_ipi = true;
	gather();
	assert_int_equal(smp_broadcast(smp, meet, NULL), 1);
	assert_true(early > 0);
}

static void come_late(struct cpu *self, void *arg)
{
	const uint64_t deadline_ns = MACHINE_DEADLINE_MS * 1000000UL;
	uint64_t end = arch_clock_ns() + self->rank * deadline_ns / 2;

	while (self->rank % 2 && arch_clock_ns() < end)
		arch_interrupts_window();
	meet(self, arg);
}

/* One comes after half a deadline, another after one and a half: somebody always gets on. */
static void a_barrier_lasts_while_somebody_gets_on(void **state)
{
	(void)state;
	begin(4);
	gather();
	assert_int_equal(smp_broadcast(smp, come_late, NULL), 0);
	assert_int_equal(early, 0);
	smp_dismiss(smp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRINGUP_TEST(everybody_calls_everybody),
		BRINGUP_TEST(a_call_to_oneself_needs_no_ipi),
		BRINGUP_TEST(only_who_is_online_is_a_member),
		BRINGUP_TEST(only_what_is_recommended),
		BRINGUP_TEST(indexes_beyond_a_mask_want_a_set),
		BRINGUP_TEST(the_first_index_beyond_a_mask),
		BRINGUP_TEST(an_index_beyond_every_set),
		BRINGUP_TEST(a_refusal_is_the_last_one),
		BRINGUP_TEST(nobody_passes_a_barrier_early),
		BRINGUP_TEST(who_does_not_answer_costs_itself),
		BRINGUP_TEST(an_ap_finds_out),
		BRINGUP_TEST(the_boot_processor_needs_its_ipis_too),
		BRINGUP_TEST(one_ipi_that_is_lost),
		BRINGUP_TEST(a_call_that_was_given_up_is_not_made_late),
		BRINGUP_TEST(an_ipi_too_many_is_counted),
		BRINGUP_TEST(a_barrier_without_one_ends),
		BRINGUP_TEST(a_barrier_lasts_while_somebody_gets_on),
	};

	return cmocka_run_group_tests_name("smp/call", tests, NULL, NULL);
}
