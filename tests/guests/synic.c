/* SPDX-License-Identifier: MIT */
/*
 * A guest that sends messages and events to itself and has synthetic timers, in message and in
 * direct mode. Interrupts stay off: a vector is seen in its APIC's request register. Connections
 * are made by the test device of the reference hypervisor (testdev=on).
 */
#include "tests/guests/guest.h"

#define MSR_OS_ID        0x40000000U
#define MSR_HYPERCALL    0x40000001U
#define MSR_SCONTROL     0x40000080U
#define MSR_SIEFP        0x40000082U
#define MSR_SIMP         0x40000083U
#define MSR_EOM          0x40000084U
#define MSR_SINT(n)      (0x40000090U + (n))
#define MSR_CONFIG(n)    (0x400000B0U + 2 * (n))
#define MSR_COUNT(n)     (0x400000B1U + 2 * (n))
#define CALL_POST        0x5CUL
#define CALL_SIGNAL_FAST (0x5DUL | 1UL << 16)
#define TIMER_EXPIRED    0x80000010U
#define ENABLE           1UL
#define PERIODIC         2UL
#define DIRECT           (1UL << 12)
#define SINT             2U
#define VECTOR           0x61U
#define OTHER_VECTOR     0x82U
#define CONNECTION       5U
#define TEST_DEVICE      0x3000U
#define ADD_MESSAGE      4U
#define ADD_EVENT        6U
#define MILLISECOND      10000UL
#define SECONDS_10       100000000UL

/* TLFS, HV_MESSAGE. */
struct message {
	uint32_t type;
	uint8_t size;
	uint8_t flags;
	uint16_t reserved;
	uint64_t sender;
	uint64_t payload[30];
};

static volatile struct message *slot;
static const uint8_t *hypercall_page;

static uint64_t call(uint64_t control, uint64_t input)
{
	uint64_t result;

	/* No output: R8 is 0. */
	__asm__ volatile("xor %%r8d, %%r8d\n\t"
			 "call *%[page]"
			 : "=a"(result), "+c"(control), "+d"(input)
			 : [page] "r"(hypercall_page)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return result & 0xFFFF;
}

static bool is_requested(uint32_t vector)
{
	return AT(uint32_t, APIC_PAGE + 0x200 + vector / 32 * 0x10) >> vector % 32 & 1;
}

/* Look at `*word` for ten seconds at most. */
static void await(const char *what, const volatile uint32_t *word, uint32_t due)
{
	uint64_t end = read_msr(MSR_REFERENCE) + SECONDS_10;

	while (*word != due && read_msr(MSR_REFERENCE) < end)
		__asm__ volatile("pause");
	expect(what, *word, due);
}

static void connect(uint32_t command)
{
	uint32_t own = AT(uint32_t, APIC_PAGE + 0x20) >> 24;

	out32(TEST_DEVICE, CONNECTION << 24 | command << 16 | own << 8 | SINT);
}

static void empty_slot(void)
{
	uint8_t flags;

	slot->type = 0;
	__asm__ volatile("mfence" : : : "memory");
	flags = slot->flags;
	if (flags)
		write_msr(MSR_EOM, 0);
}

static void messages(void)
{
	volatile uint32_t *input = (void *)guest_pages[3];

	connect(ADD_MESSAGE);
	input[0] = CONNECTION;
	input[2] = 7; /* type */
	input[3] = 8; /* size */
	input[4] = 0x11223344;
	expect("the call for a message", call(CALL_POST, (uint64_t)input), 0);
	expect("its type", slot->type, 7);
	expect("its size", slot->size, 8);
	expect("what it says", slot->payload[0], 0x11223344);
	expect("its vector is requested", is_requested(VECTOR), true);
	input[4] = 2;
	expect("the call for another", call(CALL_POST, (uint64_t)input), 0);
	expect("it waits", slot->flags, 1);
	empty_slot();
	expect("it comes after EOM", slot->payload[0], 2);
	empty_slot();
	input[0] = CONNECTION + 1;
	expect("an unknown connection", call(CALL_POST, (uint64_t)input), 0x12);
}

static void events(void)
{
	connect(ADD_EVENT);
	expect("the call for an event", call(CALL_SIGNAL_FAST, CONNECTION), 0);
	expect("its flag", AT(uint32_t, guest_pages[1] + SINT * 256), 1U << CONNECTION);
}

static void timers(void)
{
	uint64_t start = read_msr(MSR_REFERENCE);

	write_msr(MSR_COUNT(0), start + MILLISECOND);
	write_msr(MSR_CONFIG(0), SINT << 16 | ENABLE);
	await("a one-shot timer's message", &slot->type, TIMER_EXPIRED);
	expect("not before its time", read_msr(MSR_REFERENCE) >= start + MILLISECOND, true);
	expect("when it was due", slot->payload[1], start + MILLISECOND);
	expect("it is off again", read_msr(MSR_CONFIG(0)), SINT << 16);
	empty_slot();
	write_msr(MSR_COUNT(1), MILLISECOND);
	write_msr(MSR_CONFIG(1), SINT << 16 | PERIODIC | ENABLE);
	for (int i = 0; i < 3; i++) {
		await("a periodic timer's message", &slot->type, TIMER_EXPIRED);
		empty_slot();
	}
	write_msr(MSR_CONFIG(1), 0);
	expect("its vector is not there yet", is_requested(OTHER_VECTOR), false);
	write_msr(MSR_COUNT(2), read_msr(MSR_REFERENCE) + MILLISECOND);
	write_msr(MSR_CONFIG(2), OTHER_VECTOR << 4 | DIRECT | ENABLE);
	uint64_t end = read_msr(MSR_REFERENCE) + SECONDS_10;

	while (!is_requested(OTHER_VECTOR) && read_msr(MSR_REFERENCE) < end)
		__asm__ volatile("pause");
	expect("a direct timer's vector is requested", is_requested(OTHER_VECTOR), true);
}

void guest_main(void)
{
	slot = &AT(struct message, (uint64_t)guest_pages[0] + SINT * sizeof(struct message));
	hypercall_page = guest_pages[2];
	AT(uint32_t, APIC_PAGE + 0xF0) = 0x1FF;
	write_msr(MSR_OS_ID, 1UL << 63);
	write_msr(MSR_HYPERCALL, (uint64_t)hypercall_page | ENABLE);
	write_msr(MSR_SIMP, (uint64_t)guest_pages[0] | ENABLE);
	write_msr(MSR_SIEFP, (uint64_t)guest_pages[1] | ENABLE);
	write_msr(MSR_SINT(SINT), VECTOR);
	write_msr(MSR_SCONTROL, ENABLE);
	messages();
	events();
	timers();
}
