/* SPDX-License-Identifier: MIT */
/* Reading the configuration. Everything unknown is an error: a test must get what it asked for. */
#include "cfg.h"
#include "tlfs.h"

/* A piece of the text that is being read; never terminated by a zero. */
struct span {
	const char *at;
	size_t length;
};

static const char *const numbering_names[] = {
	[VP_PERMUTED] = "permuted",
	[VP_IDENTITY] = "identity",
	[VP_SPARSE] = "sparse",
};

const char *cfg_numbering_name(enum vp_numbering numbering)
{
	return numbering_names[numbering];
}

static bool span_is(struct span s, const char *word)
{
	size_t i;

	for (i = 0; i < s.length && word[i]; i++)
		if (s.at[i] != word[i])
			return false;
	return i == s.length && !word[i];
}

/* Cut off what stands before `delimiter` (all, if there is none) and leave the rest. */
static struct span cut(struct span *rest, char delimiter)
{
	struct span head = {rest->at, 0};

	while (head.length < rest->length && head.at[head.length] != delimiter)
		head.length++;
	size_t taken = head.length < rest->length ? head.length + 1 : head.length;

	rest->at += taken;
	rest->length -= taken;
	return head;
}

static struct span trim(struct span s)
{
	while (s.length && (s.at[0] == ' ' || s.at[0] == '\t')) {
		s.at++;
		s.length--;
	}
	while (s.length && (s.at[s.length - 1] == ' ' || s.at[s.length - 1] == '\t' ||
			    s.at[s.length - 1] == '\r'))
		s.length--;
	return s;
}

static bool parse_number(struct span s, uint64_t max, uint64_t *value)
{
	unsigned int base = 10;

	*value = 0;
	if (s.length > 2 && s.at[0] == '0' && s.at[1] == 'x') {
		base = 16;
		s.at += 2;
		s.length -= 2;
	}
	if (!s.length)
		return false;
	for (size_t i = 0; i < s.length; i++) {
		char c = s.at[i];
		unsigned int digit = c >= '0' && c <= '9'   ? (unsigned int)(c - '0')
				     : c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10
				     : c >= 'A' && c <= 'F' ? (unsigned int)(c - 'A') + 10
							    : base;

		if (digit >= base || *value > (max - digit) / base)
			return false;
		*value = *value * base + digit;
	}
	return true;
}

static const char *parse_text(struct span s, char *text)
{
	if (s.length >= CFG_TEXT_MAX)
		return "text_too_long";
	for (size_t i = 0; i < s.length; i++)
		text[i] = s.at[i];
	text[s.length] = 0;
	return NULL;
}

/* What can be made to misbehave, and how: fault=<call>[:vp=N][:times=K]:<effect>=<value> */
static const struct {
	const char *name;
	uint16_t code;
} fault_calls[] = {
	{"start", HV_CALL_START_VP},
	{"map", HV_CALL_MAP_VP},
};

static const struct {
	const char *name;
	enum fault_effect effect;
	uint16_t call; /* 0: any */
	uint32_t min;
	uint32_t max;
} fault_effects[] = {
	{"status", FAULT_STATUS, 0, 1, UINT16_MAX},
	{"never", FAULT_NEVER, HV_CALL_START_VP, 1, 1},
};
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *parse_effect(struct fault *fault, struct span name, uint32_t value)
{
	for (size_t i = 0; i < COUNT(fault_effects); i++) {
		if (!span_is(name, fault_effects[i].name) ||
		    (fault_effects[i].call && fault_effects[i].call != fault->call))
			continue;
		if (value < fault_effects[i].min || value > fault_effects[i].max)
			return "fault_value_out_of_range";
		fault->effect = fault_effects[i].effect;
		fault->value = value;
		return NULL;
	}
	return "unknown_fault";
}

static const char *parse_fault_part(struct fault *fault, struct span part)
{
	struct span name = cut(&part, '=');
	uint64_t value;

	if (!parse_number(part, UINT32_MAX, &value))
		return "fault_needs_a_number";
	if (span_is(name, "vp")) {
		fault->any_vp = false;
		fault->vp = (uint32_t)value;
		return NULL;
	}
	if (span_is(name, "times")) {
		fault->times = (uint32_t)value;
		return value ? NULL : "fault_times_must_not_be_0";
	}
	return parse_effect(fault, name, (uint32_t)value);
}

