/* SPDX-License-Identifier: MIT */
/*
 * Each strike of a fault is logged before the line of what it struck: the witness must be able to
 * tell what was done to the guest. The VP's own line is in use at that time, so there is one more.
 */
#include "tests/refhv/faults/fault.h"

#include "tests/refhv/log.h"

static uint32_t busy;
static struct line line;

static void begin(void)
{
	while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE))
		continue; /* for the time of a line */
	line_begin(&line, "fault");
}

static void end(void)
{
	log_queue(&line);
	__atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
	log_drain();
}

void fault_log_strike(const struct fault *fault, uint32_t vp, uint32_t caller)
{
	const char *part = fault_part(fault->effect);
	const char *name = fault_name(fault->effect);

	begin();
	line_add(&line, " what=%s%s%s%s%s", fault_place_name(fault_place(fault->effect)),
		 part[0] ? ":" : "", part, name[0] ? ":" : "", name);
	if (fault_word(fault))
		line_add(&line, " value=%s", fault_word(fault));
	else
		line_add(&line, " value=%s0x%lx", fault->is_difference ? "^" : "", fault->value);
	if (vp != FAULT_ANY)
		line_add(&line, " vp=%u", vp);
	if (caller != FAULT_ANY)
		line_add(&line, " caller=%u", caller);
	if (fault->apic != FAULT_ANY)
		line_add(&line, " apic=%u", fault->apic);
	if (fault->takes_effect)
		line_add(&line, " effect=1");
	end();
}
