/* SPDX-License-Identifier: MIT */
/* The message about an access that a higher VTL has forbidden. */
#pragma once

#include <stddef.h>

#include "tests/refhv/tlfs_vsm.h"

struct hv_message;

/* What a VP was at when it made the access. */
struct intercept {
	uint32_t vp_index;
	enum hv_access access;
	uint16_t state; /* HV_STATE_* */
	uint8_t cr8;
	struct hv_segment cs;
	uint64_t rip;
	uint64_t rflags;
	uint64_t gpa;
	const uint8_t *code; /* at RIP */
	size_t code_bytes;
	size_t length; /* of the instruction; 0: unknown */
};

void intercept_message(struct hv_message *message, const struct intercept *what);
