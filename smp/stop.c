/* SPDX-License-Identifier: MIT */
/* Stopping all processors but one, for a panic that is to be printed once and whole. */
#include "smp/internal.h"

#include "smp/deadline.h"

#define STOP_PATIENCE_NS 100000000UL /* 100 ms: an NMI that has not arrived by then will not */

static bool is_running(const struct cpu *cpu)
{
	return cpu->start.is_bsp || hvsmp_has_arrived(&cpu->start);
}

static void await_stop(const struct smp *smp, const struct cpu *self)
{
	struct hvsmp_deadline d;
	bool waiting;

	deadline_start(&d, STOP_PATIENCE_NS, STOP_PATIENCE_NS);
	do {
		waiting = false;
		for (size_t i = 0; i < smp->count; i++) {
			const struct cpu *cpu = smp_cpu(smp, i);

			waiting |= cpu != self && is_running(cpu) &&
				   !__atomic_load_n(&cpu->stopped, __ATOMIC_ACQUIRE);
		}
		arch_pause();
	} while (waiting && deadline_runs(&d));
}

bool smp_stop_others(struct smp *smp)
{
	const struct cpu *self = arch_cpu_owner();
	uint32_t first = 0;

	if (!self) /* before there is a processor's block there is only one processor */
		return true;
	if (!__atomic_compare_exchange_n(&smp->stopper, &first, self->start.index + 1, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return first == self->start.index + 1;
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		if (cpu != self && is_running(cpu))
			(void)arch_stop(cpu->start.hw_id);
	}
	await_stop(smp, self);
	return true;
}
