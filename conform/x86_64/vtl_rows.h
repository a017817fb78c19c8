/* SPDX-License-Identifier: MIT */
/* Rows of the calls that concern a VTL: what the files that make them have in common. */
#pragma once

#include "conform/internal.h"

#define VTL_ENABLE    HVSMP_CALL_ENABLE_PARTITION_VTL
#define VTL_ENABLE_VP HVSMP_CALL_ENABLE_VP_VTL
#define VTL_READ      HVSMP_CALL_GET_VP_REGISTERS

#define VTL_ABOVE     (ALLOW_DENIED | ALLOW_PARAMETER | ALLOW_VTL_STATE)

/* Of VsmVpStatus. */
#define VTL_ACTIVE        HVSMP_VSM_VTL_MASK
#define VTL_ENABLED(vtls) ((uint64_t)(vtls) << HVSMP_VSM_VP_ENABLED_SHIFT)
#define VTL_0_AND_1       3U

/* SELF first: the target of a row that says nothing. */
enum vtl_target { VTL_SELF, VTL_OTHER, VTL_NOBODY };

struct vtl_row {
	const char *name;
	uint16_t code;
	unsigned int allowed;
	uint64_t partition_flip;
	enum vtl_target target;
	uint8_t vtl, flags;
	bool bad_context;
	uint32_t reg;
	uint64_t mask, expected; /* of the register's value, if the call succeeds */
};

/* --- vtl_call.c ------------------------------------------------------------------------------- */

/*
 * With 0x0F this is the context, and `other` who is not the caller; NULL: any AP that is known. Did
 * the call succeed?
 */
bool vtl_call(struct bench *b, const struct vtl_row *row, const struct hvsmp_context *context,
	      const struct bench_vp *other);
/* The same as a row of its own. */
bool vtl_row(struct bench *b, const struct vtl_row *row, const struct hvsmp_context *context,
	     const struct bench_vp *other);
/* One element of 0x9A with this TargetVtl, for this APIC id. */
void vtl_map_row(struct bench *b, const char *name, unsigned int allowed, uint8_t vtl,
		 uint32_t apic_id);
/* 0x99 and 0x9A with a TargetVtl that is not above the caller's, and that this VP lacks. */
void vtl_lacking_rows(struct bench *b, uint8_t vtl, const struct bench_vp *vp, const char *reason);

/* --- vtl1.c ----------------------------------------------------------------------------------- */

/* Where the boot processor enters VTL 1. NULL: no memory. */
const struct hvsmp_context *vtl1_prepare(struct bench *b);
/* There by VtlCall, the rows from VTL 1, and back. reason: why they cannot be made; NULL. */
void vtl1_rows(struct bench *b, const char *reason);
/* VtlCall before the boot processor has VTL 1, and VtlReturn from VTL 0. */
void vtl1_refused_rows(struct bench *b, const char *reason);
