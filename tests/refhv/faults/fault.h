/* SPDX-License-Identifier: MIT */
/*
 * Deliberate misbehaviour: what each `fault=` line of the configuration asks for, and whom it
 * strikes. docs/refhv-faults.md is the manual; the knobs themselves are the table in fault_parse.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/span.h"

#define FAULTS_MAX 32
#define FAULT_ANY  UINT32_MAX /* a selector that was not given; nobody in particular */

enum fault_effect {
	FAULT_NONE,
	/* cpuid */
	FAULT_CPUID_PRESENT,
	FAULT_CPUID_INTERFACE,
	FAULT_CPUID_MAX_LEAF,
	FAULT_CPUID_VENDOR,
	FAULT_CPUID_ISOLATION,
	FAULT_CPUID_LIMIT,
	FAULT_CPUID_BASE,
	/* msr */
	FAULT_OS_ID_GP,
	FAULT_OS_ID_LOST,
	FAULT_HYPERCALL_GP,
	FAULT_HYPERCALL_STICK,
	FAULT_HYPERCALL_MOVED,
	FAULT_HYPERCALL_LOCKED,
	FAULT_HYPERCALL_ENABLED,
	FAULT_HYPERCALL_ENABLED_LOCKED,
	FAULT_VP_INDEX_GP,
	/* page */
	FAULT_PAGE_FILL,
	FAULT_PAGE_UD,
	/* map: 0x9A */
	FAULT_MAP_STATUS,
	FAULT_MAP_REPS,
	FAULT_MAP_UNKNOWN,
	FAULT_MAP_ANSWER,
	FAULT_MAP_UNTOUCHED,
	FAULT_MAP_UD,
	FAULT_MAP_GARBAGE,
	/* start: 0x99 */
	FAULT_START_STATUS,
	FAULT_START_NEVER,
	FAULT_START_DELAY,
	FAULT_START_TWICE,
	FAULT_START_RUNS,
	FAULT_START_SUSPEND,
	FAULT_START_DIES,
	FAULT_START_UD,
	FAULT_START_GARBAGE,
	FAULT_START_CR0,
	FAULT_START_CR3,
	FAULT_START_CR4,
	FAULT_START_EFER,
	FAULT_START_RIP,
	FAULT_START_RSP,
	FAULT_START_RFLAGS,
	FAULT_START_FS_BASE,
	FAULT_START_GS_BASE,
	FAULT_START_PAT,
	FAULT_START_GDTR,
	FAULT_START_IDTR,
	FAULT_START_TR,
	FAULT_START_CS,
	/* clock, tsc, nmi */
	FAULT_CLOCK_REFERENCE,
	FAULT_TSC_OFFSET,
	FAULT_NMI,
	/* acpi */
	FAULT_ACPI_NO_RSDP,
	FAULT_ACPI_NO_XSDT,
	FAULT_ACPI_RSDP_CHECKSUM,
	FAULT_ACPI_XSDT_CHECKSUM,
	FAULT_ACPI_MADT_CHECKSUM,
	FAULT_ACPI_MADT_LENGTH,
	FAULT_ACPI_MADT_TRUNCATE,
	FAULT_ACPI_MADT_DUPLICATE,
	FAULT_ACPI_MADT_TWIN,
	FAULT_ACPI_MADT_ABSENT,
	FAULT_ACPI_MADT_DISABLE,
	FAULT_ACPI_MADT_CAPABLE,
	FAULT_ACPI_MADT_INVALID,
	FAULT_ACPI_MADT_BSP_LAST,
	FAULT_ACPI_MADT_NO_BSP,
	FAULT_ACPI_MADT_MANY,
	FAULT_ACPI_MADT_WAKEUP,
	FAULT_ACPI_SRAT,
	/* memory */
	FAULT_MEMORY_LOW,
	FAULT_EFFECTS,
};
#define FAULT_REGISTER_FIRST FAULT_START_CR0
#define FAULT_REGISTER_LAST  FAULT_START_CS
#define FAULT_ACPI_FIRST     FAULT_ACPI_NO_RSDP
#define FAULT_ACPI_LAST      FAULT_ACPI_SRAT

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
 * The fault that strikes with `effect` where these three are concerned (FAULT_ANY: nobody), or
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

/* For the log: "start", and "status" or "hypercall:stick". */
const char *fault_place(enum fault_effect effect);
const char *fault_part(enum fault_effect effect);  /* "" where there is none */
const char *fault_word(const struct fault *fault); /* its value, if that is a word; or NULL */
const char *fault_name(enum fault_effect effect);  /* "" where the place says all */
