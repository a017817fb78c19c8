/* SPDX-License-Identifier: MIT */
/*
 * Reading a fault: fault=<place>[:<part>][:<selector>=<value>]...:<knob>[=<value>]. A line has one
 * knob; what is unknown, or would never strike, is an error.
 */
#include "tests/refhv/faults/table.h"

static bool is_at(const struct fault_knob *knob, struct span place, struct span part)
{
	return span_is(place, fault_place_name(knob->place)) && span_is(part, knob->part);
}

static enum fault_effect find_knob(struct span place, struct span part, struct span name)
{
	for (int i = FAULT_NONE + 1; i < FAULT_EFFECTS; i++)
		if (is_at(&fault_knobs[i], place, part) && span_is(name, fault_knobs[i].name))
			return (enum fault_effect)i;
	return FAULT_NONE;
}

static bool is_place(struct span place)
{
	for (int i = 0; i < PLACES; i++)
		if (span_is(place, fault_place_name((enum fault_place)i)))
			return true;
	return false;
}

static bool is_part(struct span place, struct span part)
{
	for (int i = FAULT_NONE + 1; i < FAULT_EFFECTS; i++)
		if (is_at(&fault_knobs[i], place, part))
			return true;
	return false;
}

static const char *parse_words(struct fault *fault, const struct fault_knob *knob, struct span text)
{
	for (size_t i = 0; i < sizeof(knob->words) / sizeof(knob->words[0]); i++) {
		if (knob->words[i] && span_is(text, knob->words[i])) {
			fault->value = i;
			return NULL;
		}
	}
	return "unknown_fault_value";
}

static const char *parse_value(struct fault *fault, struct span text, bool has_value)
{
	const struct fault_knob *knob = &fault_knobs[fault->effect];
	bool is_negative = knob->kind == KIND_SIGNED && text.length && text.at[0] == '-';

	if (knob->kind == KIND_WORDS)
		return parse_words(fault, knob, has_value ? text : (struct span){"1", 1});
	if (knob->kind == KIND_FLAG && !has_value) {
		fault->value = 1;
		return NULL;
	}
	fault->is_difference = knob->kind == KIND_REGISTER && text.length && text.at[0] == '^';
	if (is_negative || fault->is_difference) {
		text.at++;
		text.length--;
	}
	if (!span_number(text, UINT64_MAX, &fault->value))
		return "fault_needs_a_number";
	if (knob->kind == KIND_FLAG)
		return fault->value == 1 ? NULL : "fault_value_out_of_range";
	if (fault->value < knob->min || fault->value > knob->max ||
	    (!fault->value && (knob->kind == KIND_SIGNED || fault->is_difference)))
		return "fault_value_out_of_range";
	if (fault->effect == FAULT_CPUID_BASE && fault->value % 0x100)
		return "fault_value_out_of_range";
	if (is_negative)
		fault->value = -fault->value;
	return NULL;
}

/* vp=, caller=, apic=, times=, after=, effect=; *which stays 0 for anything else. */
static const char *parse_selector(struct fault *fault, struct span name, struct span text,
				  unsigned int *which)
{
	uint32_t effect;
	const struct {
		const char *name;
		unsigned int bit;
		uint32_t *to;
	} selectors[] = {
		{"vp", VP, &fault->vp},          {"caller", CALLER, &fault->caller},
		{"apic", APIC, &fault->apic},    {"times", TIMES, &fault->times},
		{"after", AFTER, &fault->after}, {"effect", EFFECT, &effect},
	};
	uint64_t value;

	*which = 0;
	for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
		if (!span_is(name, selectors[i].name))
			continue;
		*which = selectors[i].bit;
		if (!span_number(text, FAULT_ID_MAX, &value))
			return "fault_needs_a_number";
		if (*which == TIMES && !value)
			return "fault_times_must_not_be_0";
		if (*which == EFFECT && value != 1)
			return "fault_value_out_of_range";
		*selectors[i].to = (uint32_t)value;
		fault->takes_effect |= *which == EFFECT;
	}
	return NULL;
}

/* One of the two would keep the other from ever striking, or from being seen. */
static bool exclude_each_other(const struct fault *a, const struct fault *b)
{
	bool no_tables = a->effect == FAULT_ACPI_NO_RSDP || b->effect == FAULT_ACPI_NO_RSDP;

	if (no_tables)
		return fault_place(a->effect) == PLACE_ACPI && fault_place(b->effect) == PLACE_ACPI;
	if (!fault_knobs[a->effect].group ||
	    fault_knobs[a->effect].group != fault_knobs[b->effect].group)
		return false;
	/* `a` comes first, but once it is used up, or before it is due, `b` strikes. */
	return !a->times && !a->after && (a->vp == FAULT_ANY || a->vp == b->vp) &&
	       (a->caller == FAULT_ANY || a->caller == b->caller) &&
	       (a->apic == FAULT_ANY || a->apic == b->apic);
}

static const char *add(struct faults *faults, const struct fault *fault, unsigned int given)
{
	const struct fault_knob *knob = &fault_knobs[fault->effect];

	if (!fault_is_on(fault->effect, faults->is_arm64))
		return "fault_of_another_architecture";
	if (given & ~(unsigned int)knob->may)
		return "fault_does_not_take_this_selector";
	if (knob->must & ~given)
		return "fault_lacks_its_selector";
	for (uint32_t i = 0; i < faults->count; i++)
		if (exclude_each_other(&faults->list[i], fault))
			return "faults_exclude_each_other";
	if (faults->count == FAULTS_MAX)
		return "too_many_faults";
	faults->list[faults->count++] = *fault;
	return NULL;
}

const char *fault_parse(struct faults *faults, struct span text)
{
	struct fault fault = {.vp = FAULT_ANY, .caller = FAULT_ANY, .apic = FAULT_ANY};
	struct span place = span_cut(&text, ':');
	struct span part = {place.at, 0};
	unsigned int given = 0;
	unsigned int which;

	if (!is_place(place))
		return "unknown_fault_place";
	while (text.length) {
		struct span value = span_cut(&text, ':');
		struct span whole = value;
		struct span name = span_cut(&value, '=');
		const char *reason = parse_selector(&fault, name, value, &which);

		if (!reason && given & which)
			reason = "fault_selector_given_twice";
		given |= which;
		if (!reason && !which && whole.length && name.length == whole.length &&
		    !part.length && is_part(place, whole)) {
			part = whole;
			continue;
		}
		if (!reason && !which) {
			if (fault.effect)
				return "fault_with_two_effects";
			fault.effect = find_knob(place, part, name);
			reason = fault.effect
					 ? parse_value(&fault, value, name.length < whole.length)
					 : "unknown_fault";
		}
		if (reason)
			return reason;
	}
	/* A place without a knob that has a name. */
	if (!fault.effect && !part.length)
		fault.effect = find_knob(place, part, part);
	return fault.effect ? add(faults, &fault, given) : "fault_without_effect";
}
