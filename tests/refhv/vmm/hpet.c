/* SPDX-License-Identifier: MIT */
/*
 * The HPET (IA-PC HPET specification 1.0a). The guest owns the local APIC, timer and all, so the
 * hypervisor needs a clock of its own: each VP has a comparator, whose message is an NMI to its
 * processor. QEMU has messages and enough comparators with -global hpet.msi=on and hpet.timers=.
 */
#include "tests/refhv/vmm/hpet.h"

#include "tests/refhv/x86.h"
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/holes.h"
#include "tests/refhv/vmm/paging.h"
#include "tests/refhv/vmm/state.h"

#define CAPABILITIES      0x000U
#define PERIOD            0x004U /* femtoseconds a count */
#define CONFIGURATION     0x010U
#define COUNTER           0x0F0U
#define TIMER(n)          (0x100U + 0x20U * (n))
#define TIMER_COMPARATOR  0x08U
#define TIMER_DATA        0x10U
#define TIMER_ADDRESS     0x14U

#define LAST_TIMER(c)     ((c) >> 8 & 0x1F)
#define ENABLE            (1U << 0)
#define TIMER_ENABLE      (1U << 2)
#define TIMER_MESSAGE     (1U << 14)
#define TIMER_MESSAGE_CAP (1U << 15)

#define MESSAGE_NMI       0x400U
#define MESSAGE_TO(id)    (APIC_PAGE | (id) << 12)
#define FS_PER_TICK       100000000UL
#define XAPIC_IDS         255U

static uint32_t period;

static uint32_t get(uint64_t base, uint32_t reg)
{
	return *(volatile uint32_t *)(base + reg);
}

static void set(uint32_t reg, uint32_t value)
{
	*(volatile uint32_t *)(hv.hpet + reg) = value;
}

bool hpet_is_fit(uint64_t base, uint32_t vps)
{
	return LAST_TIMER(get(base, CAPABILITIES)) + 1 >= vps &&
	       get(base, TIMER(0)) & TIMER_MESSAGE_CAP;
}

void hpet_begin(void)
{
	period = get(hv.hpet, PERIOD);
	for (uint32_t i = 0; i < hv.partition.vp_count; i++) {
		set(TIMER(i), TIMER_MESSAGE);
		set(TIMER(i) + TIMER_DATA, MESSAGE_NMI);
		set(TIMER(i) + TIMER_ADDRESS, (uint32_t)MESSAGE_TO(hv.partition.vps[i]->apic_id));
	}
	set(CONFIGURATION, ENABLE);
	/* The firmware's AML asks there whether it exists. */
	paging_replace(hv.hpet, holes_ones());
}

static uint64_t counter(void)
{
	uint32_t high, low;

	do {
		high = get(hv.hpet, COUNTER + 4);
		low = get(hv.hpet, COUNTER);
	} while (get(hv.hpet, COUNTER + 4) != high);
	return (uint64_t)high << 32 | low;
}

void hpet_arm(uint32_t n, uint64_t ticks)
{
	uint64_t at = counter() + ticks * (FS_PER_TICK / period);

	set(TIMER(n) + TIMER_COMPARATOR + 4, (uint32_t)(at >> 32));
	set(TIMER(n) + TIMER_COMPARATOR, (uint32_t)at);
	set(TIMER(n), TIMER_MESSAGE | TIMER_ENABLE);
}

void hpet_disarm(uint32_t n)
{
	set(TIMER(n), TIMER_MESSAGE);
}
