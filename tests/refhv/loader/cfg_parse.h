/* SPDX-License-Identifier: MIT */
/* Reading the configuration. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tests/refhv/calls/cfg.h"

struct cfg_error {
	uint32_t line; /* from 1 */
	const char *reason;
};

void cfg_defaults(struct cfg *cfg);

/* Read `size` bytes of text into `cfg`. False: `error` says which line is wrong and how. */
bool cfg_parse(struct cfg *cfg, const char *text, size_t size, struct cfg_error *error);

const char *cfg_preset_name(const struct cfg *cfg);
const char *cfg_numbering_name(enum vp_numbering numbering);
