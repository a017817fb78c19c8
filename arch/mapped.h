/* SPDX-License-Identifier: MIT */
/* What the kernel's own tables say of one address, whatever their form. Private to arch/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The page or block in which an address lies. */
struct mapping {
	uint64_t pa;
	uint64_t size; /* a power of two, to which pa is aligned */
};

/* The architecture's paging.c. False: va is not mapped. */
bool paging_find(uint64_t va, struct mapping *out);
