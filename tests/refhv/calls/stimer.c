/* SPDX-License-Identifier: MIT */
/*
 * Synthetic timers, as the TLFS has them (Timers). A periodic timer that comes late skips what it
 * has missed, whether it is lazy or not: a guest under emulation would never catch up.
 */
#include "tests/refhv/calls/stimer.h"

#define WORD 64U

static uint32_t index_of(uint32_t msr)
{
	return (msr - HV_MSR_STIMER0_CONFIG) / 2;
}

static bool is_count(uint32_t msr)
{
	return (msr - HV_MSR_STIMER0_CONFIG) % 2;
}

static uint32_t sint_of(const struct stimer *t)
{
	return t->config >> HV_STIMER_SINT_SHIFT & HV_STIMER_SINT;
}

uint64_t stimer_read(const struct synic *s, uint32_t msr)
{
	const struct stimer *t = &s->timers[index_of(msr)];

	return is_count(msr) ? t->count : t->config;
}

/* Whatever it did, it begins anew. */
static void start(struct stimer *t, uint64_t now)
{
	t->is_waiting = false;
	t->due = 0;
	if (t->config & HV_STIMER_ENABLE && t->count)
		t->due = t->config & HV_STIMER_PERIODIC ? now + t->count : t->count;
}

void stimer_write(struct synic *s, uint32_t msr, uint64_t value, uint64_t now)
{
	struct stimer *t = &s->timers[index_of(msr)];

	if (is_count(msr)) {
		t->count = value;
		if (!value)
			t->config &= ~HV_STIMER_ENABLE;
		else if (t->config & HV_STIMER_AUTO_ENABLE)
			t->config |= HV_STIMER_ENABLE;
	} else {
		t->config = value;
		/* SINT 0 is the hypervisor's: such a timer stays off. */
		if (!(value & HV_STIMER_DIRECT) && !sint_of(t))
			t->config &= ~HV_STIMER_ENABLE;
	}
	start(t, now);
}

/* False: there is no room for its message. */
static bool expire(struct synic *s, uint32_t i, uint64_t now)
{
	const struct stimer *t = &s->timers[i];
	struct hv_message message = {
		.type = HV_MESSAGE_TIMER,
		.payload_size = sizeof(struct hv_timer_payload),
	};

	struct hv_timer_payload payload = {.timer = i, .expired = t->due, .delivered = now};

	if (t->config & HV_STIMER_DIRECT) {
		uint8_t vector = (uint8_t)(t->config >> HV_STIMER_VECTOR_SHIFT);

		s->apic.bits[vector / WORD] |= 1UL << vector % WORD;
		return true;
	}
	__builtin_memcpy(message.payload, &payload, sizeof(payload));
	return synic_post(s, sint_of(t), &message);
}

static void next_period(struct stimer *t, uint64_t now)
{
	t->due += ((now - t->due) / t->count + 1) * t->count;
}

void stimer_run(struct synic *s, uint64_t now)
{
	for (uint32_t i = 0; i < HV_STIMERS; i++) {
		struct stimer *t = &s->timers[i];

		if (!t->due || (!t->is_waiting && now < t->due))
			continue;
		t->is_waiting = !expire(s, i, now);
		if (t->is_waiting)
			continue;
		if (t->config & HV_STIMER_PERIODIC) {
			next_period(t, now);
		} else {
			t->config &= ~HV_STIMER_ENABLE;
			t->due = 0;
		}
	}
}

uint64_t synic_next(const struct synic *s)
{
	uint64_t next = SYNIC_NEVER;

	for (uint32_t i = 0; i < HV_STIMERS; i++)
		if (s->timers[i].due && !s->timers[i].is_waiting && s->timers[i].due < next)
			next = s->timers[i].due;
	return next;
}
