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

/*
 * An open-source id (bit 63) of an operating system type that is not registered (0x7F), version in
 * bits 47:16, build in 15:0. For a system that has none of its own.
 */
#define HVSMP_OS_ID 0xFF00000001000000ULL

struct hvsmp_setup_config {
	struct hvsmp_memory page; /* x64's: nothing is laid over a page here */
	uint64_t os_id;
	uint64_t bsp_hw_id;
	struct hvsmp_memory input, output;
};

/* HVSMP_ERROR_DENIED, with hv->reason. */
enum hvsmp_error hvsmp_setup(struct hvsmp_interface *hv, const struct hvsmp_host *host,
			     const struct hvsmp_setup_config *config);
/* HVSMP_ERROR_FAULT: the register is read by hypercall. */
enum hvsmp_error hvsmp_vp_index(const struct hvsmp_host *host, uint32_t *vp_index);
void hvsmp_teardown(struct hvsmp_interface *hv);

/* --- crash ------------------------------------------------------------------------------------ */

struct hvsmp_crash {
	uint64_t code, os_id;
	uint64_t image_base;         /* what the offsets of a backtrace count from */
	struct hvsmp_memory message; /* a text within one page; pa 0: none */
	size_t message_size;         /* bytes, without a NUL */
};

/* False: the host does not want to know. */
bool hvsmp_crash_tell(const struct hvsmp_features *f, const struct hvsmp_host *host,
		      const struct hvsmp_crash *crash);

/* --- clock registers -------------------------------------------------------------------------- */

bool hvsmp_has_reference_counter(const struct hvsmp_features *f);
/* ctx: a const struct hvsmp_host *. 0 where there is none. */
uint64_t hvsmp_reference_counter(void *ctx);
enum { HVSMP_REFERENCE_COUNTER_HZ = 10000000 };

#ifdef __cplusplus
}
#endif
