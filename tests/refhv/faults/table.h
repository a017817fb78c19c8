/* SPDX-License-Identifier: MIT */
/* The knobs as data: what a line that turns one may and must say. */
#pragma once

#include "tests/refhv/faults/fault.h"

enum fault_kind {
	KIND_FLAG,     /* nothing, or 1 */
	KIND_NUMBER,   /* min to max */
	KIND_REGISTER, /* any number; after '^' one that is XORed to the right one */
	KIND_SIGNED,   /* -max to max, not 0 */
	KIND_WORDS,    /* one of `words`; the value is its position */
	KIND_IMPLIED,  /* the place alone says it */
};

/* Selectors, and what else a line may say beside its knob. */
enum {
	VP = 1,
	CALLER = 2,
	APIC = 4,
	TIMES = 8,
	EFFECT = 16,
	AFTER = 32,
	CALL = CALLER | TIMES | AFTER,
	TARGET = VP | CALLER | TIMES | AFTER,
};

/* Of one group only one fault can strike the same VP. */
enum fault_group { NO_GROUP, FATE, MSR_PAGE, CONTENTS, BSP, ENTRY, OFFSET };

struct fault_knob {
	enum fault_place place;
	const char *part;
	const char *name;
	enum fault_kind kind;
	uint64_t min;
	uint64_t max;
	uint8_t may;  /* selectors that it takes */
	uint8_t must; /* selectors that it needs */
	enum fault_group group;
	const char *words[3];
};

#define FAULT_ID_MAX 0xFFFFFFFEUL /* the highest VP index and APIC id that can be named */
#define MS_MAX       600000U

extern const struct fault_knob fault_knobs[FAULT_EFFECTS];

/* Has the fault a meaning on ARM64, or on x86-64? */
bool fault_is_on(enum fault_effect effect, bool arm64);
