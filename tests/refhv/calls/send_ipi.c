/* SPDX-License-Identifier: MIT */
/*
 * HvCallSendSyntheticClusterIpi (0x0B) and its Ex form (0x15). Where documents and hypervisors
 * differ, this follows the stricter one, so that a guest that works here works everywhere: a vector
 * below 16 answers 5; a variable header that does not match the number of banks, 3; the set of all
 * VPs, 5 (OpenVMM does not take it); a VP that does not exist, 14. An empty set succeeds, and
 * breaks a rule: there is no reason to call. The caller of hypercall_dispatch sends the interrupts.
 */
#include "tests/refhv/calls/hypercall.h"

#define BANK_VPS 64U

static void log_targets(struct hypercall *call)
{
	struct line *line = &call->caller->line;
	const char *before = " target_vps=";

	for (uint32_t i = 0; i < HV_VP_SET_BANKS * BANK_VPS; i++) {
		if (!(call->ipi_vps[i / BANK_VPS] >> i % BANK_VPS & 1))
			continue;
		line_add(line, "%s%u", before, i);
		before = ",";
	}
}

/* All targets must exist. An interrupt to one that does not run would be lost. */
static enum hv_status check_targets(struct hypercall *call, uint32_t vtl)
{
	bool is_empty = true;

	for (uint32_t i = 0; i < HV_VP_SET_BANKS * BANK_VPS; i++) {
		const struct vp *vp = i < MAX_VP_INDEXES ? call->partition->by_index[i] : NULL;

		if (!(call->ipi_vps[i / BANK_VPS] >> i % BANK_VPS & 1))
			continue;
		is_empty = false;
		if (!vp)
			return HV_INVALID_VP_INDEX;
		if (__atomic_load_n(&vp->state, __ATOMIC_ACQUIRE) != VP_RUNNING)
			call->broken = "ipi_to_vp_that_does_not_run";
		if (vp->active_vtl == vtl)
			continue;
		call->odd = "ipi_to_vp_in_another_vtl"; /* it has one real APIC */
		call->ipi_vps[i / BANK_VPS] &= ~(1UL << i % BANK_VPS);
	}
	if (is_empty)
		call->broken = "ipi_to_nobody";
	return HV_SUCCESS;
}

static enum hv_status send(struct hypercall *call, uint32_t vector, uint8_t vtl)
{
	enum hv_status status = hypercall_check_input_vtl(call, vtl);

	line_add(&call->caller->line, " vector=0x%02x target_vtl=%u", vector, vtl);
	log_targets(call);
	if (status != HV_SUCCESS)
		return status;
	if (vector < HV_IPI_VECTOR_LOWEST || vector > HV_IPI_VECTOR_HIGHEST)
		return HV_INVALID_PARAMETER;
	status = check_targets(call, hypercall_input_vtl(call, vtl));
	if (status == HV_SUCCESS && !call->broken)
		call->ipi_vector = (uint8_t)vector;
	return status;
}

static uint32_t count_banks(uint64_t valid)
{
	uint32_t count = 0;

	for (; valid; valid &= valid - 1)
		count++;
	return count;
}

static void clear_targets(struct hypercall *call)
{
	for (uint32_t i = 0; i < HV_VP_SET_BANKS; i++)
		call->ipi_vps[i] = 0;
}

enum hv_status send_ipi_call(struct hypercall *call)
{
	struct hv_ipi_input input;

	if (call->control.fast)
		input = (struct hv_ipi_input){
			.vector = (uint32_t)call->input_gpa,
			.target_vtl = (uint8_t)(call->input_gpa >> 32),
			.padding = {(uint8_t)(call->input_gpa >> 40),
				    (uint8_t)(call->input_gpa >> 48),
				    (uint8_t)(call->input_gpa >> 56)},
			.vps = call->output_gpa,
		};
	else
		input = *(const struct hv_ipi_input *)call->input;
	if (!hypercall_is_zero(call, input.padding, sizeof(input.padding)))
		return HV_INVALID_HYPERCALL_INPUT;
	clear_targets(call);
	call->ipi_vps[0] = input.vps;
	return send(call, input.vector, input.target_vtl);
}

enum hv_status send_ipi_ex_call(struct hypercall *call)
{
	const struct hv_ipi_ex_input *in = call->input;
	struct hv_ipi_ex_input input = *in;
	const uint64_t *bank = (const uint64_t *)(in + 1);

	if (!hypercall_is_zero(call, input.padding, sizeof(input.padding)))
		return HV_INVALID_HYPERCALL_INPUT;
	if (input.format != HV_VP_SET_SPARSE)
		return HV_INVALID_PARAMETER;
	if (call->control.variable != count_banks(input.valid_banks))
		return HV_INVALID_HYPERCALL_INPUT;
	clear_targets(call);
	for (uint32_t i = 0; i < HV_VP_SET_BANKS; i++) {
		if (input.valid_banks >> i & 1)
			call->ipi_vps[i] = *bank++;
	}
	return send(call, input.vector, input.target_vtl);
}
