/* SPDX-License-Identifier: MIT */
/* The log's line of a guest that has crashed: its last words, whichever registers brought them. */
#pragma once

#include "tests/refhv/line.h"
#include "tests/refhv/tlfs.h"

/* text: of parameters[HV_CRASH_LENGTH] bytes at most; NULL: none. */
void crash_line(struct line *line, uint32_t vp_index, uint64_t control,
		const uint64_t parameters[HV_CRASH_PARAMETERS], const char *text);
