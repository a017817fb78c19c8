/* SPDX-License-Identifier: MIT */
/*
 * What a second rung stands on: which processors it is for, and the wait for those that it started.
 */
#include "start/internal.h"

/* The stage first: while a call is under way, what it came to is still the caller's to write. */
bool hvsmp_is_candidate(const struct hvsmp_cpu *cpu)
{
	return !cpu->is_bsp && cpu->prepared && cpu->map_state != HVSMP_MAP_ABSENT &&
	       hvsmp_stage_of(cpu) == HVSMP_STAGE_IDLE &&
	       (cpu->outcome == HVSMP_OUTCOME_NONE || cpu->outcome == HVSMP_OUTCOME_REFUSED);
}

void hvsmp_invite(struct hvsmp_cpu *cpu)
{
	cpu->method = HVSMP_METHOD_SECOND;
	cpu->starter = cpu->start->bsp->index;
	cpu->issued = 0; /* of a call that was refused */
	(void)hvsmp_stage_invite(&cpu->stage);
}

bool hvsmp_is_awaited(const struct hvsmp_cpu *cpu)
{
	return cpu->method == HVSMP_METHOD_SECOND && hvsmp_stage_of(cpu) == HVSMP_STAGE_INVITED &&
	       !hvsmp_is_lost(cpu);
}

enum hvsmp_deadline_end hvsmp_await_invited(struct hvsmp_start *s, uint64_t patience_ns,
					    uint64_t cap_ns)
{
	enum hvsmp_deadline_end end;
	struct hvsmp_deadline d;
	uint64_t before = 0;

	hvsmp_deadline_start(&d, hvsmp_now(s), patience_ns, cap_ns);
	do {
		uint64_t sum = 0;
		bool waiting = false;

		for (uint32_t i = 0; i < s->count; i++) {
			const struct hvsmp_cpu *cpu = s->cpu[i];

			if (cpu->method != HVSMP_METHOD_SECOND)
				continue;
			sum += hvsmp_stage_of(cpu);
			waiting |=
				hvsmp_is_awaited(cpu) ||
				(hvsmp_stage_of(cpu) == HVSMP_STAGE_ARRIVED && !hvsmp_is_lost(cpu));
		}
		if (!waiting)
			return HVSMP_DEADLINE_RUNNING;
		if (sum != before)
			hvsmp_deadline_progress(&d, hvsmp_now(s));
		before = sum;
		hvsmp_idle(s);
		end = hvsmp_deadline_look(&d, hvsmp_now(s));
	} while (end == HVSMP_DEADLINE_RUNNING);
	return end;
}

void hvsmp_revoke_invited(struct hvsmp_start *s)
{
	/* Also those that faulted on their way in are not to come any more. */
	for (uint32_t i = 0; i < s->count; i++)
		(void)hvsmp_stage_revoke(&s->cpu[i]->stage);
}
