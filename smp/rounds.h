/* SPDX-License-Identifier: MIT */
/* Rounds: the same start again, by one method or another, to be measured. */
#pragma once

#include "smp/smp.h"

enum smp_method {
	SMP_HV_SERIAL, /* 0x99 by the boot processor alone */
	SMP_HV_FANOUT, /* 0x99 by every processor that is up */
	SMP_SIPI_SERIAL,
	SMP_SIPI_PARALLEL,
	SMP_SIPI_BROADCAST,
	SMP_METHODS,
};
const char *smp_method_name(enum smp_method method); /* "hv-serial" ... */

/* Boot processor, once, instead of smp_start_all: everything that can be done before a start. */
void smp_rounds_prepare(struct smp *smp, bool may_call);

/*
 * Before the first round or after smp_round_undo: may this method be tried here? False: reason says
 * why not, or why not any more.
 * needs_delay: INIT has to be followed by the manual's delay, which a broadcast does without.
 */
bool smp_method_offered(const struct smp *smp, enum smp_method method, bool needs_delay,
			char reason[HVSMP_REASON_SIZE]);

/*
 * Boot processor: start everything by this method, wait, and enter the verdicts into the ledger.
 * Times are from smp->start_ticks on: the first call or message, nothing before it.
 * Returns when the boot processor knew that all are in, as a time stamp; 0 if it never did.
 */
uint64_t smp_round(struct smp *smp, enum smp_method method);

/*
 * Boot processor, after a round: all processors back to wait-for-SIPI by INIT, and their records as
 * before a start. False, with nothing done: one of them is not known to be parked or never to have
 * been started, so it could come in when it is not expected. reason says which.
 */
bool smp_round_undo(struct smp *smp, char reason[HVSMP_REASON_SIZE]);
