/* SPDX-License-Identifier: MIT */
/* Control word, result word, and the one place where a hypercall is made. */
#include "hv/hv.h"
#include "hv/tlfs.h"

uint64_t hv_control(uint16_t code, uint16_t reps, uint16_t start)
{
	return code | (uint64_t)(reps & HV_REP_MASK) << HV_CONTROL_REP_COUNT_SHIFT |
	       (uint64_t)(start & HV_REP_MASK) << HV_CONTROL_REP_START_SHIFT;
}

struct hv_result hv_decode(uint64_t rax)
{
	/* Bits 31:16 and 63:44 are to be ignored, so the word is never compared as a whole. */
	return (struct hv_result){
		.status = {(uint16_t)(rax & HV_RESULT_STATUS_MASK)},
		.reps = (uint16_t)(rax >> HV_RESULT_REPS_SHIFT & HV_REP_MASK),
	};
}

struct hv_result hv_call_raw(const struct hv *hv, uint64_t control, uint64_t input, uint64_t output)
{
	uint64_t rax;
	struct hv_result result;
	enum err e = hv->machine->hypercall(hv->page, control, input, output, &rax);

	result = hv_decode(rax);
	result.err = e;
	return result;
}

struct hv_result hv_call(const struct hv_caller *caller, uint16_t code, uint16_t reps,
			 uint16_t start)
{
	return hv_call_raw(caller->hv, hv_control(code, reps, start), (uint64_t)caller->input,
			   (uint64_t)caller->output);
}
