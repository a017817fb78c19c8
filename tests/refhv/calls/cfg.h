/* SPDX-License-Identifier: MIT */
/*
 * The configuration, as loader/cfg_parse.c reads it from \EFI\refhv\refhv.cfg. README.md lists the
 * keys.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/faults/fault.h"
#include "tests/refhv/calls/topology.h"

#define CFG_TEXT_MAX 512

/* Hypercalls for IPIs: recommended and there; neither; recommended and refused. */
enum cfg_ipi { IPI_ON, IPI_OFF, IPI_DENIED };

/* 0x99 on a VP that runs: refused, or it begins anew. */
enum cfg_running { RUNNING_REFUSE, RUNNING_RESTART };

/* When lines are written: at once; when the run ends; at once, but errors and violations alone. */
enum cfg_log { CFG_LOG_PROMPT, CFG_LOG_LATE, CFG_LOG_ERRORS };

struct cfg {
	char start[CFG_TEXT_MAX];
	char args[CFG_TEXT_MAX];
	enum vp_numbering numbering;
	uint32_t stride; /* bytes an element of 0x9A takes, in and out */
	bool one_rep;    /* 0x9A completes one element a call */
	uint32_t preset; /* see cfg_preset_name */
	bool is_gen2;    /* the environment of a generation 2 VM, see vmm/gen2.c */
	bool wide_ids;   /* the second half of the processors has other ids by CPUID */
	bool notes;      /* what the guest does wrong is noted, not counted as a violation */
	enum cfg_ipi ipi;
	enum cfg_log log;
	enum cfg_running running;
	uint32_t vtl; /* in which the image begins */
	uint64_t privileges;
	uint32_t features; /* leaf 0x40000003, EDX */
	uint32_t hints;    /* leaf 0x40000004, EAX; without those for IPIs if ipi=off */
	struct faults faults;
};
