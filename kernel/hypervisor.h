/* SPDX-License-Identifier: MIT */
/* The hypervisor, and whether processors are started by its hypercalls. Private to kernel/. */
#pragma once

#include "hv/hv.h"
#include "lib/pages.h"
#include "smp/smp.h"

/* May 0x99 be used here? */
enum hypercalls {
	HYPERCALLS_NOT_OFFERED, /* by CPUID */
	HYPERCALLS_NOT_WANTED,  /* start=sipi */
	HYPERCALLS_OFFERED,     /* the interface is not set up yet */
	HYPERCALLS_FAILED,      /* it could not be set up */
	HYPERCALLS_OPEN,        /* yes */
	HYPERCALLS_GIVEN_UP,    /* it was open, but the bring-up gave up on it */
};

struct hypervisor {
	struct hvsmp_features features;
	char version[48];          /* of Hv#1, once the interface is set up */
	struct hvsmp_interface hv; /* the interface; usable from HYPERCALLS_OPEN on */
	/* The one answer to whether processors are started by hypercall, and if not, why. */
	enum hypercalls hypercalls;
	const char *reason; /* "" if they are, or are to be */
	uint8_t vtl;        /* in which the kernel has begun */
	bool is_isolated;   /* no processor can be started here, by INIT-SIPI neither */
	char by_cpuid[HVSMP_REASON_SIZE];
	uint64_t fadt_vendor; /* acpi_fadt.hypervisor; 0 until the tables are read */
};

/* The architecture's host.c: this kernel as hv/ sees it. */
extern struct hvsmp_host kernel_host;
/* What is offered, into h->features; the version, into h->version. */
void kernel_detect(struct hypervisor *h);
void kernel_version_of(struct hypervisor *h);

/* log=verbose: a line for each hypercall of the boot processor. */
void hypervisor_trace(void *bsp);

/* CPUID alone: on any stack, before anything is prepared. wanted: start= allows hypercalls. */
void hypervisor_detect(struct hypervisor *h, bool wanted);
/*
 * Boot processor on its own tables (safe MSR access). Guest OS id and hypercall page, proved by
 * what is answered for the boot processor.
 */
void hypervisor_open(struct hypervisor *h, struct pages *pages, struct smp *smp);
/* After smp/ has tried them: it may have given up on hypercalls. */
void hypervisor_settle(struct hypervisor *h, const struct smp *smp);
void hypervisor_close(struct hypervisor *h);

/* Are they offered and wanted? Then a start by INIT-SIPI is a fallback. */
static inline bool hypervisor_is_expected(const struct hypervisor *h)
{
	return h->hypercalls >= HYPERCALLS_OFFERED;
}

/* Do they start processors, or would they if wanted? The report's start_vp. */
static inline bool hypervisor_starts_vps(const struct hypervisor *h)
{
	return h->hypercalls == HYPERCALLS_NOT_WANTED || h->hypercalls == HYPERCALLS_OPEN;
}

/* Has the interface been set up? It stays so until hypervisor_close. */
static inline bool hypervisor_is_open(const struct hypervisor *h)
{
	return h->hypercalls >= HYPERCALLS_OPEN;
}
