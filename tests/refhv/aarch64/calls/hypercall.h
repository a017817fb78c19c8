/* SPDX-License-Identifier: MIT */
/*
 * Hypercalls with parameters in memory: 0x9A and 0x99. Pure: guest memory is reached through
 * guest_ram, and what a call decoded is appended to the caller's log line.
 */
#pragma once

#include "tests/refhv/aarch64/calls/vp.h"
#include "tests/refhv/aarch64/cfg.h"

struct hypercall {
	struct arm_cfg *cfg;
	struct vp *const *vps;
	uint32_t vp_count;
	uint32_t physical_bits; /* of an address */
	bool has_os_id;
	/* Where `bytes` at `gpa` can be accessed; NULL if they are not all guest RAM. */
	void *(*guest_ram)(uint64_t gpa, uint64_t bytes);
	struct vp *caller;
	union hv_control control;
	uint64_t input_gpa, output_gpa;
	/* Set for the handler once the generic checks have passed. */
	const void *input;
	void *output;
	/* Results. */
	uint32_t reps_done; /* absolute; stays at rep_start when nothing was done */
	struct vp *started; /* to be launched once the log line is out */
	uint64_t garbage;   /* for the result's reserved bits */
	bool raises_ud;     /* the instruction faults instead of answering */
	bool caller_dies;   /* the caller never gets its answer */
	const char *broken; /* the rule that the guest broke, or NULL */
};

/*
 * Check and carry out a call. The caller fills in what stands above the handler's fields. Returns
 * the result word; fills in the results and the caller's log line.
 */
uint64_t hypercall_dispatch(struct hypercall *call);

/* Handlers. */
enum hv_status map_vp_call(struct hypercall *call);
enum hv_status start_vp_call(struct hypercall *call);

/* One VTL is all there is: another is 6, and what is no VTL 5. */
enum hv_status hypercall_check_vtl(uint8_t target_vtl);
/* False, with call->broken: the padding is not zero. */
bool hypercall_is_zero(struct hypercall *call, const uint8_t *padding, size_t bytes);

/* The register that makes `context` unacceptable (HV_INVALID_REGISTER_VALUE), or NULL. */
const char *context_bad_register(const struct hv_arm_context *context, uint32_t physical_bits);
