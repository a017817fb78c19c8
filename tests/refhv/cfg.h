/* SPDX-License-Identifier: MIT */
/* The configuration: \EFI\refhv\refhv.cfg, one key=value a line. README.md lists the keys. */
#ifndef REFHV_CFG_H
#define REFHV_CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topology.h"

#define CFG_TEXT_MAX   512
#define CFG_FAULTS_MAX 16

enum fault_effect {
	FAULT_NONE,
	FAULT_STATUS, /* answer `value` instead of doing what was asked */
	FAULT_NEVER,  /* answer success, never run the VP */
};

/* A deliberate misbehaviour, from one `fault=` line. */
struct fault {
	uint16_t call;
	bool any_vp;
	uint32_t vp; /* index of the VP it strikes: the target of 0x99, the caller of 0x9A */
	enum fault_effect effect;
	uint32_t value;
	uint32_t times; /* how often it strikes; 0 = always */
	uint32_t used;
};

struct cfg {
	char start[CFG_TEXT_MAX];
	char args[CFG_TEXT_MAX];
	enum vp_numbering numbering;
	uint32_t stride; /* bytes an element of 0x9A takes, in and out */
	bool one_rep;    /* 0x9A completes one element a call */
	uint64_t privileges;
	uint32_t fault_count;
	struct fault faults[CFG_FAULTS_MAX];
};

struct cfg_error {
	uint32_t line; /* from 1 */
	const char *reason;
};

void cfg_defaults(struct cfg *cfg);

/* Read `size` bytes of text into `cfg`. False: `error` says which line is wrong and how. */
bool cfg_parse(struct cfg *cfg, const char *text, size_t size, struct cfg_error *error);

/*
 * The fault that strikes `call` for VP index `vp` with `effect`, or NULL. One with times=K is used
 * up by K strikes, whichever VPs make them concurrently.
 */
const struct fault *cfg_fault(struct cfg *cfg, uint16_t call, uint32_t vp,
			      enum fault_effect effect);

const char *cfg_numbering_name(enum vp_numbering numbering);

#endif
