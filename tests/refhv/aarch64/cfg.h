/* SPDX-License-Identifier: MIT */
/* The configuration, as loader/cfg.c reads it from \EFI\refhv\refhv.cfg. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/calls/cfg.h"

struct arm_cfg {
	char start[CFG_TEXT_MAX];
	char args[CFG_TEXT_MAX];
	enum vp_numbering numbering;
};

/*
 * Read `size` bytes of text over the defaults. NULL, or the reason why line `*line` is refused:
 * what is unknown is an error, for a test must get what it asked for.
 */
const char *cfg_read(struct arm_cfg *cfg, const char *text, size_t size, uint32_t *line);

const char *cfg_numbering(const struct arm_cfg *cfg);
