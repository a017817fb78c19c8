/* SPDX-License-Identifier: MIT */
/*
 * Deliberate misbehaviour: what each `fault=` line of the configuration asks for, and which VP it
 * strikes. docs/refhv-faults.md is the manual, faults.def the table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/span.h"

#define FAULTS_MAX 32
/* The line does not have this selector, or the occasion no such VP or APIC id. */
#define FAULT_ANY UINT32_MAX

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
	PLACE_VSM,      /* 0x0D, 0x0F */
	PLACE_VTL,      /* the switch */
	PLACE_REGISTER, /* by fast 0x50 and 0x51 */
	PLACE_PSCI,
	PLACE_SMCCC,
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
enum { LEAK_CR3, LEAK_PAT, LEAK_GS };
enum { WORD_NONE, WORD_OTHER };

/* One `fault=` line. */
struct fault {
	enum fault_effect effect;
	uint64_t value;
	bool is_difference; /* the value is XORed to the right one */
	bool takes_effect;  /* effect=1: the call is carried out in spite of the status */
	uint32_t vp;        /* index of the VP it strikes */
	uint32_t caller;    /* index of the VP that calls */
	uint32_t apic;      /* APIC id that a call names */
	uint32_t times;     /* how often it strikes; 0 = always */
	uint32_t after;     /* how many occasions pass before it strikes */
	uint32_t passed;
	uint32_t used;
	uint32_t told; /* it has been logged */
};

struct faults {
	uint32_t count;
	bool is_arm64; /* which rows of faults.def have a meaning */
	struct fault list[FAULTS_MAX];
	/* Called for each strike; NULL in host tests. */
	void (*struck)(const struct fault *fault, uint32_t vp, uint32_t caller);
};

/* Read the text after `fault=`. Returns NULL, or the reason why it is refused. */
const char *fault_parse(struct faults *faults, struct span text);

/* Does the configuration have this fault? Not a strike. */
bool fault_is_set(const struct faults *faults, enum fault_effect effect);

/* fault_strike, if the configuration has any fault. */
const struct fault *fault_strike_any(struct faults *faults, enum fault_effect effect, uint32_t vp,
				     uint32_t caller, uint32_t apic);

/*
 * The fault that strikes with `effect` on this occasion, or NULL; FAULT_ANY where no VP or APIC id
 * is concerned. times=K allows K strikes altogether, even if VPs make them concurrently; of several
 * lines that fit, the first that is not used up strikes. Each strike is logged; of faults that show
 * at every look (cpuid, clock) only the first.
 */
static inline const struct fault *fault_strike(struct faults *faults, enum fault_effect effect,
					       uint32_t vp, uint32_t caller, uint32_t apic)
{
	return faults->count ? fault_strike_any(faults, effect, vp, caller, apic) : NULL;
}

/* The same for an occasion with neither caller nor APIC id; `vp` may be FAULT_ANY. */
static inline const struct fault *fault_on(struct faults *faults, enum fault_effect effect,
					   uint32_t vp)
{
	return fault_strike(faults, effect, vp, FAULT_ANY, FAULT_ANY);
}

/* Log a strike: what faults.struck is in the hypervisor (log.c). */
void fault_log_strike(const struct fault *fault, uint32_t vp, uint32_t caller);

/* The wrong value in place of the right one. */
uint64_t fault_value(const struct fault *fault, uint64_t right);

enum fault_place fault_place(enum fault_effect effect);

/* For the log: "start", and "status" or "hypercall:stick". */
const char *fault_place_name(enum fault_place place);
const char *fault_part(enum fault_effect effect);  /* "" where there is none */
const char *fault_name(enum fault_effect effect);  /* "" where the place says all */
const char *fault_word(const struct fault *fault); /* its value, if that is a word; or NULL */
