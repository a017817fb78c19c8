/* SPDX-License-Identifier: MIT */
/* faults.def, as the table that the parser uses. */
#include "tests/refhv/faults/table.h"

/* The kinds of values, as the rows write them. */
#define FLAG              .kind = KIND_FLAG
#define NUMBER(low, high) .kind = KIND_NUMBER, .min = (low), .max = (high)
#define REGISTER          .kind = KIND_REGISTER, .max = UINT64_MAX
#define SIGNED(most)      .kind = KIND_SIGNED, .max = (most)
#define WORDS(...)        .kind = KIND_WORDS, .words = {__VA_ARGS__}
#define IMPLIED           .kind = KIND_IMPLIED

/* The last two columns are for documentation. */
#define FAULT(effect, where, what, called, values, takes, needs, which, ...) \
	[FAULT_##effect] = {.place = PLACE_##where,                          \
			    .part = (what),                                  \
			    .name = (called),                                \
			    values,                                          \
			    .may = (takes),                                  \
			    .must = (needs),                                 \
			    .group = (which)},

const struct fault_knob fault_knobs[FAULT_EFFECTS] = {
#include "tests/refhv/faults/faults.def"
};
#undef FAULT

enum { ON_X86 = 1, ON_ARM64 = 2 };
#define FAULT(effect, ...)       [FAULT_##effect] = ON_X86,
#define FAULT_ARM64(effect, ...) [FAULT_##effect] = ON_ARM64,
#define FAULT_BOTH(effect, ...)  [FAULT_##effect] = ON_X86 | ON_ARM64,

static const uint8_t archs[FAULT_EFFECTS] = {
#include "tests/refhv/faults/faults.def"
};

bool fault_is_on(enum fault_effect effect, bool arm64)
{
	return archs[effect] & (arm64 ? ON_ARM64 : ON_X86);
}

static const char *const place_names[PLACES] = {
	[PLACE_CPUID] = "cpuid",       [PLACE_MSR] = "msr",     [PLACE_PAGE] = "page",
	[PLACE_MAP] = "map",           [PLACE_START] = "start", [PLACE_CLOCK] = "clock",
	[PLACE_TSC] = "tsc",           [PLACE_NMI] = "nmi",     [PLACE_ACPI] = "acpi",
	[PLACE_MEMORY] = "memory",     [PLACE_VSM] = "vsm",     [PLACE_VTL] = "vtl",
	[PLACE_REGISTER] = "register", [PLACE_PSCI] = "psci",   [PLACE_SMCCC] = "smccc",
};

const char *fault_place_name(enum fault_place place)
{
	return place_names[place];
}

enum fault_place fault_place(enum fault_effect effect)
{
	return fault_knobs[effect].place;
}

const char *fault_part(enum fault_effect effect)
{
	return fault_knobs[effect].part;
}

const char *fault_word(const struct fault *fault)
{
	const struct fault_knob *knob = &fault_knobs[fault->effect];

	return knob->kind == KIND_WORDS ? knob->words[fault->value] : NULL;
}

const char *fault_name(enum fault_effect effect)
{
	return fault_knobs[effect].name;
}
