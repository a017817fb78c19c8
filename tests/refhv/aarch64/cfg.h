/* SPDX-License-Identifier: MIT */
/* The configuration, as loader/cfg.c reads it from \EFI\refhv\refhv.cfg. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/calls/cfg.h"

/* The firmware's MADT as it is, or in another order and with other UIDs (madt.h). */
enum arm_madt { MADT_MIXED, MADT_FIRMWARE };

struct arm_cfg {
	char start[CFG_TEXT_MAX];
	char args[CFG_TEXT_MAX];
	enum vp_numbering numbering;
	enum arm_madt madt;
	uint32_t stride;  /* bytes an answer of 0x9A takes */
	uint32_t one_rep; /* 0x9A completes one element a call */
	uint32_t notes;   /* what the guest does wrong is noted, not counted as a violation */
	/* What 0x9A and 0x99 answer before there is an OS id; 0: they are carried out. */
	uint64_t without_os_id;
	uint64_t privileges; /* HV_PARTITION_PRIVILEGE_MASK */
	struct faults faults;
};

/*
 * Read `size` bytes of text over the defaults. NULL, or the reason why line `*line` is refused:
 * what is unknown is an error, for a test must get what it asked for.
 */
const char *cfg_read(struct arm_cfg *cfg, const char *text, size_t size, uint32_t *line);

const char *cfg_numbering(const struct arm_cfg *cfg);
