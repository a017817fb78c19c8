/* SPDX-License-Identifier: MIT */
/* The rate of the generic timer: the firmware has written it into a register. */
#include "kernel/platform.h"

#include "arch/arch.h"
#include "lib/log.h"

/* If no rate is known: no counter is faster, so waits get longer, never shorter. */
#define ASSUMED_HZ 1000000000UL

void platform_clock(struct platform *p)
{
	p->clock_source = "cntfrq";
	p->tsc_hz = arch_ticks_hz();
	p->clock_assumed = !p->tsc_hz;
	if (p->clock_assumed) {
		p->clock_source = "assumed";
		p->tsc_hz = ASSUMED_HZ;
		log_warn("CNTFRQ_EL0 is 0: the counter is taken for %lu Hz, and no time is to be "
			 "relied on",
			 ASSUMED_HZ);
	}
	arch_clock_set(p->tsc_hz);
	log_set_clock(arch_clock_ns);
}
