/* SPDX-License-Identifier: MIT */
/*
 * The hypervisor's whole state. The loader fills it, then it is copied with the image into memory
 * that the guest cannot reach (loader/resident.c): from the first VMRUN on only the copy counts.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"

#define RAM_RANGES_MAX 128
#define WINDOWS_MAX    8

struct range {
	uint64_t start;
	uint64_t end; /* exclusive */
};

/* Four-level page tables that begin as an identity map of everything. */
struct page_tables {
	uint64_t *root;
};

struct refhv {
	struct partition partition;
	struct page_tables host;
	struct page_tables nested[VTLS]; /* of those VTLs that the guest may have */
	struct range arena;      /* all of the hypervisor's memory but the trampoline page */
	struct range trampoline; /* the page below 1 MiB where its processors begin */
	uint32_t ram_count;
	struct range ram[RAM_RANGES_MAX];
	uint32_t window_count;
	struct range windows[WINDOWS_MAX]; /* for devices, above 4 GiB */
	void *image;                       /* where the hypervisor stays: loader/resident.c */
	char *log_ring;
	uint64_t log_ring_size;
	uint8_t *io_permissions;
	uint8_t *msr_permissions;
	uint8_t *hypercall_pages[VTLS];
	uint64_t foreign_page; /* where the firmware has the hypercall page, or a fault puts it */
	uint64_t tsc_hz;
	uint64_t tsc_scale;      /* of the reference counter (calls/reference.h) */
	uint64_t ticks_at_start; /* its zero */
	uint64_t hpet;           /* the hypervisor's own clock, if timers are offered */
	uint64_t notify_rip;     /* the loader's VMMCALL; 0 once it has been made with success */
	bool armed;              /* ExitBootServices is over: the processors are the hypervisor's */
};
extern struct refhv hv;

/* The nested tables of the VTL that the image begins in. */
static inline const struct page_tables *hv_first_tables(void)
{
	return &hv.nested[hv.partition.cfg.vtl];
}

/* May the guest come to be in this VTL? */
static inline bool hv_has_vtl(uint32_t vtl)
{
	return vtl == hv.partition.cfg.vtl ||
	       (!hv.partition.cfg.vtl && vtl == partition_maximum_vtl(&hv.partition));
}

/* Does the log have lines of what the guest rightly does? */
static inline bool hv_tells_all(void)
{
	return hv.partition.cfg.log != CFG_LOG_ERRORS;
}

/* The fault that strikes with `effect`, on `vp` if it is about one VP; or NULL. */
static inline const struct fault *hv_fault(enum fault_effect effect, const struct vp *vp)
{
	return fault_on(&hv.partition.cfg.faults, effect, vp ? vp->index : FAULT_ANY);
}
