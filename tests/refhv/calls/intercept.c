/* SPDX-License-Identifier: MIT */
/* See intercept.h. No linear address is told: it would take a decoder of operands to know it. */
#include "tests/refhv/calls/intercept.h"

void intercept_message(struct hv_message *message, const struct intercept *what)
{
	struct hv_memory_intercept *payload = (struct hv_memory_intercept *)message->payload;
	size_t bytes = what->length ? what->length : what->code_bytes;

	*message = (struct hv_message){.type = HV_MESSAGE_GPA_INTERCEPT,
				       .payload_size = HV_INTERCEPT_PAYLOAD_BYTES};
	*payload = (struct hv_memory_intercept){
		.vp_index = what->vp_index,
		.length_and_cr8 =
			(uint8_t)(what->length | (size_t)what->cr8 << HV_INTERCEPT_CR8_SHIFT),
		.access = (uint8_t)what->access,
		.execution_state = what->state,
		.cs = what->cs,
		.rip = what->rip,
		.rflags = what->rflags,
		.cache_type = HV_CACHE_WRITE_BACK,
		.tpr_priority = what->cr8,
		.gpa = what->gpa,
	};
	if (what->access == HV_ACCESS_EXECUTE)
		return; /* there is no instruction to be read */
	payload->code_bytes = (uint8_t)bytes;
	for (size_t i = 0; i < bytes && i < HV_INTERCEPT_CODE_MAX; i++)
		payload->code[i] = what->code[i];
}
