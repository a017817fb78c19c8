/* SPDX-License-Identifier: MIT */
/* The scale of the reference TSC page. */
#include "tests/refhv/calls/reference.h"

#include "tests/refhv/tlfs.h"

/* (10^7 << 64) / hz, bit by bit: there is no such division without a run-time library. */
uint64_t reference_scale(uint64_t hz)
{
	uint64_t rest = HV_TICKS_PER_SECOND;
	uint64_t scale = 0;

	for (int i = 0; i < 64; i++) {
		rest *= 2;
		scale *= 2;
		if (rest >= hz) {
			rest -= hz;
			scale |= 1;
		}
	}
	return scale;
}
