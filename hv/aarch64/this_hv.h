/* SPDX-License-Identifier: MIT */
/*
 * Part of hv.h: detection on ARM64. A hypervisor is recognised, and that is all so far: no
 * hypercall is made, so hvsmp_may_start_vps says no, and nothing that would need one is offered.
 */
#pragma once

#include "hv/hv.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- detection -------------------------------------------------------------------------------- */

/* As on x64; what would be read by hypercall is 0. */
struct hvsmp_features {
	bool present;           /* the FADT names Hyper-V */
	bool is_hv1;            /* its interface can be used: never, so far */
	char vendor[13];        /* as the FADT says it */
	char interface_name[5]; /* "" */
	uint64_t privileges;    /* HV_PARTITION_PRIVILEGE_MASK */
	uint32_t hints;
	uint32_t vp_limit;
	uint32_t isolation;
	bool paravisor;
};

/* vendor: the FADT's hypervisor vendor identity; 0: none. */
void hvsmp_detect(struct hvsmp_features *out, uint64_t vendor);
bool hvsmp_is_isolated(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);
/* On false the reason is written. */
bool hvsmp_may_start_vps(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);
/* Never: VTLs are used on x86-64 alone. */
bool hvsmp_may_use_vtls(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);
bool hvsmp_has_vp_index(const struct hvsmp_features *f);
bool hvsmp_recommends_ipi(const struct hvsmp_features *f);
bool hvsmp_recommends_ipi_set(const struct hvsmp_features *f);

/* --- set-up ----------------------------------------------------------------------------------- */

/* HVSMP_ERROR_DENIED, with hv->reason. */
enum hvsmp_error hvsmp_setup(struct hvsmp_interface *hv, const struct hvsmp_host *host,
			     const struct hvsmp_setup_config *config);
/* HVSMP_ERROR_FAULT: the register is read by hypercall. */
enum hvsmp_error hvsmp_vp_index(const struct hvsmp_host *host, uint32_t *vp_index);
void hvsmp_teardown(struct hvsmp_interface *hv);

/* --- clock registers -------------------------------------------------------------------------- */

bool hvsmp_has_reference_counter(const struct hvsmp_features *f);
/* ctx: a const struct hvsmp_host *. 0 where there is none. */
uint64_t hvsmp_reference_counter(void *ctx);
enum { HVSMP_REFERENCE_COUNTER_HZ = 10000000 };

#ifdef __cplusplus
}
#endif
