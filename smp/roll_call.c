/* SPDX-License-Identifier: MIT */
/*
 * Whether those that came in are still there. What was proved once does not stay true where others
 * can reset a processor: an INIT that was on its way all the time, another starter's
 * HvCallStartVirtualProcessor. An NMI reaches a processor in whatever it does, and one in
 * wait-for-SIPI does not answer it.
 */
#include "smp/internal.h"

#include "lib/log.h"
#include "smp/deadline.h"

static bool is_asked(const struct cpu *cpu)
{
	return !cpu->start.is_bsp && cpu->verdict == CPU_ONLINE;
}

static bool is_present(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->present, __ATOMIC_ACQUIRE);
}

/* One that is beyond the interrupt controller's reach cannot be asked, and counts as present. */
static void ask(struct cpu *cpu)
{
	enum err e;

	__atomic_store_n(&cpu->present, 0, __ATOMIC_RELEASE);
	e = arch_stop(cpu->start.hw_id);
	if (!e)
		return;
	__atomic_store_n(&cpu->present, 1, __ATOMIC_RELEASE);
	log_debug(ARCH_HW_ID " %lu: not asked whether it is still there: %s", cpu_id(cpu),
		  err_name(e));
}

static void await_answers(const struct smp *smp)
{
	size_t before = smp->count;
	struct hvsmp_deadline d;
	size_t absent;

	deadline_start(&d, smp->config.deadline_ns, smp->config.cap_ns);
	do {
		absent = 0;
		for (size_t i = 0; i < smp->count; i++)
			absent += is_asked(smp_cpu(smp, i)) && !is_present(smp_cpu(smp, i));
		if (absent != before)
			deadline_progress(&d);
		before = absent;
		arch_pause();
	} while (absent && deadline_runs(&d));
}

void smp_roll_call(struct smp *smp)
{
	__atomic_store_n(&smp->roll_call, 1, __ATOMIC_RELEASE);
	for (size_t i = 0; i < smp->count; i++) {
		if (is_asked(smp_cpu(smp, i)))
			ask(smp_cpu(smp, i));
	}
	await_answers(smp);
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);

		if (!is_asked(cpu) || is_present(cpu))
			continue;
		cpu->verdict = CPU_MISSING;
		log_warn(ARCH_HW_ID " %lu: had come in, and does not answer an NMI any more: "
				    "something has reset it",
			 cpu_id(cpu));
	}
	__atomic_store_n(&smp->roll_call, 0, __ATOMIC_RELEASE);
}
