/* SPDX-License-Identifier: MIT */
/* What the tests of a whole bring-up share; see bringup.h. */
#include "tests/host/test.h"

#include <string.h>

#include "lib/log.h"
#include "start/handshake.h"
#include "tests/host/smp/bringup.h"

struct smp *smp;
struct smp_summary summary;
bool hv_offered;

int bringup_tear_down(void **state)
{
	(void)state;
	machine_free();
	return 0;
}

void prepare(size_t count)
{
	machine_reset(count, 0);
}

void run(void)
{
	if (!smp)
		smp = machine_prepare();
	machine_run();
	smp_summarize(smp, hv_offered, &summary);
}

int bringup_set_up(void **state)
{
	(void)state;
	smp = NULL;
	hv_offered = true;
	return 0;
}

bool warned(const char *text)
{
	for (size_t i = 0; i < log_kept_count() && log_kept(i); i++) {
		if (strstr(log_kept(i), text))
			return true;
	}
	return false;
}

void assert_sound(void)
{
	bool mismatch = false, fallback = false, degraded;
	size_t online = 0;

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);
		uint32_t stage = hvsmp_handshake_read(&cpu->start.stage);

		online += cpu->verdict == CPU_ONLINE;
		mismatch |= cpu->verdict == CPU_MISMATCH;
		fallback |= hv_offered && cpu->start.method == HVSMP_METHOD_SECOND;
		if (cpu->start.is_bsp)
			continue;
		if (cpu->verdict == CPU_ONLINE) {
			assert_int_equal(stage, HVSMP_STAGE_PROVED);
			assert_int_equal(cpu->mismatch_count, 0);
			assert_int_equal(cpu->found_vp_index,
					 machine_vp(cpu->start.hw_id)->vp_index);
			assert_int_not_equal(cpu->start.arrived, 0);
			assert_true(cpu->start.issued <= cpu->start.arrived);
		} else {
			assert_true(stage != HVSMP_STAGE_PROVED || cpu->mismatch_count);
		}
	}
	assert_int_equal(online, summary.online);
	degraded = fallback || machine.incomplete || online < machine.count;
	assert_int_equal(summary.expected, machine.count);
	assert_int_equal(summary.verdict, mismatch   ? MACHINE_FAILED
					  : degraded ? MACHINE_DEGRADED
						     : MACHINE_OK);
}

void assert_online_but(enum hvsmp_method method, const uint32_t *list, size_t count)
{
	assert_sound();
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);
		bool listed = false;

		for (size_t k = 0; k < count; k++)
			listed |= cpu->start.hw_id == list[k];
		if (listed || cpu->start.is_bsp)
			continue;
		assert_int_equal(cpu->verdict, CPU_ONLINE);
		assert_int_equal(cpu->start.method, method);
		assert_int_equal(machine_vp(cpu->start.hw_id)->starts, 1);
	}
	assert_int_equal(summary.online, smp->count - count);
}

void assert_all_online(enum hvsmp_method method)
{
	assert_online_but(method, NULL, 0);
}

const struct cpu *cpu_of(uint32_t apic_id)
{
	for (size_t i = 0; i < smp->count; i++) {
		if (smp_cpu(smp, i)->start.hw_id == apic_id)
			return smp_cpu(smp, i);
	}
	fail();
	return NULL;
}

void assert_one(uint32_t apic_id, enum cpu_verdict verdict)
{
	assert_online_but(HVSMP_METHOD_HYPERCALL, &apic_id, 1);
	assert_int_equal(cpu_of(apic_id)->verdict, verdict);
}
