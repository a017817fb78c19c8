/* SPDX-License-Identifier: MIT */
/*
 * PSCI as the second rung (Arm DEN0022): AFFINITY_INFO says whether a processor is off, which no
 * message tells on x86; then CPU_ON, which is answered at once for each. What a processor that is
 * not off is doing is somebody else's affair: it is let alone.
 */
#pragma once

#include "start/start.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Answers of AFFINITY_INFO, and of CPU_ON. */
enum hvsmp_psci_affinity { HVSMP_PSCI_ON, HVSMP_PSCI_OFF, HVSMP_PSCI_ON_PENDING };
enum hvsmp_psci_answer {
	HVSMP_PSCI_SUCCESS = 0,
	HVSMP_PSCI_NOT_SUPPORTED = -1,
	HVSMP_PSCI_INVALID_PARAMETERS = -2,
	HVSMP_PSCI_DENIED = -3,
	HVSMP_PSCI_ALREADY_ON = -4,
	HVSMP_PSCI_ALREADY_PENDING = -5,
	HVSMP_PSCI_INTERNAL_FAILURE = -6,
	HVSMP_PSCI_NOT_PRESENT = -7,
	HVSMP_PSCI_INVALID_ADDRESS = -9,
};

/* Why a processor was not asked to come, or did not want to. */
enum hvsmp_psci_step { HVSMP_PSCI_AFFINITY_INFO, HVSMP_PSCI_CPU_ON };

struct hvsmp_psci {
	void *ctx;
	/* Both calls, for one processor. False: the call itself was impossible. */
	bool (*affinity_info)(void *ctx, const struct hvsmp_cpu *cpu, int64_t *answer);
	bool (*cpu_on)(void *ctx, const struct hvsmp_cpu *cpu, int64_t *answer);
	/* Make the entry code ready for every candidate. False: PSCI is impossible. */
	bool (*prepare)(void *ctx, struct hvsmp_start *start);
	/* One that is not coming: by which call, and what it answered; made: it answered at all. */
	void (*refused)(void *ctx, const struct hvsmp_cpu *cpu, enum hvsmp_psci_step step,
			bool made, int64_t answer);
	uint32_t messages; /* calls of CPU_ON made */
};

/* The rung; its ctx is a struct hvsmp_psci. */
extern const struct hvsmp_rung hvsmp_psci_rung;

const char *hvsmp_psci_answer_name(int64_t answer);

#ifdef __cplusplus
}
#endif
