/* SPDX-License-Identifier: MIT */
/*
 * What a processor does when it comes: says so, starts others, proves itself, and stops. Before the
 * "I am in" nothing is calibrated, printed, allocated or locked.
 */
#include "smp/internal.h"

#include "smp/deadline.h"
#include "smp/handshake.h"

#define WATCH_NS 20000000UL /* nobody came for so long */

void arrive(void *owner)
{
	struct cpu *self = owner;
	struct smp *smp = self->smp;

	/* Written before the stage, which publishes it. A late one's time is kept as well. */
	self->online_tsc = arch_tsc();
	if (!stage_arrive(&self->stage))
		arch_park();
	if (smp->config.fanout && smp->config.hv)
		fanout_run(smp, self);
	/* Where processors share a core, let the others come in first. */
	arch_pause();
	arch_apic_init_ap();
	proof_check(self);
	(void)stage_prove(&self->stage);
	if (smp->config.after)
		smp->config.after(self);
	arch_park();
}

/*
 * Until it has proved itself, an exception on an AP costs that AP and nothing else. Afterwards it is
 * an error of the kernel, as on the boot processor, and everything stops.
 */
enum arch_fault_action arrive_fault(void *owner, const struct arch_fault *fault)
{
	struct cpu *self = owner;
	struct smp *smp = self->smp;

	if (fault->vector == ARCH_VECTOR_NMI && __atomic_load_n(&smp->stopper, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&self->stopped, 1, __ATOMIC_RELEASE);
		return ARCH_FAULT_PARK;
	}
	if (fault->vector == ARCH_VECTOR_NMI && __atomic_load_n(&smp->starting, __ATOMIC_ACQUIRE)) {
		self->nmis++; /* nobody's during bring-up: noted, and nothing else */
		return ARCH_FAULT_IGNORE;
	}
	if (!self->is_bsp && handshake_read(&self->stage) != STAGE_PROVED) {
		proof_note(self, PROOF_EXCEPTION, fault->rip, fault->vector);
		__atomic_store_n(&self->faulted, 1, __ATOMIC_RELEASE);
		return ARCH_FAULT_PARK;
	}
	return smp_stop_others(smp) ? ARCH_FAULT_PANIC : ARCH_FAULT_PARK;
}

/*
 * Nobody who comes touches a line that others read here: the boot processor looks at one processor
 * after the other, and at the next one only when that is in. What goes wrong is for those to see who
 * wait with more care, so this ends at the first sign of it.
 */
void arrivals_watch(struct smp *smp, bool (*is_coming)(const struct cpu *cpu))
{
	struct deadline d;

	smp->all_in_tsc = 0;
	deadline_start(&d, WATCH_NS, smp->config.cap_ns);
	for (size_t i = 0; i < smp->count;) {
		const struct cpu *cpu = smp->cpu[i];

		if (cpu->is_bsp || cpu_has_arrived(cpu)) {
			i++;
			deadline_progress(&d);
		} else if (is_coming(cpu)) {
			if (deadline_look(&d) != DEADLINE_RUNNING)
				return;
			show_progress(smp);
			arch_pause();
		} else if (!cpu_has_arrived(cpu)) { /* nor did it come while we looked */
			return;
		}
	}
	smp->all_in_tsc = arch_tsc();
}

bool cpu_has_arrived(const struct cpu *cpu)
{
	uint32_t stage = handshake_read(&cpu->stage);

	return stage == STAGE_ARRIVED || stage == STAGE_PROVED;
}
