/* SPDX-License-Identifier: MIT */
/*
 * What a processor does when it comes: says so, starts others, proves itself, and stops. Before the
 * "I am in" nothing is calibrated, printed, allocated or locked.
 */
#include "smp/internal.h"

void arrive(void *owner)
{
	struct cpu *self = owner;
	const struct smp *smp = self->smp;

	if (!hvsmp_arrive(&self->start, arch_ticks()))
		arch_park();
	hvsmp_fan_out(&self->start);
	/* Where processors share a core, let the others come in first. */
	arch_pause();
	arch_ipi_init_ap();
	proof_check(self);
	hvsmp_prove(&self->start);
	if (smp->config.after)
		smp->config.after(self);
	arch_park();
}

/*
 * Until it has proved itself, an exception on an AP costs that AP and nothing else. Afterwards it
 * is an error of the kernel, as on the boot processor, and everything stops.
 */
enum arch_fault_action arrive_fault(void *owner, const struct arch_fault *fault)
{
	struct cpu *self = owner;
	struct smp *smp = self->smp;

	if (fault->is_stop && __atomic_load_n(&smp->stopped_by, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&self->stopped, 1, __ATOMIC_RELEASE);
		return ARCH_FAULT_PARK;
	}
	if (fault->is_stop && __atomic_load_n(&smp->starting, __ATOMIC_ACQUIRE)) {
		self->nmis++; /* not ours during bring-up: noted, and nothing else */
		return ARCH_FAULT_IGNORE;
	}
	if (fault->is_stop && __atomic_load_n(&smp->roll_call, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&self->present, 1, __ATOMIC_RELEASE);
		return ARCH_FAULT_IGNORE;
	}
	if (!self->start.is_bsp && hvsmp_stage_of(&self->start) != HVSMP_STAGE_PROVED) {
		proof_note(self, PROOF_EXCEPTION, fault->pc, fault->code);
		hvsmp_lose(&self->start);
		return ARCH_FAULT_PARK;
	}
	return smp_stop_others(smp) ? ARCH_FAULT_PANIC : ARCH_FAULT_PARK;
}
