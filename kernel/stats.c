/* SPDX-License-Identifier: MIT */
/* Sorting and ranks. */
#include "kernel/stats.h"

static void sift_down(uint64_t *heap, size_t at, size_t count)
{
	for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
		uint64_t moved = heap[at];

		if (child + 1 < count && heap[child + 1] > heap[child])
			child++;
		if (heap[child] <= moved)
			return;
		heap[at] = heap[child];
		heap[child] = moved;
		at = child;
	}
}

/* Heap sort: no recursion, no extra memory, no slow case. */
void stats_sort(uint64_t *values, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift_down(values, i, count);
	for (size_t end = count; end-- > 1;) {
		uint64_t largest = values[0];

		values[0] = values[end];
		values[end] = largest;
		sift_down(values, 0, end);
	}
}

uint64_t stats_rank(const uint64_t *sorted, size_t count, unsigned int percent)
{
	size_t rank = (count * percent + 99) / 100;

	return count ? sorted[rank ? rank - 1 : 0] : 0;
}
