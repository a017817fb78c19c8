/* SPDX-License-Identifier: MIT */
/* Figures from many measurements. Private to kernel/. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Ascending, in place. */
void stats_sort(uint64_t *values, size_t count);
/* The smallest of sorted values that percent of them do not exceed (nearest rank); 0 of none. */
uint64_t stats_rank(const uint64_t *sorted, size_t count, unsigned int percent);
