/* SPDX-License-Identifier: MIT */
/*
 * What a processor does when it comes: says so, starts others, proves itself, and stops. Before the
 * "I am in" nothing is calibrated, printed, allocated or locked.
 */
#include "smp/internal.h"

#include "smp/handshake.h"

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
	arch_apic_init_ap();
	proof_check(self);
	(void)stage_prove(&self->stage);
	arch_park();
}

bool arrive_fault(void *owner, const struct arch_fault *fault)
{
	struct cpu *self = owner;

	if (self->is_bsp)
		return false;
	proof_note(self, PROOF_EXCEPTION, fault->rip, fault->vector);
	__atomic_store_n(&self->faulted, 1, __ATOMIC_RELEASE);
	return true;
}

bool cpu_has_arrived(const struct cpu *cpu)
{
	uint32_t stage = handshake_read(&cpu->stage);

	return stage == STAGE_ARRIVED || stage == STAGE_PROVED;
}
