/* SPDX-License-Identifier: MIT */
/*
 * The IPI that says "there is a call for you": by the hypercall that the hypervisor recommends,
 * else by the local APIC. A hypercall that is refused was the last one; whom it was for gets his by
 * the APIC.
 */
#include "smp/internal.h"

#include "lib/string.h"

/* VP sets end where HVSMP_VP_SET_BANKS of HVSMP_VP_SET_BANK_VPS do. */
#define SET_VPS ((uint32_t)HVSMP_VP_SET_BANKS * HVSMP_VP_SET_BANK_VPS)

static enum ipi_way choose(const struct smp *smp, struct cpu *const *targets, size_t count)
{
	uint32_t highest = 0;

	if (!smp->config.ipi_by_call || !smp->may_call ||
	    __atomic_load_n(&smp->no_ipi_call, __ATOMIC_RELAXED))
		return IPI_BY_NOTIFY;
	for (size_t i = 0; i < count; i++) {
		if (targets[i]->start.vp_index >
		    highest) /* HVSMP_VP_UNKNOWN is the highest of all */
			highest = targets[i]->start.vp_index;
	}
	if (highest < HVSMP_IPI_MASK_VPS)
		return IPI_BY_MASK;
	return smp->config.ipi_by_set && highest < SET_VPS ? IPI_BY_SET : IPI_BY_NOTIFY;
}

static struct hvsmp_result by_mask(const struct cpu *self, struct cpu *const *targets, size_t count)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < count; i++)
		mask |= 1UL << targets[i]->start.vp_index;
	return hvsmp_send_ipi(&self->start.caller, ARCH_NOTIFY_VECTOR, mask);
}

static struct hvsmp_result by_set(const struct cpu *self, struct cpu *const *targets, size_t count)
{
	struct hvsmp_vp_set set;

	memset(&set, 0, sizeof(set));
	for (size_t i = 0; i < count; i++)
		(void)hvsmp_vp_set_add(&set, targets[i]->start.vp_index);
	return hvsmp_send_ipi_set(&self->start.caller, ARCH_NOTIFY_VECTOR, &set);
}

/* One that the APIC does not take is missed by the processor that waits for the answer. */
static void by_apic(struct cpu *self, struct cpu *const *targets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)arch_notify(targets[i]->start.hw_id);
	self->calls.sent[IPI_BY_NOTIFY] += (uint32_t)count;
}

void kick(struct cpu *self, struct cpu *const *targets, size_t count)
{
	enum ipi_way way = choose(self->smp, targets, count);
	struct hvsmp_result result;

	if (!count)
		return;
	self->calls.announced += (uint32_t)count;
	if (way == IPI_BY_NOTIFY) {
		by_apic(self, targets, count);
		return;
	}
	self->calls.sent[way]++;
	result = way == IPI_BY_MASK ? by_mask(self, targets, count) : by_set(self, targets, count);
	if (hvsmp_answers(&result, HVSMP_STATUS_SUCCESS))
		return;
	self->calls.refused = true;
	self->calls.refusal = result;
	__atomic_store_n(&self->smp->no_ipi_call, 1, __ATOMIC_RELAXED);
	by_apic(self, targets, count);
}
