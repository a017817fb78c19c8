/* SPDX-License-Identifier: MIT */
/*
 * The synthetic interrupt controller, as the TLFS has it (Inter-Partition Communication). The pages
 * of SIMP and SIEFP are the guest's own memory, cleared when they are enabled, and not overlays. A
 * message for a SINT that is masked waits like one whose slot is taken.
 */
#include "tests/refhv/calls/synic.h"

#include "tests/refhv/calls/stimer.h"

#define WORD 64U

void synic_reset(struct synic *s, synic_ram *ram)
{
	*s = (struct synic){.ram = ram};
	for (uint32_t i = 0; i < HV_SINTS; i++)
		s->sints[i] = HV_SINT_MASKED;
}

bool vectors_any(const struct vectors *v)
{
	return v->bits[0] | v->bits[1] | v->bits[2] | v->bits[3];
}

uint8_t vectors_take(struct vectors *v)
{
	for (uint32_t i = 255; i; i--) {
		if (v->bits[i / WORD] >> i % WORD & 1) {
			v->bits[i / WORD] &= ~(1UL << i % WORD);
			return (uint8_t)i;
		}
	}
	return 0;
}

void synic_raise(struct synic *s, uint32_t sint)
{
	uint64_t value = s->sints[sint];
	uint64_t vector = value & HV_SINT_VECTOR;
	struct vectors *v = value & HV_SINT_AUTO_EOI ? &s->without : &s->apic;

	if (!(value & (HV_SINT_MASKED | HV_SINT_POLLING)))
		v->bits[vector / WORD] |= 1UL << vector % WORD;
}

static void *page_of(const struct synic *s, uint64_t msr)
{
	if (!(s->control & HV_SCONTROL_ENABLE) || !(msr & HV_PAGE_MSR_ENABLE))
		return NULL;
	return s->ram(msr & HV_PAGE_MSR_GPA, HV_PAGE_SIZE);
}

bool synic_post(struct synic *s, uint32_t sint, const struct hv_message *message)
{
	struct hv_message *slots = page_of(s, s->simp);

	if (!slots || s->sints[sint] & HV_SINT_MASKED)
		return false;
	struct hv_message *slot = &slots[sint];

	if (__atomic_load_n(&slot->type, __ATOMIC_ACQUIRE) != HV_MESSAGE_NONE) {
		/* The guest empties the slot, then looks at the flag: the other order here. */
		__atomic_fetch_or(&slot->flags, HV_MESSAGE_PENDING, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&slot->type, __ATOMIC_SEQ_CST) != HV_MESSAGE_NONE)
			return false;
	}
	uint32_t type = message->type;

	*slot = *message;
	slot->type = HV_MESSAGE_NONE;
	__atomic_store_n(&slot->type, type, __ATOMIC_RELEASE);
	synic_raise(s, sint);
	return true;
}

bool synic_send(struct synic *s, uint32_t sint, const struct hv_message *message)
{
	if (s->queued.type != HV_MESSAGE_NONE)
		return false;
	if (!synic_post(s, sint, message)) {
		s->queued = *message;
		s->queued_sint = sint;
	}
	return true;
}

void synic_run(struct synic *s, uint64_t now)
{
	if (s->queued.type != HV_MESSAGE_NONE && synic_post(s, s->queued_sint, &s->queued))
		s->queued.type = HV_MESSAGE_NONE;
	stimer_run(s, now);
}

bool synic_signal(struct synic *s, uint32_t sint, uint32_t flag)
{
	uint64_t *flags = page_of(s, s->siefp);

	if (!flags || flag >= HV_EVENT_FLAGS)
		return false;
	uint64_t *word = &flags[(sint * HV_EVENT_FLAGS + flag) / WORD];
	uint64_t bit = 1UL << flag % WORD;

	if (!(__atomic_fetch_or(word, bit, __ATOMIC_SEQ_CST) & bit))
		synic_raise(s, sint);
	return true;
}

/* SIMP or SIEFP. */
static bool write_page(const struct synic *s, uint64_t *msr, uint64_t value)
{
	if (value & HV_PAGE_MSR_ENABLE) {
		uint64_t *page = s->ram(value & HV_PAGE_MSR_GPA, HV_PAGE_SIZE);

		if (!page)
			return false;
		for (uint32_t i = 0; value != *msr && i < HV_PAGE_SIZE / sizeof(*page); i++)
			page[i] = 0;
	}
	*msr = value;
	return true;
}

bool synic_read(const struct synic *s, uint32_t msr, uint64_t *value)
{
	switch (msr) {
	case HV_MSR_SCONTROL: *value = s->control; return true;
	case HV_MSR_SVERSION: *value = HV_SYNIC_VERSION; return true;
	case HV_MSR_SIEFP: *value = s->siefp; return true;
	case HV_MSR_SIMP: *value = s->simp; return true;
	case HV_MSR_EOM: *value = 0; return true;
	default: break;
	}
	if (msr >= HV_MSR_SINT0 && msr <= HV_MSR_SINT15)
		*value = s->sints[msr - HV_MSR_SINT0];
	else if (msr >= HV_MSR_STIMER0_CONFIG && msr <= HV_MSR_STIMER3_COUNT)
		*value = stimer_read(s, msr);
	else
		return false;
	return true;
}

static bool write_one(struct synic *s, uint32_t msr, uint64_t value, uint64_t now)
{
	switch (msr) {
	case HV_MSR_SCONTROL: s->control = value; return true;
	case HV_MSR_SIEFP: return write_page(s, &s->siefp, value);
	case HV_MSR_SIMP: return write_page(s, &s->simp, value);
	case HV_MSR_EOM: return true; /* what waits is looked at after every write */
	default: break;
	}
	if (msr >= HV_MSR_STIMER0_CONFIG && msr <= HV_MSR_STIMER3_COUNT) {
		stimer_write(s, msr, value, now);
		return true;
	}
	if (msr < HV_MSR_SINT0 || msr > HV_MSR_SINT15)
		return false;
	if (!(value & HV_SINT_MASKED) && (value & HV_SINT_VECTOR) < HV_VECTOR_LOWEST)
		return false;
	s->sints[msr - HV_MSR_SINT0] = value;
	return true;
}

bool synic_write(struct synic *s, uint32_t msr, uint64_t value, uint64_t now)
{
	if (!write_one(s, msr, value, now))
		return false;
	synic_run(s, now);
	return true;
}

bool synic_is_on(const struct synic *s)
{
	return s->control & HV_SCONTROL_ENABLE || synic_next(s) != SYNIC_NEVER;
}
