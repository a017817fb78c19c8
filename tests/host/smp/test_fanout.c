/* SPDX-License-Identifier: MIT */
/*
 * smp/fanout.c, and all it stands on: who starts whom, and starters that fail.
 */
#include "tests/host/test.h"

#include <string.h>

#include "start/handshake.h"
#include "lib/log.h"
#include "tests/host/smp/bringup.h"

static void aps_start_the_others_when_the_bsp_is_slow(void **state)
{
	size_t by_bsp = 0;

	(void)state;
	prepare(64);
	machine.bsp_is_slow = true;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	for (size_t i = 1; i < smp->count; i++)
		by_bsp += smp_cpu(smp, i)->start.starter == smp->bsp->start.index;
	assert_int_equal(by_bsp, 1);
	assert_int_equal(summary.verdict, MACHINE_OK);
}

static void without_fan_out_the_bsp_starts_all(void **state)
{
	(void)state;
	prepare(16);
	smp = machine_prepare();
	smp->config.fanout = false;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	for (size_t i = 0; i < smp->count; i++)
		assert_int_equal(smp_cpu(smp, i)->start.starter, smp->bsp->start.index);
}

static void f41_a_starter_dies_in_its_call(void **state)
{
	size_t lost = 0;

	(void)state;
	prepare(16);
	machine.vp[1].dies_in_call = true;
	machine.bsp_is_slow = true;
	run();
	machine_settle();
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		assert_int_equal(machine_vp(cpu->start.hw_id)->inits, 0);
		if (cpu->start.is_bsp || cpu->verdict == CPU_ONLINE)
			continue;
		assert_int_equal(cpu->verdict, CPU_MISSING);
		if (cpu->start.hw_id == 1)
			continue;
		/* Its call was under way: nobody makes it a second time. */
		assert_int_equal(cpu->start.starter, 1);
		assert_int_equal(cpu->start.answer.err, HVSMP_ERROR_UNANSWERED);
		assert_int_equal(machine_vp(cpu->start.hw_id)->calls_for, 1);
		lost++;
	}
	assert_int_equal(lost, 1);
	assert_int_equal(summary.online, 14); /* the dead one proves nothing either */
}

static void f42_a_dead_starters_claim_is_taken_over(void **state)
{
	(void)state;
	prepare(8);
	smp = machine_prepare();
	/* Processor 5 drew these two and died before its calls. */
	smp_cpu(smp, 3)->start.claim = hvsmp_claim_word(5, HVSMP_CLAIM_CLAIMED);
	smp_cpu(smp, 4)->start.claim = hvsmp_claim_word(5, HVSMP_CLAIM_CLAIMED);
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	assert_int_equal(cpu_of(3)->start.starter, smp->bsp->start.index);
	assert_int_equal(machine_vp(4)->calls_for, 1);
	assert_int_equal(cpu_of(3)->start.taken_over, 1);
	assert_int_equal(cpu_of(5)->start.taken_over, 0);
}

/* Whether the call was made nobody knows: no rung may invite it any more. */
static void f42_a_starter_that_died_with_its_call_under_way(void **state)
{
	(void)state;
	prepare(8);
	smp = machine_prepare();
	smp_cpu(smp, 3)->start.claim = hvsmp_claim_word(5, HVSMP_CLAIM_CALLING);
	run();
	assert_one(3, CPU_MISSING);
	assert_int_equal(machine_vp(3)->calls_for, 0);
	assert_int_equal(machine_vp(3)->inits, 0);
}

static void f42_a_drawn_number_that_was_never_claimed(void **state)
{
	(void)state;
	prepare(8);
	smp = machine_prepare();
	smp->start.memory.node[0].next = 3; /* 1 to 3 were drawn by somebody who is no more */
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
}

static void f43_what_aps_may_not_do_the_bsp_does(void **state)
{
	static const uint16_t statuses[] = {2, 6, 5, 0x50};

	(void)state;
	for (size_t s = 0; s < ARRAY_COUNT(statuses); s++) {
		prepare(24);
		machine.bsp_is_slow = s % 2 == 0; /* or it leaves hardly any to the APs */
		for (size_t i = 1; i < 24; i++)
			machine.vp[i].caller_status = statuses[s];
		smp = NULL;
		run();
		assert_all_online(HVSMP_METHOD_HYPERCALL);
		assert_int_equal(summary.verdict, MACHINE_OK);
		for (size_t i = 0; i < smp->count; i++)
			assert_int_equal(smp_cpu(smp, i)->start.starter, smp->bsp->start.index);
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
	assert_int_equal(cpu_of(3)->start.method, HVSMP_METHOD_SECOND);
	assert_int_equal(cpu_of(3)->verdict, CPU_ONLINE);
	assert_int_equal(cpu_of(7)->verdict, CPU_MISSING);
	assert_int_equal(cpu_of(9)->verdict, CPU_MISMATCH);
	assert_int_equal(summary.online, 10);
	assert_int_equal(summary.verdict, MACHINE_FAILED);
}

/* --- NUMA nodes ------------------------------------------------------------------------------- */

enum { NODES = 4, PER_NODE = 8 };

static void prepare_nodes(void)
{
	prepare((size_t)NODES * PER_NODE);
	machine.nodes = NODES;
	smp = machine_prepare();
}

static size_t started_from_outside(uint32_t numa)
{
	size_t count = 0;

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		count += cpu->numa == numa && !cpu->start.is_bsp &&
			 smp_cpu(smp, cpu->start.starter)->numa != numa;
	}
	return count;
}

