/* SPDX-License-Identifier: MIT */
/* The clock that interrupts VPs for the hypervisor: the HPET, which the guest lacks then. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Can the HPET at this address interrupt so many VPs? Loader only. */
bool hpet_is_fit(uint64_t base, uint32_t vps);

/* Take it. */
void hpet_begin(void);

/* An NMI to the processor of VP number `n` (in hv.partition.vps), in so many ticks of 100 ns. */
void hpet_arm(uint32_t n, uint64_t ticks);
void hpet_disarm(uint32_t n);
