/* SPDX-License-Identifier: MIT */
/* Reading the configuration: the keys that ARM64 has, with the meaning they have on x86-64. */
#include "tests/refhv/aarch64/cfg.h"

#include "tests/refhv/span.h"
#include "tests/refhv/tlfs.h"

/* The reference counter, hypercalls, the VP index, starts. */
#define PRIVILEGES                                                                              \
	(HV_PRIVILEGE_REFERENCE_COUNTER | HV_PRIVILEGE_HYPERCALL_MSRS | HV_PRIVILEGE_VP_INDEX | \
	 HV_PRIVILEGE_START_VP)

/* Keys that take one of a few words; the field gets the word's number. */
#define AT(field) offsetof(struct arm_cfg, field)
static const struct choice {
	const char *name;
	size_t at;
	const char *words[3];
	const char *error;
} choices[] = {
	{"vp",
	 AT(numbering),
	 {"permuted", "identity", "sparse"},
	 "vp_must_be_permuted_identity_or_sparse"},
	{"madt", AT(madt), {"mixed", "firmware"}, "madt_must_be_mixed_or_firmware"},
	{"reps", AT(one_rep), {"all", "1"}, "reps_must_be_all_or_1"},
	{"violations", AT(notes), {"count", "note"}, "violations_must_be_count_or_note"},
};

static const struct {
	const char *name;
	size_t at;
	uint64_t most;
	const char *error;
} numbers[] = {
	{"privileges", AT(privileges), UINT64_MAX, "privileges_need_a_number"},
	{"without_os_id", AT(without_os_id), UINT16_MAX, "without_os_id_needs_a_status"},
};

const char *cfg_numbering(const struct arm_cfg *cfg)
{
	return choices[0].words[cfg->numbering];
}

static const char *read_text(struct span s, char *text)
{
	if (s.length >= CFG_TEXT_MAX)
		return "text_too_long";
	for (size_t i = 0; i < s.length; i++)
		text[i] = s.at[i];
	text[s.length] = 0;
	return NULL;
}

static const char *read_choice(struct arm_cfg *cfg, const struct choice *choice, struct span value)
{
	for (uint32_t i = 0; i < sizeof(choice->words) / sizeof(choice->words[0]); i++) {
		if (choice->words[i] && span_is(value, choice->words[i])) {
			*(uint32_t *)((uint8_t *)cfg + choice->at) = i;
			return NULL;
		}
	}
	return choice->error;
}

static const char *read_stride(struct arm_cfg *cfg, struct span value)
{
	uint64_t number;

	if (!span_number(value, 8, &number) || (number != 4 && number != 8))
		return "stride_must_be_4_or_8";
	cfg->stride = (uint32_t)number;
	return NULL;
}

static const char *read_key(struct arm_cfg *cfg, struct span key, struct span value)
{
	if (span_is(key, "start"))
		return read_text(value, cfg->start);
	if (span_is(key, "args"))
		return read_text(value, cfg->args);
	if (span_is(key, "fault"))
		return fault_parse(&cfg->faults, value);
	if (span_is(key, "stride"))
		return read_stride(cfg, value);
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (span_is(key, choices[i].name))
			return read_choice(cfg, &choices[i], value);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (span_is(key, numbers[i].name))
			return span_number(value, numbers[i].most,
					   (uint64_t *)((uint8_t *)cfg + numbers[i].at))
				       ? NULL
				       : numbers[i].error;
	return "unknown_key";
}

const char *cfg_read(struct arm_cfg *cfg, const char *text, size_t size, uint32_t *line)
{
	static const char start[] = "\\EFI\\hvsmp\\hvsmp-aa64.efi";
	struct span rest = {text, size};
	const char *reason;

	*cfg = (struct arm_cfg){.stride = 4,
				.without_os_id = HV_ACCESS_DENIED,
				.privileges = PRIVILEGES,
				.faults = {.is_arm64 = true}};
	reason = read_text((struct span){start, sizeof(start) - 1}, cfg->start);

	for (*line = 1; rest.length && !reason; ++*line) {
		struct span value = span_trim(span_cut(&rest, '\n'));

		if (!value.length || value.at[0] == '#')
			continue;
		struct span key = span_trim(span_cut(&value, '='));

		reason = read_key(cfg, key, span_trim(value));
		if (reason)
			break;
	}
	return reason;
}
