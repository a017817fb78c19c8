/* SPDX-License-Identifier: MIT */
/* Reading the configuration. Everything unknown is an error: a test must get what it asked for. */
#include "tests/refhv/loader/cfg_parse.h"

#include "tests/refhv/span.h"
#include "tests/refhv/tlfs.h"

/* Leaf 3 (EBX:EAX, EDX) and leaf 4 (EAX) of a Windows 11 host, build 22610. */
#define HOST_PRIVILEGES 0x003B803000002E7FUL
#define HOST_FEATURES   0xE4BED7B6U
#define HOST_HINTS      0x00024C2CU

static const char *const numbering_names[] = {
	[VP_PERMUTED] = "permuted",
	[VP_IDENTITY] = "identity",
	[VP_SPARSE] = "sparse",
};

const char *cfg_numbering_name(enum vp_numbering numbering)
{
	return numbering_names[numbering];
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

/*
 * What CPUID tells. "gen2" is what a Windows 11 host tells a utility VM, but for what would promise
 * calls and MSRs that are not here; "gen2_raw" is all of it. "gen2_nodes" is "gen2" with two nodes
 * as Azure's F72s_v2 has them: by CPUID the second one's ids begin at the next power of two, in the
 * APIC and in the MADT they follow the first one's.
 */
static const struct {
	const char *name;
	bool is_gen2, wide_ids;
	uint64_t privileges;
	uint32_t features;
	uint32_t hints;
} presets[] = {
	{"none", false, false, HV_PRIVILEGES_OFFERED, HV_FEATURES_OFFERED, HV_HINTS_IPI},
	{"gen2", true, false, HOST_PRIVILEGES &HV_PRIVILEGES_OFFERED,
	 HOST_FEATURES &HV_FEATURES_OFFERED, HOST_HINTS &HV_HINTS_OFFERED},
	{"gen2_nodes", true, true, HOST_PRIVILEGES &HV_PRIVILEGES_OFFERED,
	 HOST_FEATURES &HV_FEATURES_OFFERED, HOST_HINTS &HV_HINTS_OFFERED},
	{"gen2_raw", true, false, HOST_PRIVILEGES, HOST_FEATURES, HOST_HINTS},
};

const char *cfg_preset_name(const struct cfg *cfg)
{
	return presets[cfg->preset].name;
}

static void use_preset(struct cfg *cfg, uint32_t i)
{
	cfg->preset = i;
	cfg->is_gen2 = presets[i].is_gen2;
	cfg->wide_ids = presets[i].wide_ids;
	cfg->privileges = presets[i].privileges;
	cfg->features = presets[i].features;
	cfg->hints = presets[i].hints;
}

static const char *parse_preset(struct cfg *cfg, struct span value)
{
	for (uint32_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
		if (span_is(value, presets[i].name)) {
			use_preset(cfg, i);
			return NULL;
		}
	}
	return "unknown_preset";
}

static const char *parse_ipi(struct cfg *cfg, struct span value)
{
	static const char *const names[] = {
		[IPI_ON] = "on",
		[IPI_OFF] = "off",
		[IPI_DENIED] = "denied",
	};

	for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_is(value, names[i])) {
			cfg->ipi = (enum cfg_ipi)i;
			return NULL;
		}
	}
	return "ipi_must_be_on_off_or_denied";
}

static const char *parse_log(struct cfg *cfg, struct span value)
{
	if (span_is(value, "prompt"))
		cfg->log = CFG_LOG_PROMPT;
	else if (span_is(value, "late"))
		cfg->log = CFG_LOG_LATE;
	else if (span_is(value, "errors"))
		cfg->log = CFG_LOG_ERRORS;
	else
		return "log_must_be_prompt_late_or_errors";
	return NULL;
}

static const char *parse_running(struct cfg *cfg, struct span value)
{
	cfg->running = span_is(value, "restart") ? RUNNING_RESTART : RUNNING_REFUSE;
	return cfg->running == RUNNING_RESTART || span_is(value, "refuse")
		       ? NULL
		       : "running_must_be_refuse_or_restart";
}

/* Who begins above VTL 0 may ask where it is, and enable its VTL on others. */
static const char *parse_vtl(struct cfg *cfg, struct span value)
{
	uint64_t number;

	if (!span_number(value, HV_VTL_HIGHEST, &number) || (number && number != HV_VTL_HIGHEST))
		return "vtl_must_be_0_or_2";
	cfg->vtl = (uint32_t)number;
	if (cfg->vtl)
		cfg->privileges |= HV_PRIVILEGE_VSM | HV_PRIVILEGE_VP_REGISTERS;
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
		return fault_parse(&cfg->faults, value);
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
		if (!span_number(value, 8, &number) || (number != 4 && number != 8))
			return "stride_must_be_4_or_8";
		cfg->stride = (uint32_t)number;
		return NULL;
	}
	if (span_is(key, "ipi"))
		return parse_ipi(cfg, value);
	if (span_is(key, "preset"))
		return parse_preset(cfg, value);
	if (span_is(key, "violations")) {
		cfg->notes = span_is(value, "note");
		return cfg->notes || span_is(value, "count") ? NULL
							     : "violations_must_be_count_or_note";
	}
	if (span_is(key, "log"))
		return parse_log(cfg, value);
	if (span_is(key, "running"))
		return parse_running(cfg, value);
	if (span_is(key, "vtl"))
		return parse_vtl(cfg, value);
	if (span_is(key, "privileges"))
		return span_number(value, UINT64_MAX, &cfg->privileges)
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
	};
	use_preset(cfg, 0);
	for (size_t i = 0; i < sizeof(start); i++)
		cfg->start[i] = start[i];
}

bool cfg_parse(struct cfg *cfg, const char *text, size_t size, struct cfg_error *error)
{
	struct span rest = {text, size};

	for (error->line = 1; rest.length; error->line++) {
		struct span value = span_trim(span_cut(&rest, '\n'));

		if (!value.length || value.at[0] == '#')
			continue;
		struct span key = span_trim(span_cut(&value, '='));

		error->reason = parse_key(cfg, key, span_trim(value));
		if (error->reason)
			return false;
	}
	return true;
}
