/* SPDX-License-Identifier: MIT */
/* Time stamps as figures, for report and benchmark. Private to kernel/. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* 0 if the counter is behind the one that start was read from. */
static inline uint64_t ticks_since(uint64_t start, uint64_t tsc)
{
	return tsc > start ? tsc - start : 0;
}

/* "1234.5", "-0.1" */
void text_us(char *out, size_t size, int64_t ns);
