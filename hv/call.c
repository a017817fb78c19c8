/* SPDX-License-Identifier: MIT */
/* Control word, result word, and the one place where a hypercall is made. */
#include "hv/hv.h"
#include "hv/tlfs.h"

uint64_t hvsmp_control(uint16_t code, uint16_t reps, uint16_t start)
{
	return code | (uint64_t)(reps & HVSMP_REP_MASK) << HVSMP_CONTROL_REP_COUNT_SHIFT |
	       (uint64_t)(start & HVSMP_REP_MASK) << HVSMP_CONTROL_REP_START_SHIFT;
}

struct hvsmp_result hvsmp_decode(uint64_t rax)
{
	/* Bits 31:16 and 63:44 are to be ignored, so the word is never compared as a whole. */
	return (struct hvsmp_result){
		.status = {(uint16_t)(rax & HVSMP_RESULT_STATUS_MASK)},
		.reps = (uint16_t)(rax >> HVSMP_RESULT_REPS_SHIFT & HVSMP_REP_MASK),
	};
}

/*
 * In RAX before the call. What answers replaces it, code that makes no hypercall may leave it; as
 * an address it is not canonical, so a page of zeroes, which is `add [rax], al`, faults at once.
 */
#define NO_ANSWER 0x5A5AF00DFFFFFFFFUL

struct hvsmp_result hvsmp_call_raw(const struct hvsmp_interface *hv, uint64_t control,
				   uint64_t input, uint64_t output)
{
	const struct hvsmp_host *host = hv->host;
	struct hvsmp_result result = {HVSMP_ERROR_FAULT, {0}, 0};
	uint64_t rax = NO_ANSWER;
	bool answered = host->hypercall(host->ctx, hv->page.va, control, input, output, &rax);

	if (answered && rax == NO_ANSWER)
		result.err = HVSMP_ERROR_INVALID;
	else if (answered)
		result = hvsmp_decode(rax);
	if (host->trace)
		host->trace(host->ctx, control, &result);
	return result;
}

struct hvsmp_result hvsmp_call(const struct hvsmp_caller *caller, uint16_t code, uint16_t reps,
			       uint16_t start)
{
	return hvsmp_call_raw(caller->hv, hvsmp_control(code, reps, start), caller->input.pa,
			      caller->output.pa);
}