static const char *parse_fault(struct cfg *cfg, struct span rest)
{
	struct fault fault = {.any_vp = true};
	struct span call = cut(&rest, ':');

	for (size_t i = 0; i < COUNT(fault_calls); i++)
		if (span_is(call, fault_calls[i].name))
			fault.call = fault_calls[i].code;
	if (!fault.call)
		return "unknown_fault_call";
	while (rest.length) {
		const char *reason = parse_fault_part(&fault, cut(&rest, ':'));

		if (reason)
			return reason;
	}
	if (fault.effect == FAULT_NONE)
		return "fault_without_effect";
	if (cfg->fault_count == CFG_FAULTS_MAX)
		return "too_many_faults";
	cfg->faults[cfg->fault_count++] = fault;
	return NULL;
}

static const char *parse_key(struct cfg *cfg, struct span key, struct span value)
{
	uint64_t number;

	if (span_is(key, "start"))
		return parse_text(value, cfg->start);
	if (span_is(key, "args"))
		return parse_text(value, cfg->args);
	if (span_is(key, "fault"))
		return parse_fault(cfg, value);
	if (span_is(key, "vp")) {
		for (int i = 0; i < VP_NUMBERINGS; i++) {
			if (span_is(value, numbering_names[i])) {
				cfg->numbering = (enum vp_numbering)i;
				return NULL;
			}
		}
		return "vp_must_be_permuted_identity_or_sparse";
	}
	if (span_is(key, "reps")) {
		cfg->one_rep = span_is(value, "1");
		return cfg->one_rep || span_is(value, "all") ? NULL : "reps_must_be_all_or_1";
	}
	if (span_is(key, "stride")) {
		if (!parse_number(value, 8, &number) || (number != 4 && number != 8))
			return "stride_must_be_4_or_8";
		cfg->stride = (uint32_t)number;
		return NULL;
	}
	if (span_is(key, "privileges"))
		return parse_number(value, UINT64_MAX, &cfg->privileges)
			       ? NULL
			       : "privileges_need_a_number";
	return "unknown_key";
}

void cfg_defaults(struct cfg *cfg)
{
	static const char start[] = "\\EFI\\hvsmp\\hvsmp.efi";

	*cfg = (struct cfg){
		.numbering = VP_PERMUTED,
		.stride = 4,
		.privileges = HV_PRIVILEGE_REFERENCE_COUNTER | HV_PRIVILEGE_HYPERCALL_MSRS |
			      HV_PRIVILEGE_VP_INDEX | HV_PRIVILEGE_FREQUENCY_MSRS |
			      HV_PRIVILEGE_START_VP,
	};
	for (size_t i = 0; i < sizeof(start); i++)
		cfg->start[i] = start[i];
}

bool cfg_parse(struct cfg *cfg, const char *text, size_t size, struct cfg_error *error)
{
	struct span rest = {text, size};

	for (error->line = 1; rest.length; error->line++) {
		struct span value = trim(cut(&rest, '\n'));

		if (!value.length || value.at[0] == '#')
			continue;
		struct span key = trim(cut(&value, '='));

		error->reason = parse_key(cfg, key, trim(value));
		if (error->reason)
			return false;
	}
	return true;
}

const struct fault *cfg_fault(struct cfg *cfg, uint16_t call, uint32_t vp, enum fault_effect effect)
{
	for (uint32_t i = 0; i < cfg->fault_count; i++) {
		struct fault *fault = &cfg->faults[i];

		if (fault->call != call || fault->effect != effect ||
		    (!fault->any_vp && fault->vp != vp))
			continue;
		if (!fault->times)
			return fault;
		uint32_t used = __atomic_fetch_add(&fault->used, 1, __ATOMIC_RELAXED);

		if (used < fault->times)
			return fault;
	}
	return NULL;
}
