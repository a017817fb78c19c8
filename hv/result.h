/* SPDX-License-Identifier: MIT */
/* What a hypercall answers, whole, and how it is worded. */
#pragma once

#include "hv/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A status of its own type: it mixes neither with an error enum nor with a bool. */
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
	HVSMP_STATUS_VTL_ALREADY_ENABLED = 0x86,
};

/* One answer. Nothing else is kept of a call, so that a report can word all of it. */
struct hvsmp_result {
	enum hvsmp_error err; /* not HVSMP_OK: there is no answer, status and reps mean nothing */
	struct hvsmp_status status;
	uint16_t reps; /* elements done, counted from element 0 */
};

/*
 * "INVALID_VP_STATE" and so on; "unknown status" for a code that the specification does not name.
 */
const char *hvsmp_status_name(struct hvsmp_status status);

/* Did it answer, and with this status? */
bool hvsmp_answers(const struct hvsmp_result *r, uint16_t code);

/*
 * What follows the call's name: "answers 0x15 (INVALID_VP_STATE)", "faults", "leaves no answer",
 * "has not come back".
 */
enum { HVSMP_ANSWER_SIZE = 72 };
const char *hvsmp_describe(const struct hvsmp_result *r, char out[HVSMP_ANSWER_SIZE]);

#ifdef __cplusplus
}
#endif
