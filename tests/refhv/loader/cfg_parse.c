/* SPDX-License-Identifier: MIT */
/* Reading the configuration. Everything unknown is an error: a test must get what it asked for. */
#include "tests/refhv/loader/cfg_parse.h"

#include "tests/refhv/span.h"
#include "tests/refhv/tlfs.h"

/* Keys that take one of a few words; the field gets the word's number. */
#define AT(field) offsetof(struct cfg, field)
static const struct choice {
	const char *name;
	size_t at;
	const char *words[4];
	const char *error;
} choices[] = {
	{"vp",
	 AT(numbering),
	 {"permuted", "identity", "sparse"},
	 "vp_must_be_permuted_identity_or_sparse"},
	{"reps", AT(one_rep), {"all", "1"}, "reps_must_be_all_or_1"},
	{"ipi", AT(ipi), {"on", "off", "denied"}, "ipi_must_be_on_off_or_denied"},
	{"violations", AT(notes), {"count", "note"}, "violations_must_be_count_or_note"},
	{"log", AT(log), {"prompt", "late", "errors"}, "log_must_be_prompt_late_or_errors"},
	{"running", AT(running), {"refuse", "restart"}, "running_must_be_refuse_or_restart"},
	{"extended", AT(extended), {"2", "5", "6", "stay"}, "extended_must_be_2_5_6_or_stay"},
	{"padding", AT(padding), {"note", "refuse"}, "padding_must_be_note_or_refuse"},
	{"vmmcall", AT(vmmcall), {"page", "anywhere"}, "vmmcall_must_be_page_or_anywhere"},
	{"vsm", AT(vsm), {"vtl1", "off"}, "vsm_must_be_vtl1_or_off"},
	{"testdev", AT(test_device), {"off", "on"}, "testdev_must_be_off_or_on"},
};

const char *cfg_numbering_name(enum vp_numbering numbering)
{
	return choices[0].words[numbering];
}

static const char *parse_choice(struct cfg *cfg, const struct choice *choice, struct span value)
{
	for (uint32_t i = 0; i < sizeof(choice->words) / sizeof(choice->words[0]); i++) {
		if (choice->words[i] && span_is(value, choice->words[i])) {
			*(uint32_t *)((uint8_t *)cfg + choice->at) = i;
			return NULL;
		}
	}
	return choice->error;
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

/* All that these hosts' guests are offered; the APIC timer of each counts by 200 MHz. */
#define HOST_PRIVILEGES 0x003B803000002E7FUL
#define HOST_APIC_HZ    200000000U

/*
 * What CPUID tells. "guests" is all there is here, for guests of others; the rest are samples of
 * real hosts (Windows 10 and 11). A number is a host's build, and all that it tells; 26100 is one
 * with a processor of AMD's. "gen2" is what build 22610 tells a utility VM, but for what would
 * promise calls and MSRs that are not here; "gen2_raw" is all of it. "gen2_nodes" is "gen2" with
 * two nodes as Azure's F72s_v2 has them: by CPUID the second one's ids begin at the next power of
 * two, in the APIC and in the MADT they follow the first one's.
 */
static const struct {
	const char *name;
	uint64_t privileges; /* leaf 3, EBX:EAX */
	uint32_t features;   /* leaf 3, EDX */
	uint32_t hints;      /* leaf 4, EAX */
	uint32_t build;      /* leaf 2, EAX */
	uint32_t apic_hz;
	bool is_gen2, wide_ids;
} presets[] = {
	{"none", HV_PRIVILEGES_OFFERED | HV_PRIVILEGES_VSM, HV_FEATURES_OFFERED, HV_HINTS_IPI,
	 20348, 0, false, false},
	{"guests", HV_PRIVILEGES_OFFERED | HV_PRIVILEGES_GUESTS | HV_PRIVILEGES_VTL,
	 HV_FEATURES_OFFERED | HV_FEATURES_XMM | HV_FEATURE_DIRECT_STIMER, HV_HINTS_IPI, 20348, 0,
	 false, false},
	{"gen2", HOST_PRIVILEGES &HV_PRIVILEGES_OFFERED, 0xE4BED7B6U & HV_FEATURES_OFFERED,
	 0x00024C2CU & HV_HINTS_OFFERED, 22610, HOST_APIC_HZ, true, false},
	{"gen2_nodes", HOST_PRIVILEGES &HV_PRIVILEGES_OFFERED, 0xE4BED7B6U & HV_FEATURES_OFFERED,
	 0x00024C2CU & HV_HINTS_OFFERED, 22610, HOST_APIC_HZ, true, true},
	{"gen2_raw", HOST_PRIVILEGES, 0xE4BED7B6U, 0x00024C2CU, 22610, HOST_APIC_HZ, true, false},
	{"19041", HOST_PRIVILEGES, 0x00BED7B2U, 0x00000C2CU, 19041, HOST_APIC_HZ, true, false},
	{"22621", 0x003B80300000AE7FUL, 0xE4BED7B6U, 0x000A4E24U, 22621, HOST_APIC_HZ, true, false},
	{"26100", 0x003B80300000AE7FUL, 0xE0BED7B6U, 0x00902C2CU, 26100, HOST_APIC_HZ, true, false},
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
	cfg->build = presets[i].build;
	cfg->apic_hz = presets[i].apic_hz;
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
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (span_is(key, choices[i].name))
			return parse_choice(cfg, &choices[i], value);
	if (span_is(key, "stride")) {
		if (!span_number(value, 8, &number) || (number != 4 && number != 8))
			return "stride_must_be_4_or_8";
		cfg->stride = (uint32_t)number;
		return NULL;
	}
	if (span_is(key, "preset"))
		return parse_preset(cfg, value);
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
	/* Whatever else says that they are. */
	if (cfg->vsm == VSM_OFF && !cfg->vtl)
		cfg->privileges &= ~HV_PRIVILEGES_VTL;
	return true;
}
