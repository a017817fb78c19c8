/* SPDX-License-Identifier: MIT */
/*
 * Hyper-V as an ordinary guest sees it: is it there, may we start processors through it, the
 * hypercall page, and the two calls this project is about. The first layer of the library: it needs
 * what host.h asks for and nothing else, is C11 and C++17, and all its names begin with hvsmp_.
 */
#pragma once

#include "hv/host.h"
#include "hv/result.h"
#include "this_context.h" /* in a folder here of the architecture's name: -iquote hv/NAME */

#ifdef __cplusplus
extern "C" {
#endif

enum { HVSMP_REASON_SIZE = 160 };
#define HVSMP_VP_UNKNOWN 0xFFFFFFFFU

/* --- the interface ---------------------------------------------------------------------------- */

/* The hypercall interface of the partition; the OS id and the page belong to all its VPs. */
struct hvsmp_interface {
	const struct hvsmp_host *host;
	struct hvsmp_memory page;       /* the hypercall page */
	bool page_ours;                 /* we enabled it: false if it was enabled at entry */
	bool os_id_ours;                /* we set it */
	uint32_t bsp_vp_index;          /* by the VP_INDEX register */
	bool is_proved;                 /* HvCallGetVpIndexFromApicId says the same */
	uint32_t proof_calls;           /* calls made to find that out */
	uint32_t bsp_answer;            /* what it says; HVSMP_VP_UNKNOWN: nothing */
	char reason[HVSMP_REASON_SIZE]; /* why hvsmp_setup failed */
};

/*
 * An open-source id (bit 63) of an operating system type that is not registered (0x7F), version in
 * bits 47:16, build in 15:0. For a system that has none of its own.
 */
#define HVSMP_OS_ID 0xFF00000001000000ULL

/* What the architecture's hvsmp_setup is given. */
struct hvsmp_setup_config {
	/*
	 * x64: a free page; the hypervisor lays its own over it. Not used where one is enabled
	 * already.
	 */
	struct hvsmp_memory page;
	/* Set where there is none; 0: there must be one already, which is kept. */
	uint64_t os_id;
	/* For hvsmp_setup: the boot processor's id, and blocks for its proof, 24 bytes and 8. */
	uint64_t bsp_hw_id;
	struct hvsmp_memory input, output;
};

/* --- calls ------------------------------------------------------------------------------------ */

/*
 * One processor's way to make hypercalls: parameter blocks of its own, which no other processor
 * touches. Blocks are 8-byte aligned, do not overlap, and each lies within one 4 KiB page.
 */
struct hvsmp_caller {
	const struct hvsmp_interface *hv;
	struct hvsmp_memory input;
	struct hvsmp_memory output; /* all zero where no call has an output */
	uint8_t vtl;                /* the VTL that calls are aimed at: 0 in an ordinary guest */
};

/* reps and start are 0 for a simple call. */
struct hvsmp_result hvsmp_call(const struct hvsmp_caller *caller, uint16_t code, uint16_t reps,
			       uint16_t start);
/* Any control word, any guest-physical addresses, for callers that want the raw answer. */
struct hvsmp_result hvsmp_call_raw(const struct hvsmp_interface *hv, uint64_t control,
				   uint64_t input, uint64_t output);
uint64_t hvsmp_control(uint16_t code, uint16_t reps, uint16_t start);
struct hvsmp_result hvsmp_decode(uint64_t rax);

/* --- HvCallGetVpIndexFromApicId --------------------------------------------------------------- */

enum hvsmp_map_state {
	HVSMP_MAP_UNASKED,
	HVSMP_MAP_FOUND,   /* vp_index is good */
	HVSMP_MAP_ABSENT,  /* the hypervisor does not know this id */
	HVSMP_MAP_REFUSED, /* an answer that cannot be true, or none */
};

struct hvsmp_map_entry {
	uint64_t hw_id;    /* APIC id */
	uint32_t vp_index; /* HVSMP_VP_UNKNOWN unless found */
	enum hvsmp_map_state state;
	struct hvsmp_result answer; /* of the call that decided */
	uint32_t chain, next;       /* hvsmp_map's own: entries whose answers hash to one bucket */
};

struct hvsmp_map_info {
	uint32_t calls;    /* hypercalls made */
	uint32_t stride;   /* bytes of an element, 4 or 8; 0: one element a call, layout unknown */
	uint32_t elements; /* answered */
	uint32_t bsp_answer; /* the VP index given for the boot processor */
	char reason[HVSMP_REASON_SIZE];
};

/*
 * Find the VP index of every entry, always in VTL 0. Both blocks of the caller must be whole pages;
 * for one entry 24 bytes and 8 will do. The boot processor's known answer (its VP_INDEX register)
 * proves the call, unless hvsmp_setup has, and finds out the layout of the elements; where that
 * stays in doubt, one element is sent a call, which every layout reads alike.
 * limit: VP indexes are below it, 0 if unknown.
 * HVSMP_ERROR_INVALID: the boot processor's answer is not what its register says.
 * HVSMP_ERROR_DENIED, HVSMP_ERROR_FAULT: the call is unavailable.
 * info->reason says why; entries that were answered before that are good.
 */
enum hvsmp_error hvsmp_map(const struct hvsmp_caller *caller, uint64_t bsp_hw_id, uint32_t limit,
			   struct hvsmp_map_entry *entries, size_t count,
			   struct hvsmp_map_info *info);

/* --- HvCallStartVirtualProcessor -------------------------------------------------------------- */

/* The input block, HVSMP_START_INPUT_SIZE bytes. */
void hvsmp_start_vp_fill(void *block, uint32_t vp_index, uint8_t vtl,
			 const struct hvsmp_context *context);

/*
 * Ask the hypervisor to start a VP in this state. Any processor may call, with its own caller.
 * Success means accepted: the VP comes on its own time, or never.
 */
struct hvsmp_result hvsmp_start_vp(const struct hvsmp_caller *caller, uint32_t vp_index,
				   const struct hvsmp_context *context);

/* --- virtual trust levels --------------------------------------------------------------------- */

/* What VsmVpStatus says of the calling VP, and VsmPartitionStatus of all of them. */
struct hvsmp_vtl {
	uint8_t active, maximum;
	uint16_t vp_enabled, partition_enabled; /* a bit each */
};

/* Where VtlCall and VtlReturn lie in the hypercall page of the calling VTL. */
struct hvsmp_vtl_offsets {
	uint16_t call, ret;
};

/*
 * A register of the calling VP, in the calling VTL (0x50). The caller's output block is used: 16
 * bytes, beside the input's 24. HVSMP_ERROR_INVALID: success, and no element done.
 */
struct hvsmp_result hvsmp_get_register(const struct hvsmp_caller *caller, uint32_t name,
				       uint64_t *value);
struct hvsmp_result hvsmp_get_vp_vtl(const struct hvsmp_caller *caller, struct hvsmp_vtl *out);
struct hvsmp_result hvsmp_get_partition_vtl(const struct hvsmp_caller *caller,
					    struct hvsmp_vtl *out);
struct hvsmp_result hvsmp_get_vtl_offsets(const struct hvsmp_caller *caller,
					  struct hvsmp_vtl_offsets *out);

/*
 * The same, written (0x51). The second: a register of a VTL below, in which the VP is when it goes
 * back there. Input block: 48 bytes.
 */
struct hvsmp_result hvsmp_set_register(const struct hvsmp_caller *caller, uint32_t name,
				       uint64_t value);
struct hvsmp_result hvsmp_set_register_of(const struct hvsmp_caller *caller, uint8_t vtl,
					  uint32_t name, uint64_t value);

/* Give the partition a VTL (0x0D). HVSMP_STATUS_INVALID_VTL_STATE: it has it already. */
struct hvsmp_result hvsmp_enable_partition_vtl(const struct hvsmp_caller *caller, uint8_t vtl);
/*
 * Give a VP a VTL (0x0F), which it enters in this state if it comes there from a lower one.
 * HVSMP_STATUS_VTL_ALREADY_ENABLED: it has it already.
 */
struct hvsmp_result hvsmp_enable_vp_vtl(const struct hvsmp_caller *caller, uint32_t vp_index,
					uint8_t vtl, const struct hvsmp_context *context);

/*
 * What VTLs below the caller's may do, each by default and page by page. Writing and executing want
 * reading.
 */
enum {
	HVSMP_MAY_READ = 1 << 0,
	HVSMP_MAY_WRITE = 1 << 1,
	HVSMP_MAY_EXECUTE = 3 << 2, /* in kernel and user mode: apart only with MBEC */
	HVSMP_MAY_ALL = 0xF,
};
/*
 * VsmPartitionConfig: protections count from now on, and pages that no call names may be used for
 * everything; with deny_startup the VTLs below start no VP any more, by no call and no IPI. Neither
 * can be taken back.
 */
struct hvsmp_result hvsmp_protect_partition(const struct hvsmp_caller *caller, bool deny_startup);
/*
 * Protect pages from the VTLs below (0x0C), in as many calls as it takes; *done: how many are. The
 * caller's input block is a whole page, and it says the caller's VTL. pa: page-aligned.
 */
struct hvsmp_result hvsmp_protect(const struct hvsmp_caller *caller, uint64_t pa, uint64_t pages,
				  unsigned int may, uint64_t *done);

/* --- VP sets ---------------------------------------------------------------------------------- */

enum { HVSMP_VP_SET_BANKS = 64, HVSMP_VP_SET_BANK_VPS = 64 };

/* A set of VPs by index, a bit each. */
struct hvsmp_vp_set {
	uint64_t bank[HVSMP_VP_SET_BANKS];
};

/* False: no set can hold an index that large, 4096 or more. */
bool hvsmp_vp_set_add(struct hvsmp_vp_set *set, uint32_t vp_index);
/*
 * The set as calls want it, in a parameter block with `room` bytes left; *banks is the size of
 * their variable header in units of 8 bytes. False: it does not fit.
 */
bool hvsmp_vp_set_pack(const struct hvsmp_vp_set *set, void *out, size_t room, unsigned int *banks);

/* --- interrupts between processors ------------------------------------------------------------ */

enum { HVSMP_IPI_MASK_VPS = 64, HVSMP_IPI_INPUT_SIZE = 8 + 16 + 8 * HVSMP_VP_SET_BANKS };

/*
 * A fixed interrupt to VPs 0 to 63, a bit each (0x0B), or to a set (0x15; needs an input block of
 * HVSMP_IPI_INPUT_SIZE bytes). An empty mask or set makes no call and is a success.
 */
struct hvsmp_result hvsmp_send_ipi(const struct hvsmp_caller *caller, uint8_t vector, uint64_t vps);
struct hvsmp_result hvsmp_send_ipi_set(const struct hvsmp_caller *caller, uint8_t vector,
				       const struct hvsmp_vp_set *set);

/* --- crash ------------------------------------------------------------------------------------ */

struct hvsmp_features;
struct hvsmp_crash {
	uint64_t code, os_id;
	uint64_t image_base;         /* what the offsets of a backtrace count from */
	struct hvsmp_memory message; /* a text within one page; pa 0: none */
	size_t message_size;         /* bytes, without a NUL */
};

/*
 * Tell the host that the guest has crashed; at most once, after which the guest ends itself. Any
 * processor. False: the host does not want to know.
 */
bool hvsmp_crash_tell(const struct hvsmp_features *f, const struct hvsmp_host *host,
		      const struct hvsmp_crash *crash);

#ifdef __cplusplus
}
#endif

#include "this_hv.h" /* detection and set-up, as the architecture has them */
