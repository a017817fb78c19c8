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

/*
 * What real hosts answer otherwise, or may: 0x99 on a VP that runs; a call code from 0x8000 up;
 * padding that is not zero; VMMCALL from elsewhere than the hypercall page. The first of each is
 * the default.
 */
enum cfg_running { RUNNING_REFUSE, RUNNING_RESTART };
enum cfg_extended { EXTENDED_2, EXTENDED_5, EXTENDED_6, EXTENDED_STAYS };
enum cfg_padding { PADDING_NOTE, PADDING_REFUSE };
enum cfg_vmmcall { VMMCALL_PAGE, VMMCALL_ANYWHERE };

/* May the guest have VTL 1? */
enum cfg_vsm { VSM_VTL1, VSM_OFF };

/* When lines are written: at once; when the run ends; at once, but errors and violations alone. */
enum cfg_log { CFG_LOG_PROMPT, CFG_LOG_LATE, CFG_LOG_ERRORS };

struct cfg {
	char start[CFG_TEXT_MAX];
	char args[CFG_TEXT_MAX];
	enum vp_numbering numbering;
	uint32_t stride;  /* bytes an element of 0x9A takes, in and out */
	uint32_t one_rep; /* 0x9A completes one element a call */
	uint32_t preset;  /* see cfg_preset_name */
	bool is_gen2;     /* the environment of a generation 2 VM, see vmm/gen2.c */
	bool wide_ids;    /* the second half of the processors has other ids by CPUID */
	uint32_t notes;   /* what the guest does wrong is noted, not counted as a violation */
	enum cfg_ipi ipi;
	enum cfg_log log;
	enum cfg_running running;
	enum cfg_extended extended;
	enum cfg_padding padding;
	enum cfg_vmmcall vmmcall;
	enum cfg_vsm vsm;
	uint32_t vtl; /* in which the image begins */
	uint64_t privileges;
	uint32_t features;    /* leaf 0x40000003, EDX */
	uint32_t hints;       /* leaf 0x40000004, EAX; without those for IPIs if ipi=off */
	uint32_t build;       /* leaf 0x40000002, EAX */
	uint32_t apic_hz;     /* what the APIC's timer is said to count by; 0: what it does */
	uint32_t test_device; /* kvm-unit-tests' device for the SynIC, see vmm/test_device.c */
	struct faults faults;
};

/*
 * Are these privileges more than CPUID bits? The presets of real hosts show many that would want
 * what is not here.
 */
static inline bool cfg_gives(const struct cfg *cfg, uint64_t privileges)
{
	return !cfg->is_gen2 && (cfg->privileges & privileges) == privileges;
}
