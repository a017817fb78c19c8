/* SPDX-License-Identifier: MIT */
/*
 * Part of hv.h: detection by CPUID, set-up by MSR, and the registers that only x64 reaches that
 * way.
 */
#pragma once

#include "hv/hv.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- detection -------------------------------------------------------------------------------- */

struct hvsmp_features {
	bool present;           /* CPUID.1:ECX[31] */
	bool is_hv1;            /* leaf 0x40000001 says "Hv#1" and the range is long enough */
	char vendor[13];        /* diagnostic only: KVM has another one */
	char interface_name[5]; /* "Hv#1"; "." for what cannot be printed */
	uint32_t interface_id;
	uint32_t behind; /* leaf of Hyper-V's range behind another hypervisor's; 0: none */
	uint32_t highest_leaf;
	uint64_t privileges;   /* HV_PARTITION_PRIVILEGE_MASK */
	uint32_t features_edx; /* leaf 0x40000003 EDX */
	uint32_t hints;        /* leaf 0x40000004 EAX: recommendations */
	uint32_t vp_limit;     /* VP indexes are below it; 0: not told */
	uint32_t isolation;    /* 0 none, 1 VBS, 2 SNP, 3 TDX; HVSMP_ISOLATION_UNKNOWN */
	bool paravisor;        /* serves an isolated guest's calls as if it were none */
};

/* It is announced, and the leaf that would say which is missing. */
#define HVSMP_ISOLATION_UNKNOWN 0xFFFFFFFFU

void hvsmp_detect(struct hvsmp_features *out, hvsmp_cpuid_fn cpuid);

/*
 * Is this an isolated VM without a paravisor, or perhaps one? There a start context means something
 * else, and INIT-SIPI starts no processor either. On true the reason is written, one for each kind.
 */
bool hvsmp_is_isolated(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);

/*
 * May this guest map APIC ids and start VPs by hypercall? On false the reason is written: one
 * distinct text for each missing condition.
 */
bool hvsmp_may_start_vps(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);

/*
 * May this guest ask in which VTL it is, and enable VTL 1? On false the reason is written. Whether
 * the partition can have one is hvsmp_get_partition_vtl's to say.
 */
bool hvsmp_may_use_vtls(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);

/*
 * "10.0.20348.1-0-0" from leaf 0x40000002. The specification has it zero until a guest OS id is
 * set, real hosts do not: ask after hvsmp_setup.
 */
void hvsmp_version(const struct hvsmp_features *f, hvsmp_cpuid_fn cpuid, char *out, size_t size);

/* Does the partition have the privilege to read VP_INDEX? */
bool hvsmp_has_vp_index(const struct hvsmp_features *f);
/* Does the hypervisor recommend IPIs by hypercall, and with sets of VPs? */
bool hvsmp_recommends_ipi(const struct hvsmp_features *f);
bool hvsmp_recommends_ipi_set(const struct hvsmp_features *f);

/* --- set-up ----------------------------------------------------------------------------------- */

/*
 * Boot processor, after ExitBootServices (before that the firmware owns both MSRs). Sets the guest
 * OS id if there is none, enables the hypercall page or takes over the enabled one, reads
 * everything back, reads VP_INDEX, and proves the page by HvCallGetVpIndexFromApicId for the boot
 * processor, which must answer the same. Any error: the interface is not usable and hv->reason says
 * why; what was enabled here is undone. HVSMP_ERROR_INVALID: it answers another VP, hv->bsp_answer.
 */
enum hvsmp_error hvsmp_setup(struct hvsmp_interface *hv, const struct hvsmp_host *host,
			     const struct hvsmp_setup_config *config);
/*
 * The same for a partition that may not read VP_INDEX, or not ask for it: a call of an unassigned
 * code takes the proof's place, and only a malformed answer to it condemns the page.
 */
enum hvsmp_error hvsmp_setup_page(struct hvsmp_interface *hv, const struct hvsmp_host *host,
				  const struct hvsmp_setup_config *config);

/*
 * Guest OS id and HYPERCALL as they are in the calling VTL now: each VTL has its own. False: not
 * readable.
 */
bool hvsmp_setup_read(const struct hvsmp_host *host, uint64_t *os_id, uint64_t *hypercall);

/* The calling processor's VP index by its own register. HVSMP_ERROR_FAULT: not readable. */
enum hvsmp_error hvsmp_vp_index(const struct hvsmp_host *host, uint32_t *vp_index);

/* Disable the hypercall page and clear the OS id, each if it is ours. */
void hvsmp_teardown(struct hvsmp_interface *hv);

/* --- a VTL that watches the one below --------------------------------------------------------- */

/*
 * May it be told of what VTLs below are kept from? On false the reason is written. What
 * hvsmp_may_use_vtls asks for is not asked for again.
 */
bool hvsmp_may_intercept(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);

/* Of one VP, in the calling VTL: its VP assist page, and the page of its SynIC's messages. */
struct hvsmp_intercepts {
	const struct hvsmp_host *host;
	struct hvsmp_memory assist, messages;
};

/*
 * The calling VP: enable both pages, and let SINT0 raise this vector, which has to be ended at the
 * APIC. Nothing is believed that does not read back. On an error the reason is written.
 */
enum hvsmp_error hvsmp_intercepts_open(const struct hvsmp_intercepts *i, uint8_t vector,
				       char reason[HVSMP_REASON_SIZE]);

/* Why the VP is in this VTL, as the assist page has it. */
enum { HVSMP_ENTRY_CALL = 1, HVSMP_ENTRY_INTERRUPT = 2 };
uint32_t hvsmp_entry_reason(const struct hvsmp_intercepts *i);
/* RAX and RCX of the VTL below, for a return that is not fast. */
void hvsmp_return_with(const struct hvsmp_intercepts *i, uint64_t rax, uint64_t rcx);

/* An access to a protected page, which has not happened. */
struct hvsmp_intercept {
	uint32_t vp_index;
	uint8_t access; /* HVSMP_ACCESS_... */
	uint8_t length; /* of the instruction; 0: not told */
	uint64_t rip, gva, gpa;
};
enum { HVSMP_ACCESS_READ, HVSMP_ACCESS_WRITE, HVSMP_ACCESS_EXECUTE };
/* False: there is none. *type, if not NULL: of the message that is there instead; 0: none. */
bool hvsmp_intercept_read(const struct hvsmp_intercepts *i, struct hvsmp_intercept *out,
			  uint32_t *type);
/* The slot is free for the next one. */
void hvsmp_intercept_done(const struct hvsmp_intercepts *i);
/*
 * What the VTL below is to do when it goes on: what follows the instruction; or, where its length
 * is not told, a general protection fault.
 */
struct hvsmp_result hvsmp_intercept_skip(const struct hvsmp_caller *caller, uint8_t vtl,
					 const struct hvsmp_intercept *intercept);

/* --- clock registers -------------------------------------------------------------------------- */

/* Hertz of the time stamp counter by the hypervisor's word; 0 if it does not say. */
uint64_t hvsmp_tsc_hz(const struct hvsmp_features *f, const struct hvsmp_host *host);
/* Is there a reference counter (10 MHz) to measure against? */
bool hvsmp_has_reference_counter(const struct hvsmp_features *f);
/* The counter; ctx: a const struct hvsmp_host *. 0 if the read faults. */
uint64_t hvsmp_reference_counter(void *ctx);
enum { HVSMP_REFERENCE_COUNTER_HZ = 10000000 };

#ifdef __cplusplus
}
#endif
