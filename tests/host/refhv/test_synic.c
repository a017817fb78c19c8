/* SPDX-License-Identifier: MIT */
/* tests/refhv/calls/synic.c and stimer.c: messages, events and timers, as the TLFS has them. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/refhv/calls/reference.h"
#include "tests/refhv/calls/synic.h"

#define SINT      2U
#define VECTOR    0xF1U
#define OTHER     0x40U
#define SIMP_GPA  0x1000U
#define SIEFP_GPA 0x2000U
#define CONFIG(n) (HV_MSR_STIMER0_CONFIG + 2 * (n))
#define COUNT(n)  (HV_MSR_STIMER0_CONFIG + 2 * (n) + 1)
#define MESSAGE   (SINT << HV_STIMER_SINT_SHIFT)
#define DIRECT(v) (HV_STIMER_DIRECT | (v) << HV_STIMER_VECTOR_SHIFT)

static uint64_t memory[2][HV_PAGE_SIZE / sizeof(uint64_t)];
static struct synic s;

static void *ram(uint64_t gpa, uint64_t bytes)
{
	assert_int_equal(bytes, HV_PAGE_SIZE);
	return gpa == SIMP_GPA ? memory[0] : gpa == SIEFP_GPA ? memory[1] : NULL;
}

static struct hv_message *slot(uint32_t sint)
{
	return &((struct hv_message *)(void *)memory[0])[sint];
}

static void set(uint32_t msr, uint64_t value, uint64_t now)
{
	assert_true(synic_write(&s, msr, value, now));
}

static uint64_t get(uint32_t msr)
{
	uint64_t value = 0x5A5A;

	assert_true(synic_read(&s, msr, &value));
	return value;
}

static int setup(void **state)
{
	(void)state;
	memset(memory, 0xFF, sizeof(memory));
	synic_reset(&s, ram);
	set(HV_MSR_SIMP, SIMP_GPA | HV_PAGE_MSR_ENABLE, 0);
	set(HV_MSR_SIEFP, SIEFP_GPA | HV_PAGE_MSR_ENABLE, 0);
	set(HV_MSR_SINT0 + SINT, VECTOR, 0);
	set(HV_MSR_SCONTROL, HV_SCONTROL_ENABLE, 0);
	return 0;
}

static void registers_after_reset(void **state)
{
	(void)state;
	synic_reset(&s, ram);
	for (uint32_t i = 0; i < HV_SINTS; i++)
		assert_int_equal(get(HV_MSR_SINT0 + i), HV_SINT_MASKED);
	assert_int_equal(get(HV_MSR_SVERSION), 1);
	assert_int_equal(get(HV_MSR_SCONTROL), 0);
	assert_int_equal(get(HV_MSR_SIMP), 0);
	assert_int_equal(get(HV_MSR_SIEFP), 0);
	assert_int_equal(get(HV_MSR_EOM), 0);
	assert_false(synic_is_on(&s));
	assert_true(synic_next(&s) == SYNIC_NEVER);
}

static void what_faults(void **state)
{
	uint64_t value;

	(void)state;
	assert_false(synic_write(&s, HV_MSR_SVERSION, 1, 0));
	assert_false(synic_write(&s, HV_MSR_SINT0, 15, 0)); /* vectors below 16 are exceptions' */
	assert_true(synic_write(&s, HV_MSR_SINT0, 15 | HV_SINT_MASKED, 0));
	assert_false(synic_write(&s, HV_MSR_SIMP, 0x9000 | HV_PAGE_MSR_ENABLE, 0)); /* no RAM */
	assert_int_equal(get(HV_MSR_SIMP), SIMP_GPA | HV_PAGE_MSR_ENABLE);
	assert_false(synic_write(&s, HV_MSR_EOM + 1, 0, 0));
	assert_false(synic_read(&s, HV_MSR_SINT15 + 1, &value));
}

static void pages_begin_clear(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < HV_PAGE_SIZE / sizeof(uint64_t); i++)
		assert_true(!memory[0][i] && !memory[1][i]);
}

static void message_fills_its_slot(void **state)
{
	struct hv_message message = {.type = 7, .payload_size = 3, .payload = {1, 2, 3}};

	(void)state;
	assert_true(synic_post(&s, SINT, &message));
	assert_memory_equal(slot(SINT), &message, sizeof(message));
	assert_int_equal(vectors_take(&s.apic), VECTOR);
	assert_int_equal(vectors_take(&s.apic), 0);
	assert_false(vectors_any(&s.without));
}

