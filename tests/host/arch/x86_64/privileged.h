/* SPDX-License-Identifier: MIT */
/*
 * Privileged instructions of the code under test, which fault on the host: a handler does them on
 * registers of the test's own. What it does not know ends the program.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { PRIVILEGED_MSRS = 8, PRIVILEGED_FLUSHES = 64 };

struct privileged {
	uint64_t cr[9];
	struct {
		uint32_t number;
		uint64_t value;
	} msr[PRIVILEGED_MSRS];               /* by number; 0: a free place */
	uint64_t flushed[PRIVILEGED_FLUSHES]; /* operands of INVLPG, in order */
	size_t flushes;
};
extern struct privileged privileged;

/* From here to the end of the test, whose own handler this replaces, with all registers 0. */
void privileged_begin(void);
uint64_t *privileged_msr(uint32_t number);
