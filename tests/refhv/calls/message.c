/* SPDX-License-Identifier: MIT */
/*
 * HvCallPostMessage (0x5C) and HvCallSignalEvent (0x5D). Connections are made by the test device
 * alone (vmm/test_device.c), so without it every one is unknown. There is room for one message
 * whose slot is taken; then the caller is told (0x13) and may try again.
 */
#include "tests/refhv/calls/hypercall.h"

static const struct connection *find(const struct hypercall *call, uint32_t id,
				     enum connection_kind kind)
{
	const struct connection *c = &call->partition->connections[id % CONNECTIONS];

	return id < CONNECTIONS && c->kind == kind ? c : NULL;
}

enum hv_status post_message_call(struct hypercall *call)
{
	const struct hv_post_input *input = call->input;
	const struct connection *c = find(call, input->connection, CONNECTION_MESSAGE);
	struct hv_message message = {.type = input->type, .sender = input->connection};

	line_add(&call->caller->line, " connection=0x%x type=0x%x size=%u", input->connection,
		 input->type, input->size);
	if (input->size > HV_MESSAGE_PAYLOAD || input->type & HV_MESSAGE_RESERVED || !input->type)
		return HV_INVALID_PARAMETER;
	if (!c)
		return HV_INVALID_CONNECTION_ID;
	message.payload_size = (uint8_t)input->size;
	for (uint32_t i = 0; i < input->size; i++)
		message.payload[i] = input->payload[i];
	if (!synic_send(&c->target->vtl[call->partition->cfg.vtl].synic, c->sint, &message))
		return HV_INSUFFICIENT_BUFFERS;
	call->signalled = c->target;
	return HV_SUCCESS;
}

enum hv_status signal_event_call(struct hypercall *call)
{
	struct hv_signal_input input;
	const struct connection *c;

	if (call->control.fast)
		input = (struct hv_signal_input){.connection = (uint32_t)call->input_gpa,
						 .flag = (uint16_t)(call->input_gpa >> 32)};
	else
		input = *(const struct hv_signal_input *)call->input;
	line_add(&call->caller->line, " connection=0x%x flag=%u", input.connection,
		 (unsigned int)input.flag);
	c = find(call, input.connection, CONNECTION_EVENT);
	if (!c)
		return HV_INVALID_CONNECTION_ID;
	/* A port that the test device makes has one flag, whose number is the connection's. */
	if (input.flag)
		return HV_INVALID_PARAMETER;
	if (!synic_signal(&c->target->vtl[call->partition->cfg.vtl].synic, c->sint,
			  input.connection % HV_EVENT_FLAGS))
		return HV_INVALID_VP_STATE;
	call->signalled = c->target;
	return HV_SUCCESS;
}