static void busy_slot_asks_for_eom(void **state)
{
	struct hv_message first = {.type = 7};
	struct hv_message second = {.type = 8};
	struct hv_message third = {.type = 9};

	(void)state;
	assert_true(synic_send(&s, SINT, &first));
	(void)vectors_take(&s.apic);
	assert_true(synic_send(&s, SINT, &second));
	assert_int_equal(slot(SINT)->flags, HV_MESSAGE_PENDING);
	assert_int_equal(slot(SINT)->type, 7);
	assert_false(synic_send(&s, SINT, &third)); /* one waits already */
	assert_false(vectors_any(&s.apic));
	slot(SINT)->type = HV_MESSAGE_NONE;
	set(HV_MSR_EOM, 0, 0);
	assert_int_equal(slot(SINT)->type, 8);
	assert_int_equal(slot(SINT)->flags, 0);
	assert_int_equal(vectors_take(&s.apic), VECTOR);
}

static void masked_sint_has_its_message_later(void **state)
{
	struct hv_message message = {.type = 7};

	(void)state;
	set(HV_MSR_SINT0 + SINT, HV_SINT_MASKED, 0);
	assert_false(synic_post(&s, SINT, &message));
	assert_true(synic_send(&s, SINT, &message));
	assert_int_equal(slot(SINT)->type, HV_MESSAGE_NONE);
	set(HV_MSR_SINT0 + SINT, VECTOR, 0);
	assert_int_equal(slot(SINT)->type, 7);
}

static void polled_and_auto_eoi_sints(void **state)
{
	(void)state;
	set(HV_MSR_SINT0 + SINT, VECTOR | HV_SINT_POLLING, 0);
	synic_raise(&s, SINT);
	assert_false(vectors_any(&s.apic) || vectors_any(&s.without));
	set(HV_MSR_SINT0 + SINT, VECTOR | HV_SINT_AUTO_EOI, 0);
	synic_raise(&s, SINT);
	assert_false(vectors_any(&s.apic));
	assert_int_equal(vectors_take(&s.without), VECTOR);
}

static void event_raises_once(void **state)
{
	(void)state;
	assert_true(synic_signal(&s, SINT, 65));
	assert_int_equal(memory[1][SINT * HV_EVENT_FLAGS / 64 + 1], 2);
	assert_int_equal(vectors_take(&s.apic), VECTOR);
	assert_true(synic_signal(&s, SINT, 65));
	assert_false(vectors_any(&s.apic));
	assert_false(synic_signal(&s, SINT, HV_EVENT_FLAGS));
	set(HV_MSR_SIEFP, 0, 0);
	assert_false(synic_signal(&s, SINT, 1));
}

static void one_shot_timer(void **state)
{
	struct hv_timer_payload payload;

	(void)state;
	set(COUNT(1), 1000, 10);
	set(CONFIG(1), MESSAGE | HV_STIMER_ENABLE, 10);
	assert_int_equal(synic_next(&s), 1000);
	synic_run(&s, 999);
	assert_false(vectors_any(&s.apic));
	synic_run(&s, 1003);
	assert_int_equal(vectors_take(&s.apic), VECTOR);
	assert_int_equal(slot(SINT)->type, HV_MESSAGE_TIMER);
	assert_int_equal(slot(SINT)->payload_size, sizeof(payload));
	memcpy(&payload, slot(SINT)->payload, sizeof(payload));
	assert_int_equal(payload.timer, 1);
	assert_int_equal(payload.expired, 1000);
	assert_int_equal(payload.delivered, 1003);
	assert_int_equal(get(CONFIG(1)), MESSAGE); /* it is off again */
	assert_true(synic_next(&s) == SYNIC_NEVER);
}

