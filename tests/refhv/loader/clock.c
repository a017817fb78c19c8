/* SPDX-License-Identifier: MIT */
/*
 * The clocks. The rate of the time stamp counter is measured against the ACPI PM timer; UEFI's
 * Stall would be simpler, but with a thousand processors under TCG it takes several times as long
 * as asked. The HPET is taken away from a guest that is offered synthetic timers.
 */
#include "tests/refhv/loader/boot.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/calls/reference.h"
#include "tests/refhv/vmm/hpet.h"
#include "tests/refhv/vmm/state.h"

#define HPET_ADDRESS  44U       /* IA-PC HPET specification, 3.2.4: after 4 bytes of GAS */
#define FADT_PM_TIMER 76U       /* ACPI 6.4, 5.2.9: PM_TMR_BLK, an I/O port */
#define PM_TIMER_HZ   3579545U  /* 4.8.3.3 */
#define PM_TIMER_MASK 0xFFFFFFU /* bits that every such timer has; they wrap after 4.7 s */
#define MEASURED      (PM_TIMER_HZ / 300)
#define SAMPLES       1000000U /* until the timer is taken to stand still */
#define READS         5

struct sample {
	uint32_t count;
	uint64_t tsc;
};

/* The host may do something else between two instructions: the shortest reading of a few. */
static struct sample take_sample(uint16_t port)
{
	uint64_t shortest = UINT64_MAX;
	struct sample best = {0, 0};

	for (int i = 0; i < READS; i++) {
		uint64_t before = cpu_rdtsc();
		uint32_t count = cpu_inl(port);
		uint64_t took = cpu_rdtsc() - before;

		if (took < shortest) {
			shortest = took;
			best = (struct sample){count, before + took / 2};
		}
	}
	return best;
}

/* Whichever list of tables leads there: a name that no guest looks for, and the same sum. */
static uint64_t take_hpet(uint8_t *table)
{
	table[0] = 'T';
	table[3] = 'H';
	return *(const uint64_t *)(table + HPET_ADDRESS);
}

void boot_find_hpet(const EFI_SYSTEM_TABLE *system)
{
	uint8_t *table = NULL;

	if (!cfg_gives(&hv.partition.cfg, HV_PRIVILEGE_STIMER))
		return;
	table = (uint8_t *)boot_find_table(system, "HPET");
	if (table)
		hv.hpet = take_hpet(table);
	if (!hv.hpet || !hpet_is_fit(hv.hpet, hv.partition.vp_count))
		log_fatal("synthetic_timers_want_an_hpet_with_messages_and_a_timer_for_each_vp");
}

void boot_measure_tsc(const EFI_SYSTEM_TABLE *system)
{
	const uint8_t *fadt = boot_find_table(system, "FACP");
	uint16_t port = fadt ? *(const uint16_t *)(fadt + FADT_PM_TIMER) : 0;
	struct sample start;

	if (!port)
		log_fatal("no_pm_timer");
	start = take_sample(port);
	for (uint32_t i = 0; i < SAMPLES; i++) {
		struct sample now = take_sample(port);
		uint64_t counts = (now.count - start.count) & PM_TIMER_MASK;

		if (counts < MEASURED)
			continue;
		hv.tsc_hz = (now.tsc - start.tsc) * PM_TIMER_HZ / counts;
		hv.tsc_scale = reference_scale(hv.tsc_hz);
		hv.ticks_at_start = reference_ticks(now.tsc, hv.tsc_scale);
		return;
	}
	log_fatal("pm_timer_stands_still");
}
