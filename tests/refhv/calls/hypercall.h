/* SPDX-License-Identifier: MIT */
/*
 * Hypercalls. Pure logic: guest memory is reached through partition.guest_ram, and what a call
 * decoded is appended to the caller's log line, which vmm/vmmcall.c emits.
 */
#pragma once

#include "tests/refhv/calls/partition.h"

struct hypercall {
	struct partition *partition;
	struct vp *caller;
	union hv_control control;
	uint64_t input_gpa;
	uint64_t output_gpa;
	/* A fast call's input, and its output behind that; XMM registers if hypercall_uses_xmm. */
	uint64_t fast[HV_FAST_WORDS];
	/* Set for the handler once the generic checks have passed; not for a fast call. */
	const void *input;
	void *output;
	/* Results of the handler. */
	uint64_t ipi_vps[HV_VP_SET_BANKS]; /* targets, interrupted once the line is queued */
	uint8_t ipi_vector;                /* 0: none is sent, and ipi_vps is undefined */
	uint32_t reps_done;                /* absolute; stays at rep_start when nothing was done */
	struct vp *signalled;              /* its SynIC has something to raise */
	struct vp *enabled;                /* it has got enabled_vtl */
	uint8_t enabled_vtl;
	uint32_t protected_pages; /* that have got protected_flags */
	uint32_t protected_flags;
	struct vp *started;   /* to be launched once the log line is queued */
	uint64_t garbage;     /* for the result's reserved bits */
	bool raises_ud;       /* the instruction faults instead of answering */
	bool caller_dies;     /* the caller never gets its answer */
	bool is_suspended;    /* the started VP will not run */
	bool restarts;        /* `started` runs: it is stopped before it gets `next` */
	struct vp_start next; /* how `started` begins */
	bool awaits;          /* the answer waits for `started` to rest */
	const char *broken;   /* the rule that the guest broke, or NULL */
	const char *odd;      /* one that hypervisors do not hold it to, or NULL */
};

/* Has a fast call of this code more input or output than two registers hold? */
bool hypercall_uses_xmm(union hv_control control);

/*
 * Check and carry out a call. The caller fills in partition, caller, control, both addresses and
 * what XMM registers a fast call has.
 * Returns the result word; fills in the results and the log line.
 */
uint64_t hypercall_dispatch(struct hypercall *call);

/*
 * Handlers: TLFS, HvCallGetVpIndexFromApicId, HvCallStartVirtualProcessor,
 * HvCallSendSyntheticClusterIpi with its Ex form, HvCallEnablePartitionVtl, HvCallEnableVpVtl,
 * HvCallGetVpRegisters and HvCallSetVpRegisters.
 */
enum hv_status map_vp_call(struct hypercall *call);
enum hv_status start_vp_call(struct hypercall *call);
enum hv_status send_ipi_call(struct hypercall *call);
enum hv_status send_ipi_ex_call(struct hypercall *call);
/* And HvCallPostMessage, HvCallSignalEvent, HvCallModifyVtlProtectionMask: under the lock. */
enum hv_status post_message_call(struct hypercall *call);
enum hv_status signal_event_call(struct hypercall *call);
enum hv_status enable_partition_vtl_call(struct hypercall *call);
enum hv_status enable_vtl_call(struct hypercall *call);
enum hv_status get_registers_call(struct hypercall *call);
enum hv_status set_registers_call(struct hypercall *call);
enum hv_status protect_call(struct hypercall *call);

/* VP_ASSIST_PAGE, as a register or as an MSR. False: it names what is not RAM. */
bool vp_assist_write(const struct partition *partition, struct vp *vp, uint32_t vtl,
		     uint64_t value);

/*
 * The fault that strikes this call with `effect`, or NULL. `vp` is the VP that the call is about,
 * `apic` the APIC id that it names; FAULT_ANY where there is none.
 */
static inline const struct fault *
hypercall_fault(const struct hypercall *call, enum fault_effect effect, uint32_t vp, uint32_t apic)
{
	return fault_strike(&call->partition->cfg.faults, effect, vp, call->caller->index, apic);
}

/* Faults that any call can have: #UD, garbage in the result. */
void hypercall_common_faults(struct hypercall *call, enum fault_effect ud,
			     enum fault_effect garbage, uint32_t vp);

/* Padding ought to be zero; notes it if it is not. False: and the configuration refuses it. */
bool hypercall_is_zero(struct hypercall *call, const void *padding, size_t bytes);

/* A VTL as a plain number: beyond 2 or with other bits -> 5, above the caller's -> 6. */
enum hv_status hypercall_check_vtl(const struct hypercall *call, uint8_t target_vtl);

/* One as HV_INPUT_VTL: the same, and reserved bits -> 5. Which VTL it names. */
enum hv_status hypercall_check_input_vtl(const struct hypercall *call, uint8_t vtl);
uint32_t hypercall_input_vtl(const struct hypercall *call, uint8_t vtl);

/* The input that 0x99 and 0x0F share, to the log; `target` may be NULL. */
void hypercall_log_context(struct line *line, const struct hv_start_input *input,
			   const struct vp *target);

/* The register that makes `context` unacceptable (HV_INVALID_REGISTER_VALUE), or NULL. */
const char *context_bad_register(const struct hv_vp_context *context,
				 const struct cpu_limits *limits);
/* The same for 0x0F and 0x99, which note or refuse padding that is not zero as well. */
const char *hypercall_bad_register(struct hypercall *call, const struct hv_vp_context *context);
