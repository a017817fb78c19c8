/* SPDX-License-Identifier: MIT */
/*
 * The whole of map and start with thousands of processors, threads all of them: what it costs is
 * counted, so that nothing in it can grow faster than their number without being seen.
 */
#include "tests/host/test.h"

#include "lib/log.h"
#include "tests/host/smp/bringup.h"

/* ThreadSanitizer keeps a clock of all threads for each of them: it gets fewer. */
#ifdef __SANITIZE_THREAD__
enum { LARGE = 256, LARGER = 512 };
#else
enum { LARGE = 2048, LARGER = 4096 };
#endif

enum { NODES = 8, PER_LIST = 1020, PROBES = 3, KIB = 1024, STACK_PAGES = 1 /* here */ };

/* A machine as large ones are: APIC ids with gaps and from 255 up, the BSP in the midst. */
static void large(size_t count, size_t nodes)
{
	machine_reset(count, count / 2);
	machine.nodes = nodes;
	for (uint32_t i = 0; i < count; i++)
		machine.vp[i].apic_id = i / 6 * 8 + i % 6;
	smp = machine_prepare();
}

static void assert_costs(size_t count)
{
	size_t pages = smp->free_before - pages_left(smp->pages) - count * STACK_PAGES;

	assert_in_range(smp->start.map.calls, 1, (count - 1 + PER_LIST - 1) / PER_LIST + PROBES);
	assert_int_equal(smp->start.map.calls, machine.map_calls);
	assert_int_equal(smp->start.map.elements, count);
	/* Promised are 32 KiB, page tables included, of which there are none here. */
	assert_true(pages * PAGE_SIZE / count < 8 * KIB);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(machine.vp[i].calls_for, i != machine.bsp);
}

/* Each processor's record is in its node's memory; each node is crossed to once. */
static void assert_nodes(size_t nodes)
{
	size_t crossings = 0;

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);
		struct page_range home = machine_memory(machine_node(i));

		assert_int_equal(cpu->numa, machine_node(i));
		assert_in_range((uintptr_t)cpu, home.base, home.base + home.size - PAGE_SIZE);
		if (!cpu->start.is_bsp)
			crossings += smp_cpu(smp, cpu->start.starter)->numa != cpu->numa;
	}
	assert_int_equal(smp->start.nodes, nodes);
	assert_int_equal(crossings, nodes - 1);
}

static void bring_up(size_t count)
{
	large(count, NODES);
	run();
	assert_all_online(HVSMP_METHOD_HYPERCALL);
	assert_int_equal(summary.verdict, MACHINE_OK);
	assert_int_equal(log_kept_count(), 0);
	assert_costs(count);
	assert_nodes(NODES);
}

static void f72_2048_processors(void **state)
{
	(void)state;
	bring_up(LARGE);
}

static void f72_4096_processors(void **state)
{
	(void)state;
	bring_up(LARGER);
}

/* Each 64th goes its own way of going wrong; the others are not touched by it. */
static void f72_2048_of_which_some_fail(void **state)
{
	enum { COUNT = LARGE, EACH = 64 };
	size_t online = 0;

	(void)state;
	machine_reset(COUNT, 0);
	machine.nodes = NODES;
	for (size_t i = EACH; i < COUNT; i += EACH) {
		machine.vp[i].status = i / EACH % 4 == 0 ? 0x50 : 0;
		machine.vp[i].never = i / EACH % 4 == 1;
		machine.vp[i].other_cr3 = i / EACH % 4 == 2;
		machine.vp[i].faults = i / EACH % 4 == 3;
	}
	smp = machine_prepare();
	run();
	assert_sound();
	for (size_t i = 0; i < COUNT; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);
		bool is_well = i % EACH || i == 0;

		if (is_well || i / EACH % 4 == 0)
			assert_int_equal(cpu->verdict, CPU_ONLINE);
		else
			assert_int_equal(cpu->verdict,
					 i / EACH % 4 == 2 ? CPU_MISMATCH : CPU_MISSING);
		if (i)
			assert_int_equal(cpu->start.method, is_well || i / EACH % 4
								    ? HVSMP_METHOD_HYPERCALL
								    : HVSMP_METHOD_SECOND);
		online += cpu->verdict == CPU_ONLINE;
	}
	assert_int_equal(online, COUNT - COUNT / EACH * 3 / 4); /* the 0th of them is well */
}

static void f72_2048_by_init_sipi(void **state)
{
	(void)state;
	large(LARGE, 0);
	machine.no_calls = true;
	hv_offered = false;
	run();
	assert_all_online(HVSMP_METHOD_SECOND);
	assert_int_equal(summary.verdict, MACHINE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRINGUP_TEST(f72_2048_processors),
		BRINGUP_TEST(f72_4096_processors),
		BRINGUP_TEST(f72_2048_of_which_some_fail),
		BRINGUP_TEST(f72_2048_by_init_sipi),
	};

	return cmocka_run_group_tests_name("smp/scale", tests, NULL, NULL);
}