static void periodic_timer_skips_what_it_missed(void **state)
{
	(void)state;
	set(COUNT(0), 100, 50);
	set(CONFIG(0), DIRECT(OTHER) | HV_STIMER_ENABLE | HV_STIMER_PERIODIC, 50);
	assert_int_equal(synic_next(&s), 150);
	synic_run(&s, 150);
	assert_int_equal(vectors_take(&s.apic), OTHER);
	assert_int_equal(synic_next(&s), 250);
	synic_run(&s, 477);
	assert_int_equal(vectors_take(&s.apic), OTHER);
	assert_int_equal(synic_next(&s), 550);
	assert_true(get(CONFIG(0)) & HV_STIMER_ENABLE);
}

static void direct_timer_needs_no_synic(void **state)
{
	(void)state;
	synic_reset(&s, ram);
	set(COUNT(3), 5, 0);
	set(CONFIG(3), DIRECT(OTHER) | HV_STIMER_ENABLE, 0);
	assert_true(synic_is_on(&s));
	synic_run(&s, 5);
	assert_int_equal(vectors_take(&s.apic), OTHER);
}

static void timer_waits_for_its_slot(void **state)
{
	(void)state;
	slot(SINT)->type = 1;
	set(COUNT(0), 100, 0);
	set(CONFIG(0), MESSAGE | HV_STIMER_ENABLE, 0);
	synic_run(&s, 100);
	assert_int_equal(slot(SINT)->flags, HV_MESSAGE_PENDING);
	assert_false(vectors_any(&s.apic));
	assert_true(synic_next(&s) == SYNIC_NEVER); /* EOM wakes it, no clock */
	slot(SINT)->type = HV_MESSAGE_NONE;
	set(HV_MSR_EOM, 0, 120);
	assert_int_equal(slot(SINT)->type, HV_MESSAGE_TIMER);
	assert_int_equal(vectors_take(&s.apic), VECTOR);
}

static void what_starts_and_stops_a_timer(void **state)
{
	(void)state;
	set(CONFIG(0), MESSAGE | HV_STIMER_AUTO_ENABLE, 0);
	set(COUNT(0), 100, 0);
	assert_int_equal(get(CONFIG(0)), MESSAGE | HV_STIMER_AUTO_ENABLE | HV_STIMER_ENABLE);
	assert_int_equal(synic_next(&s), 100);
	set(COUNT(0), 0, 0);
	assert_int_equal(get(CONFIG(0)), MESSAGE | HV_STIMER_AUTO_ENABLE);
	assert_true(synic_next(&s) == SYNIC_NEVER);
	set(CONFIG(0), HV_STIMER_ENABLE, 0); /* a message for SINT 0 */
	assert_int_equal(get(CONFIG(0)), 0);
	set(COUNT(0), 100, 200);
	set(CONFIG(0), MESSAGE | HV_STIMER_ENABLE, 200); /* in the past: at once */
	assert_int_equal(vectors_take(&s.apic), VECTOR);
}

static void scale_of_the_reference_counter(void **state)
{
	static const uint64_t rates[] = {10000001, 1000000000, 2596602666, 4294967296, 5000000000};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rates); i++) {
		uint64_t scale = reference_scale(rates[i]);

		assert_true(scale == (uint64_t)(((unsigned __int128)10000000 << 64) / rates[i]));
		assert_in_range(reference_ticks(rates[i], scale), 9999999, 10000000);
		assert_in_range(reference_ticks(rates[i] * 1000, scale), 9999999999, 10000000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(registers_after_reset, setup),
		cmocka_unit_test_setup(what_faults, setup),
		cmocka_unit_test_setup(pages_begin_clear, setup),
		cmocka_unit_test_setup(message_fills_its_slot, setup),
		cmocka_unit_test_setup(busy_slot_asks_for_eom, setup),
		cmocka_unit_test_setup(masked_sint_has_its_message_later, setup),
		cmocka_unit_test_setup(polled_and_auto_eoi_sints, setup),
		cmocka_unit_test_setup(event_raises_once, setup),
		cmocka_unit_test_setup(one_shot_timer, setup),
		cmocka_unit_test_setup(periodic_timer_skips_what_it_missed, setup),
		cmocka_unit_test_setup(direct_timer_needs_no_synic, setup),
		cmocka_unit_test_setup(timer_waits_for_its_slot, setup),
		cmocka_unit_test_setup(what_starts_and_stops_a_timer, setup),
		cmocka_unit_test(scale_of_the_reference_counter),
	};

	return cmocka_run_group_tests_name("refhv/synic", tests, NULL, NULL);
}