static void nodes_are_crossed_to_once(void **state)
{
	(void)state;
	for (int slow = 0; slow < 2; slow++) {
		prepare_nodes();
		machine.bsp_is_slow = slow;
		run();
		assert_all_online(HVSMP_METHOD_HYPERCALL);
		assert_int_equal(smp->start.nodes, NODES);
		for (uint32_t n = 0; n < NODES; n++)
			assert_int_equal(started_from_outside(n), n != 0);
		if (!slow)
			machine_free();
	}
}

static void nodes_without_fan_out(void **state)
{
	(void)state;
	prepare_nodes();
	smp->config.fanout = false;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	for (size_t i = 0; i < smp->count; i++)
		assert_int_equal(smp_cpu(smp, i)->start.starter, smp->bsp->start.index);
}

/* Its node is not lost with it, and nobody waits for it longer than he must. */
static void a_leader_that_comes_to_nothing(void **state)
{
	enum { LEADER = 2 * PER_NODE };

	(void)state;
	for (int how = 0; how < 4; how++) {
		uint64_t soon = (uint64_t)MACHINE_DEADLINE_MS * 1000000 / 4;

		prepare_nodes();
		machine.vp[LEADER].status = how == 0 ? 0x50 : 0;
		machine.vp[LEADER].faults = how == 1;
		machine.vp[LEADER].never = how == 2;
		if (how == 3)
			machine.unknown_id = LEADER;
		run();
		assert_sound();
		for (uint32_t i = LEADER + 1; i < LEADER + PER_NODE; i++) {
			assert_int_equal(cpu_of(i)->verdict, CPU_ONLINE);
			assert_int_equal(cpu_of(i)->start.method, HVSMP_METHOD_HYPERCALL);
			assert_int_equal(machine_vp(i)->calls_for, 1);
		}
		assert_int_equal(cpu_of(LEADER)->verdict, how == 0   ? CPU_ONLINE
							  : how == 3 ? CPU_ABSENT
								     : CPU_MISSING);
		if (how != 2) /* nothing says of it that it will not come */
			assert_in_range(smp->end_ticks - smp->start_ticks, 0, soon);
		if (how < 3)
			machine_free();
	}
}

/* One without memory leads nobody: the next in its node is the one that is crossed to. */
static void f70_a_leader_without_memory(void **state)
{
	enum { LEADER = 2 * PER_NODE };
	size_t from_outside = 0;

	(void)state;
	prepare((size_t)NODES * PER_NODE);
	machine.nodes = NODES;
	machine.fail_alloc = STACKS_OF(LEADER);
	run();
	assert_one(LEADER, CPU_REFUSED);
	for (uint32_t i = LEADER + 1; i < LEADER + PER_NODE; i++)
		from_outside += smp_cpu(smp, cpu_of(i)->start.starter)->numa != cpu_of(i)->numa;
	assert_int_equal(from_outside, 1);
}

/* Processors that the SRAT does not know are the boot processor's, whose node is a known one. */
static void f62_unknown_is_no_node_of_its_own(void **state)
{
	(void)state;
	for (int bsp_unknown = 0; bsp_unknown < 2; bsp_unknown++) {
		size_t first = bsp_unknown ? 0 : 2 * PER_NODE;

		prepare((size_t)NODES * PER_NODE);
		machine.nodes = NODES;
		machine.unlisted = first;
		machine.unlisted_count = PER_NODE;
		smp = machine_prepare();
		run();
		assert_all_online(HVSMP_METHOD_HYPERCALL);
		assert_int_equal(smp->start.nodes, NODES - 1);
		for (size_t i = first; i < first + PER_NODE; i++) {
			assert_int_equal(smp_cpu(smp, i)->numa, SMP_NUMA_UNKNOWN);
			assert_int_equal(smp_cpu(smp, i)->start.node, smp->bsp->start.node);
		}
		if (bsp_unknown) /* the first node that is known */
			assert_int_equal(smp_cpu(smp, PER_NODE)->start.node, smp->bsp->start.node);
		else
			machine_free();
	}
}

/* As many domains as processors, and more than there may be nodes. */
static void f62_a_node_for_each_processor(void **state)
{
	enum { COUNT = SMP_MAX_NODES + 4 };

	(void)state;
	prepare(COUNT);
	machine.nodes = COUNT;
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	assert_int_equal(smp->start.nodes, SMP_MAX_NODES);
	assert_true(warned("4 processors are in NUMA domains beyond 256 nodes: treated as the boot "
			   "processor's, domain 256, 257, 258, 259"));
	assert_int_equal(log_kept_count(), 1);
	assert_int_equal(summary.verdict, MACHINE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRINGUP_TEST(aps_start_the_others_when_the_bsp_is_slow),
		BRINGUP_TEST(without_fan_out_the_bsp_starts_all),
		BRINGUP_TEST(f41_a_starter_dies_in_its_call),
		BRINGUP_TEST(f42_a_dead_starters_claim_is_taken_over),
		BRINGUP_TEST(f42_a_starter_that_died_with_its_call_under_way),
		BRINGUP_TEST(f42_a_drawn_number_that_was_never_claimed),
		BRINGUP_TEST(f43_what_aps_may_not_do_the_bsp_does),
		BRINGUP_TEST(f43_only_some_vps_are_denied),
		BRINGUP_TEST(nodes_are_crossed_to_once),
		BRINGUP_TEST(nodes_without_fan_out),
		BRINGUP_TEST(a_leader_that_comes_to_nothing),
		BRINGUP_TEST(f62_a_node_for_each_processor),
		BRINGUP_TEST(f70_a_leader_without_memory),
		BRINGUP_TEST(f62_unknown_is_no_node_of_its_own),
	};

	return cmocka_run_group_tests_name("smp/fanout", tests, NULL, NULL);
}
