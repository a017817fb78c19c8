/* SPDX-License-Identifier: MIT */
/* Which fault strikes on an occasion. */
#include "tests/refhv/faults/fault.h"

bool fault_is_set(const struct faults *faults, enum fault_effect effect)
{
	for (uint32_t i = 0; i < faults->count; i++)
		if (faults->list[i].effect == effect)
			return true;
	return false;
}

static bool fits(uint32_t selector, uint32_t who)
{
	return selector == FAULT_ANY || selector == who;
}

/* These would fill the log: guests look often. */
static bool is_told_once(enum fault_effect effect)
{
	return fault_place(effect) == PLACE_CPUID || fault_place(effect) == PLACE_CLOCK;
}

const struct fault *fault_strike_any(struct faults *faults, enum fault_effect effect, uint32_t vp,
				     uint32_t caller, uint32_t apic)
{
	for (uint32_t i = 0; i < faults->count; i++) {
		struct fault *fault = &faults->list[i];

		if (fault->effect != effect || !fits(fault->vp, vp) ||
		    !fits(fault->caller, caller) || !fits(fault->apic, apic))
			continue;
		if (__atomic_load_n(&fault->passed, __ATOMIC_RELAXED) < fault->after &&
		    __atomic_fetch_add(&fault->passed, 1, __ATOMIC_RELAXED) < fault->after)
			continue;
		if (fault->times &&
		    __atomic_fetch_add(&fault->used, 1, __ATOMIC_RELAXED) >= fault->times)
			continue;
		if (faults->struck && !(is_told_once(effect) &&
					__atomic_exchange_n(&fault->told, 1, __ATOMIC_RELAXED)))
			faults->struck(fault, vp, caller);
		return fault;
	}
	return NULL;
}

uint64_t fault_value(const struct fault *fault, uint64_t right)
{
	return fault->is_difference ? right ^ fault->value : fault->value;
}
