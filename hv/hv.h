/* SPDX-License-Identifier: MIT */
/*
 * Hyper-V as an ordinary guest sees it: is it there, may we start processors through it, the
 * hypercall page, and the two calls this project is about. Nothing here allocates but hvsmp_setup, and
 * nothing prints: every failure leaves a text with the expected and the actual value.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "lib/err.h"
#include "lib/pages.h"

enum { HVSMP_REASON_SIZE = 160, HVSMP_VP_UNKNOWN = 0xFFFFFFFF };

/* --- statuses ---------------------------------------------------------------------------------- */

/* A status of its own type: it mixes neither with enum err nor with a bool. */
struct hvsmp_status {
	uint16_t code;
};

/* TLFS, HV_STATUS; only those that the code acts on. */
enum {
	HVSMP_STATUS_SUCCESS = 0x00,
	HVSMP_STATUS_INVALID_HYPERCALL_CODE = 0x02,
	HVSMP_STATUS_INVALID_HYPERCALL_INPUT = 0x03,
	HVSMP_STATUS_INVALID_ALIGNMENT = 0x04,
	HVSMP_STATUS_INVALID_PARAMETER = 0x05,
	HVSMP_STATUS_ACCESS_DENIED = 0x06,
	HVSMP_STATUS_INVALID_PARTITION_ID = 0x0D,
	HVSMP_STATUS_INVALID_VP_INDEX = 0x0E,
	HVSMP_STATUS_INVALID_VP_STATE = 0x15,
	HVSMP_STATUS_INVALID_REGISTER_VALUE = 0x50,
	HVSMP_STATUS_INVALID_VTL_STATE = 0x51,
	HVSMP_STATUS_TIME_OUT = 0x78,
	HVSMP_STATUS_CALL_PENDING = 0x79,
};

/* "INVALID_VP_STATE" and so on; "unknown status" for a code that the specification does not name. */
const char *hvsmp_status_name(struct hvsmp_status status);
bool hvsmp_status_is(struct hvsmp_status status, uint16_t code);

/* --- detection --------------------------------------------------------------------------------- */

typedef struct arch_cpuid (*hvsmp_cpuid_fn)(uint32_t leaf, uint32_t subleaf);

struct hvsmp_features {
	bool present;      /* CPUID.1:ECX[31] */
	bool is_hv1;       /* leaf 0x40000001 says "Hv#1" and the range is long enough */
	char vendor[13];   /* diagnostic only: KVM has another one */
	char interface[5]; /* "Hv#1"; "." for what cannot be printed */
	uint32_t interface_id;
	uint32_t behind; /* leaf of Hyper-V's range behind another hypervisor's; 0: none */
	uint32_t highest_leaf;
	uint64_t privileges;   /* HV_PARTITION_PRIVILEGE_MASK */
	uint32_t features_edx; /* leaf 0x40000003 EDX */
	uint32_t hints;        /* leaf 0x40000004 EAX: recommendations */
	uint32_t vp_limit;     /* VP indexes are below it; 0: not told */
	uint32_t isolation;    /* 0 none, 1 VBS, 2 SNP, 3 TDX */
};

void hvsmp_detect(struct hvsmp_features *out, hvsmp_cpuid_fn cpuid);

/*
 * May this guest map APIC ids and start VPs by hypercall? On false the reason is written: one
 * distinct text for each missing condition.
 */
bool hvsmp_may_start_vps(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE]);

/* "10.0.20348.1-0-0" from leaf 0x40000002; zero until a guest OS id is set, so ask after hvsmp_setup. */
void hvsmp_version(const struct hvsmp_features *f, hvsmp_cpuid_fn cpuid, char *out, size_t size);

/* --- set-up ------------------------------------------------------------------------------------ */

/* The registers and the call, so that the host tests can put a scripted hypervisor in their place. */
struct hvsmp_machine {
	enum err (*msr_read)(uint32_t msr, uint64_t *value);
	enum err (*msr_write)(uint32_t msr, uint64_t value);
	enum err (*hypercall)(uint64_t page, uint64_t control, uint64_t input, uint64_t output,
			      uint64_t *result);
	enum err (*map_executable)(uint64_t page); /* readable and executable, not writable */
};

