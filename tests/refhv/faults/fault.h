/* SPDX-License-Identifier: MIT */
/*
 * Deliberate misbehaviour: what each `fault=` line of the configuration asks for, and whom it
 * strikes. docs/refhv-faults.md is the manual, faults.def the table of all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/span.h"

#define FAULTS_MAX 32
#define FAULT_ANY  UINT32_MAX /* a selector that was not given; no VP in particular */

/* Where a fault strikes: the first word of its line. */
enum fault_place {
	PLACE_CPUID,
	PLACE_MSR,
	PLACE_PAGE,
	PLACE_MAP,   /* 0x9A */
	PLACE_START, /* 0x99 */
	PLACE_CLOCK,
	PLACE_TSC,
	PLACE_NMI,
	PLACE_ACPI,
	PLACE_MEMORY,
	PLACES,
};

enum fault_effect {
	FAULT_NONE,
#define FAULT(effect, ...) FAULT_##effect,
#include "tests/refhv/faults/faults.def"
#undef FAULT
	FAULT_EFFECTS,
};

/* Values of knobs that take words. */
enum { FILL_ZERO, FILL_GARBAGE };
enum { REFERENCE_STUCK, REFERENCE_BACKWARD };
enum { DIES_BEFORE, DIES_AFTER };

/* One `fault=` line. */
struct fault {
	enum fault_effect effect;
	uint64_t value;
	bool is_difference; /* the value is not put in place of the right one, but XORed to it */
	bool takes_effect;  /* status=, effect=1: what was asked is done in spite of the status */
	uint32_t vp;        /* index of the VP it strikes */
	uint32_t caller;    /* index of the VP that calls */
	uint32_t apic;      /* APIC id that a call names */
	uint32_t times;     /* how often it strikes; 0 = always */
	uint32_t after;     /* how many occasions pass before it strikes */
	uint32_t passed;
	uint32_t used;
	uint32_t told; /* it is in the log already */
};

struct faults {
	uint32_t count;
	struct fault list[FAULTS_MAX];
	/* Told of each strike; NULL in host tests. */
	void (*struck)(const struct fault *fault, uint32_t vp, uint32_t caller);
};

/* Read what stands behind `fault=`. Returns NULL, or what is wrong with it. */
const char *fault_parse(struct faults *faults, struct span text);

/* Is `effect` asked for at all? Not a strike. */
bool fault_is_set(const struct faults *faults, enum fault_effect effect);

/* fault_strike, where there is any fault at all. */
const struct fault *fault_strike_any(struct faults *faults, enum fault_effect effect, uint32_t vp,
				     uint32_t caller, uint32_t apic);

/*
 * The fault that strikes with `effect` where these three are concerned (FAULT_ANY: none), or
 * NULL. One with times=K is used up by K strikes, whichever VPs make them concurrently; of several
 * lines that fit the first one strikes that is not used up. Each strike is told, except of faults
 * that show at every look (cpuid, clock): only their first.
 */
static inline const struct fault *fault_strike(struct faults *faults, enum fault_effect effect,
					       uint32_t vp, uint32_t caller, uint32_t apic)
{
	return faults->count ? fault_strike_any(faults, effect, vp, caller, apic) : NULL;
}

/* The same where neither a caller nor an APIC id is concerned; `vp` may be FAULT_ANY. */
static inline const struct fault *fault_on(struct faults *faults, enum fault_effect effect,
					   uint32_t vp)
{
	return fault_strike(faults, effect, vp, FAULT_ANY, FAULT_ANY);
}

/* Log a strike: faults.struck of the hypervisor (log.c). */
void fault_log_strike(const struct fault *fault, uint32_t vp, uint32_t caller);

/* The wrong value in place of the right one. */
uint64_t fault_value(const struct fault *fault, uint64_t right);

enum fault_place fault_place(enum fault_effect effect);

/* For the log: "start", and "status" or "hypercall:stick". */
const char *fault_place_name(enum fault_place place);
const char *fault_part(enum fault_effect effect);  /* "" where there is none */
const char *fault_name(enum fault_effect effect);  /* "" where the place says all */
const char *fault_word(const struct fault *fault); /* its value, if that is a word; or NULL */
