/* SPDX-License-Identifier: MIT */
/* Reading the configuration: the keys that ARM64 has, with the meaning they have on x86-64. */
#include "tests/refhv/aarch64/cfg.h"

#include "tests/refhv/span.h"

static const char *const numberings[VP_NUMBERINGS] = {"permuted", "identity", "sparse"};

const char *cfg_numbering(const struct arm_cfg *cfg)
{
	return numberings[cfg->numbering];
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

static const char *read_numbering(struct arm_cfg *cfg, struct span value)
{
	for (int i = 0; i < VP_NUMBERINGS; i++) {
		if (!span_is(value, numberings[i]))
			continue;
		cfg->numbering = (enum vp_numbering)i;
		return NULL;
	}
	return "vp_must_be_permuted_identity_or_sparse";
}

static const char *read_key(struct arm_cfg *cfg, struct span key, struct span value)
{
	if (span_is(key, "start"))
		return read_text(value, cfg->start);
	if (span_is(key, "args"))
		return read_text(value, cfg->args);
	if (span_is(key, "vp"))
		return read_numbering(cfg, value);
	return "unknown_key";
}

const char *cfg_read(struct arm_cfg *cfg, const char *text, size_t size, uint32_t *line)
{
	static const char start[] = "\\EFI\\hvsmp\\hvsmp-aa64.efi";
	struct span rest = {text, size};
	const char *reason = read_text((struct span){start, sizeof(start) - 1}, cfg->start);

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