/* The hypercall interface of the partition; the OS id and the page belong to all its VPs. */
struct hvsmp_interface {
	const struct hvsmp_machine *machine;
	uint64_t page;                  /* guest-physical address of the hypercall page */
	bool page_ours;                 /* we enabled it: false if it was enabled at entry */
	uint32_t bsp_vp_index;          /* by the VP_INDEX MSR */
	char reason[HVSMP_REASON_SIZE]; /* why hvsmp_setup failed */
};

/*
 * Boot processor, after ExitBootServices (before that the firmware owns both MSRs). Sets the guest
 * OS id if there is none, enables the hypercall page or takes over the enabled one, reads everything
 * back, makes an invalid call that must answer status 2, and reads VP_INDEX.
 * Any error: the interface is not usable and hv->reason says why; what we enabled is undone.
 */
enum err hvsmp_setup(struct hvsmp_interface *hv, const struct hvsmp_machine *machine,
		     struct pages *pages);
/* The same without VP_INDEX, for a partition that may not read it. */
enum err hvsmp_setup_page(struct hvsmp_interface *hv, const struct hvsmp_machine *machine,
			  struct pages *pages);

/* The calling processor's VP index by its own MSR. ERR_FAULT: not readable. */
enum err hvsmp_vp_index(const struct hvsmp_machine *machine, uint32_t *vp_index);
/* Does the partition have the privilege to read it? */
bool hvsmp_has_vp_index(const struct hvsmp_features *f);

/* Disable our hypercall page and clear our OS id. */
void hvsmp_teardown(struct hvsmp_interface *hv);

/* --- calls ------------------------------------------------------------------------------------- */

/*
 * One processor's way to make hypercalls: parameter blocks of its own, which nobody else touches.
 * Blocks are 8-byte aligned, identity-mapped, do not overlap, and each lies within one 4 KiB page.
 */
struct hvsmp_caller {
	const struct hvsmp_interface *hv;
	void *input;
	void *output; /* may be NULL where a call has no output */
	uint8_t vtl;  /* the VTL that calls are aimed at: 0 in an ordinary guest */
};

struct hvsmp_result {
	enum err err; /* ERR_FAULT: the call itself faulted; status and reps mean nothing then */
	struct hvsmp_status status;
	uint16_t reps; /* elements done, counted from element 0 */
};

/* reps and start are 0 for a simple call. */
struct hvsmp_result hvsmp_call(const struct hvsmp_caller *caller, uint16_t code, uint16_t reps,
			       uint16_t start);
/* Any control word, any guest-physical addresses: for who wants to see what is answered. */
struct hvsmp_result hvsmp_call_raw(const struct hvsmp_interface *hv, uint64_t control,
				   uint64_t input, uint64_t output);
uint64_t hvsmp_control(uint16_t code, uint16_t reps, uint16_t start);
struct hvsmp_result hvsmp_decode(uint64_t rax);

/* --- HvCallGetVpIndexFromApicId ---------------------------------------------------------------- */

enum hvsmp_map_state {
	HVSMP_MAP_UNASKED,
	HVSMP_MAP_FOUND,   /* vp_index is good */
	HVSMP_MAP_ABSENT,  /* the hypervisor does not know this APIC id */
	HVSMP_MAP_REFUSED, /* an answer that cannot be true, or none */
};

struct hvsmp_map_entry {
	uint32_t apic_id;
	uint32_t vp_index; /* HVSMP_VP_UNKNOWN unless found */
	enum hvsmp_map_state state;
	struct hvsmp_status status; /* of the call that decided */
	uint32_t chain, next;       /* hvsmp_map's own: entries whose answers fall together */
};

struct hvsmp_map_info {
	uint32_t calls;    /* hypercalls made */
	uint32_t stride;   /* bytes of an element, 4 or 8; 0: one element a call, layout unknown */
	uint32_t elements; /* answered */
	uint32_t bsp_answer; /* the VP index given for the BSP */
	char reason[HVSMP_REASON_SIZE];
};

