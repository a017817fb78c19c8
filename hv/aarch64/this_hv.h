/* SPDX-License-Identifier: MIT */
/* Part of hv.h: detection and set-up by the instruction HVC, on ARM64. */
#pragma once

#include "hv/hv.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- detection -------------------------------------------------------------------------------- */

struct hvsmp_features {
	bool present;           /* the FADT names Hyper-V, or the vendor's UID is Hyper-V's */
	bool by_uid;            /* it is the UID alone that does */
	bool is_hv1;            /* privileges, hints and limits could be read */
	char vendor[13];        /* "MsHyperV" */
	char interface_name[5]; /* "": there is none */
	uint64_t privileges;    /* HV_PARTITION_PRIVILEGE_MASK */
	uint32_t more;          /* behind the privileges; other bits than x64's */
	uint32_t hints;         /* recommendations; likewise */
	uint32_t vp_limit;      /* VP indexes are below it; 0: not told */
	uint32_t isolation;     /* not asked for */
	bool paravisor;
	uint32_t unread;            /* the register that could not be read; 0: none */
	struct hvsmp_result answer; /* to the call that asked for it */
};

/* At EL1. vendor: the FADT's hypervisor vendor identity; 0: none. */
void hvsmp_detect(struct hvsmp_features *out, const struct hvsmp_host *host, uint64_t vendor);
bool hvsmp_is_isolated(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);
/* On false the reason is written: one distinct text for each missing condition. */
bool hvsmp_may_start_vps(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);
/* Never: VTLs are used on x86-64 alone. */
bool hvsmp_may_use_vtls(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);
/* "10.0.20348.1-0-0"; after hvsmp_setup, as on x64. */
void hvsmp_version(const struct hvsmp_features *f, const struct hvsmp_host *host, char *out,
		   size_t size);
bool hvsmp_has_vp_index(const struct hvsmp_features *f);
/* Never. */
bool hvsmp_recommends_ipi(const struct hvsmp_features *f);
bool hvsmp_recommends_ipi_set(const struct hvsmp_features *f);

/* --- set-up ----------------------------------------------------------------------------------- */

/*
 * Boot processor, after ExitBootServices (before that the firmware owns the OS id). Sets the guest
 * OS id if there is none, reads it back, reads VP_INDEX, and proves the interface by
 * HvCallGetVpIndexFromApicId for the boot processor, which must answer the same. Any error: the
 * interface is not usable and hv->reason says why; what was set here is undone.
 * HVSMP_ERROR_INVALID: it answers another VP, hv->bsp_answer.
 */
enum hvsmp_error hvsmp_setup(struct hvsmp_interface *hv, const struct hvsmp_host *host,
			     const struct hvsmp_setup_config *config);
/* The calling processor's VP index by its own register. HVSMP_ERROR_FAULT: not readable. */
enum hvsmp_error hvsmp_vp_index(const struct hvsmp_host *host, uint32_t *vp_index);
/* Clear the OS id, if it is ours. */
void hvsmp_teardown(struct hvsmp_interface *hv);

/* --- clock registers -------------------------------------------------------------------------- */

bool hvsmp_has_reference_counter(const struct hvsmp_features *f);
/* ctx: a const struct hvsmp_host *. 0 where there is none. */
uint64_t hvsmp_reference_counter(void *ctx);
enum { HVSMP_REFERENCE_COUNTER_HZ = 10000000 };

#ifdef __cplusplus
}
#endif
