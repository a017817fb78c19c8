/* SPDX-License-Identifier: MIT */
/* The reference counter: 100 ns units, out of the time stamp counter as the TLFS's page has it. */
#pragma once

#include <stdint.h>

/* 2^64 times ticks of 100 ns a count; `hz` is more than 10 MHz. */
uint64_t reference_scale(uint64_t hz);

static inline uint64_t reference_ticks(uint64_t tsc, uint64_t scale)
{
	return (uint64_t)((unsigned __int128)tsc * scale >> 64);
}