/*
 * Find the VP index of every entry. The caller's output block must be a whole page, and its input
 * block too. The BSP's known answer (its VP_INDEX MSR) proves the call and finds out the layout of
 * the elements; where that stays in doubt, one element is sent a call, which every layout reads alike.
 * limit: VP indexes are below it, 0 if unknown.
 * ERR_INVALID: the BSP's answer is not what its MSR says. ERR_DENIED, ERR_FAULT: the call is not to
 * be had. info->reason says why; entries that were answered before that are good.
 */
enum err hvsmp_map(const struct hvsmp_caller *caller, uint32_t bsp_apic_id, uint32_t limit,
		   struct hvsmp_map_entry *entries, size_t count, struct hvsmp_map_info *info);

/* --- HvCallStartVirtualProcessor --------------------------------------------------------------- */

struct hvsmp_start_vp_input;
void hvsmp_start_vp_fill(struct hvsmp_start_vp_input *in, uint32_t vp_index, uint8_t vtl,
			 const struct arch_state *state);

enum { HVSMP_START_INPUT_SIZE = 240 };

/*
 * Ask the hypervisor to start a VP with this state. Any processor may call, with its own caller.
 * Success means accepted: the VP comes on its own time, or never.
 */
struct hvsmp_result hvsmp_start_vp(const struct hvsmp_caller *caller, uint32_t vp_index,
				   const struct arch_state *state);

/* --- VP sets ------------------------------------------------------------------------------------- */

enum { HVSMP_VP_SET_BANKS = 64, HVSMP_VP_SET_BANK_VPS = 64 };

/* A set of VPs by index, a bit each; all zero: nobody. */
struct hvsmp_vp_set {
	uint64_t bank[HVSMP_VP_SET_BANKS];
};

/* False: no set can hold an index that large, 4096 or more. */
bool hvsmp_vp_set_add(struct hvsmp_vp_set *set, uint32_t vp_index);
/*
 * The set as calls want it, in a parameter block with `room` bytes left; *banks is the size of their
 * variable header in units of 8 bytes. False: it does not fit.
 */
bool hvsmp_vp_set_pack(const struct hvsmp_vp_set *set, void *out, size_t room, unsigned int *banks);

/* --- interrupts between processors --------------------------------------------------------------- */

enum { HVSMP_IPI_MASK_VPS = 64, HVSMP_IPI_INPUT_SIZE = 8 + 16 + 8 * HVSMP_VP_SET_BANKS };

/* Does the hypervisor recommend IPIs by hypercall, and with sets of VPs? */
bool hvsmp_recommends_ipi(const struct hvsmp_features *f);
bool hvsmp_recommends_ipi_set(const struct hvsmp_features *f);

/*
 * A fixed interrupt to VPs 0 to 63, a bit each (0x0B), or to a set (0x15; needs an input block of
 * HVSMP_IPI_INPUT_SIZE bytes). Nobody named: nothing is called, success.
 */
struct hvsmp_result hvsmp_send_ipi(const struct hvsmp_caller *caller, uint8_t vector, uint64_t vps);
struct hvsmp_result hvsmp_send_ipi_set(const struct hvsmp_caller *caller, uint8_t vector,
				       const struct hvsmp_vp_set *set);

/* --- crash --------------------------------------------------------------------------------------- */

struct hvsmp_crash {
	uint64_t code;
	uint64_t image_base; /* what the offsets of a backtrace count from */
	const char *text;
};

/*
 * Tell the host that the guest has crashed; at most once, after which the guest ends itself. Any
 * processor. False: the host does not want to know.
 */
bool hvsmp_crash_tell(const struct hvsmp_features *f, const struct hvsmp_machine *machine,
		      const struct hvsmp_crash *crash);

/* --- clock registers --------------------------------------------------------------------------- */

/* Hertz of the time stamp counter by the hypervisor's word; 0 if it does not say. */
uint64_t hvsmp_tsc_hz(const struct hvsmp_features *f, const struct hvsmp_machine *machine);
/* Is there a reference counter (10 MHz) to measure against? */
bool hvsmp_has_reference_counter(const struct hvsmp_features *f);
/* The counter; ctx: struct hvsmp_machine *. 0 if the read faults. */
uint64_t hvsmp_reference_counter(void *ctx);
enum { HVSMP_REFERENCE_COUNTER_HZ = 10000000 };
