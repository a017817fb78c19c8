/* SPDX-License-Identifier: MIT */
/*
 * The lists of HvCallGetVpIndexFromApicId, which are the same text for APIC ids and for MPIDRs: one
 * answer for each id, in order, until one is unknown. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/faults/fault.h"
#include "tests/refhv/line.h"
#include "tests/refhv/tlfs.h"

struct map_list {
	struct faults *faults;
	struct line *line;
	uint32_t caller; /* VP index */
	const uint8_t *ids;
	uint8_t *answers;
	uint32_t id_step, answer_step; /* bytes from one element to the next */
	bool is_wide;                  /* an id has 64 bits, and is logged in hexadecimal */
	uint32_t start, count;
	bool one_rep; /* one element a call */
	/* The VP index of an id; false: no VP has it. */
	bool (*find)(const struct map_list *list, uint64_t id, uint32_t *index);
	const void *ctx;
	/* Results. */
	uint32_t done; /* absolute */
	bool raises_ud;
	uint64_t garbage; /* for the result's reserved bits */
};

/* Carry out the part from `start` on. Logs the ids that were looked at, and the answers. */
enum hv_status map_list_run(struct map_list *list);
