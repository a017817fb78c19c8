/* SPDX-License-Identifier: MIT */
/*
 * HvCallStartVirtualProcessor (0x99). Success means that the request was accepted: the caller of
 * hypercall_dispatch launches the processor once the log line is out. Statuses in this order:
 * partition 13, VP 14, oneself 5, VTL 5 and 6, padding 5, a VP that runs 0x15, registers 0x50.
 */
#include "tests/refhv/aarch64/calls/hypercall.h"

static const struct fault *strike(const struct hypercall *call, enum fault_effect effect,
				  uint32_t vp)
{
	return fault_strike(&call->cfg->faults, effect, vp, call->caller->index, FAULT_ANY);
}

static struct vp *find(const struct hypercall *call, uint64_t index)
{
	for (uint32_t i = 0; i < call->vp_count; i++)
		if (call->vps[i]->index == index)
			return call->vps[i];
	return NULL;
}

static void log_input(struct line *line, const struct hv_arm_start_input *input,
		      const struct vp *target)
{
	const struct hv_arm_context *c = &input->context;

	line_add(line, " target_vp=%u", input->vp_index);
	if (target)
		line_add(line, " mpidr=0x%lx", target->mpidr);
	line_add(line, " target_vtl=%u pc=0x%lx sp=0x%lx sctlr=0x%lx mair=0x%lx tcr=0x%lx",
		 input->target_vtl, c->pc, c->sp, c->sctlr, c->mair, c->tcr);
	line_add(line, " vbar=0x%lx ttbr0=0x%lx ttbr1=0x%lx x18=0x%lx", c->vbar, c->ttbr0, c->ttbr1,
		 c->x18);
}

static enum hv_status check_target(struct hypercall *call, const struct hv_arm_start_input *input,
				   const struct vp *target)
{
	enum hv_status status = hypercall_check_vtl(input->target_vtl);

	if (input->partition_id != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	if (!target)
		return HV_INVALID_VP_INDEX;
	if (target == call->caller)
		return HV_INVALID_PARAMETER;
	if (status != HV_SUCCESS)
		return status;
	if (!hypercall_is_zero(call, input->padding, sizeof(input->padding)))
		return HV_INVALID_PARAMETER;
	return vp_state_of(target) == VP_OFF ? HV_SUCCESS : HV_INVALID_VP_STATE;
}

/* Wrong registers, set after the guest's were checked and logged. */
static void change_registers(const struct hypercall *call, uint32_t vp, struct hv_arm_context *c)
{
	const struct {
		enum fault_effect effect;
		uint64_t *at;
	} registers[] = {
		{FAULT_START_PC, &c->pc},       {FAULT_START_SP, &c->sp},
		{FAULT_START_SCTLR, &c->sctlr}, {FAULT_START_MAIR, &c->mair},
		{FAULT_START_TCR, &c->tcr},     {FAULT_START_VBAR, &c->vbar},
		{FAULT_START_TTBR0, &c->ttbr0}, {FAULT_START_TTBR1, &c->ttbr1},
		{FAULT_START_X18, &c->x18},
	};

	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		const struct fault *fault = strike(call, registers[i].effect, vp);

		if (fault)
			*registers[i].at = fault_value(fault, *registers[i].at);
	}
}

/* Carry out the start. Faults may change the target, or prevent the start. */
static enum hv_status accept(struct hypercall *call, const struct hv_arm_start_input *input,
			     struct vp *target)
{
	const struct fault *runs = strike(call, FAULT_START_RUNS, input->vp_index);
	bool never = strike(call, FAULT_START_NEVER, input->vp_index);

	if (runs)
		target = find(call, runs->value);
	if (!target)
		return HV_INVALID_VP_INDEX;
	if (!vp_change_state(target, VP_OFF, never ? VP_NEVER : VP_STARTING))
		return HV_INVALID_VP_STATE;
	if (never)
		return HV_SUCCESS;
	target->start = (struct vp_start){.method = VP_BY_CALL,
					  .context = input->context,
					  .asked_vp = input->vp_index,
					  .caller = call->caller->index};
	change_registers(call, input->vp_index, &target->start.context);
	call->started = target;
	return HV_SUCCESS;
}

static enum hv_status start(struct hypercall *call, const struct hv_arm_start_input *input,
			    struct vp *target)
{
	uint32_t vp = input->vp_index;
	const struct fault *dies = strike(call, FAULT_START_DIES, vp);
	const struct fault *status;
	enum hv_status real;

	call->raises_ud = strike(call, FAULT_START_UD, vp);
	call->garbage = strike(call, FAULT_START_GARBAGE, vp) ? HV_RESULT_RESERVED : 0;
	call->caller_dies = dies;
	if (call->raises_ud || (dies && dies->value == DIES_BEFORE))
		return HV_SUCCESS;
	status = strike(call, FAULT_START_STATUS, vp);
	if (status && !status->takes_effect)
		return (enum hv_status)status->value;
	real = accept(call, input, target);
	return status ? (enum hv_status)status->value : real;
}

enum hv_status start_vp_call(struct hypercall *call)
{
	/*
	 * A copy: what is checked, logged and used must be the same, whatever the guest's other
	 * processors do to the page meanwhile.
	 */
	struct hv_arm_start_input input = *(const struct hv_arm_start_input *)call->input;
	struct vp *target = find(call, input.vp_index);
	struct line *line = &call->caller->line;
	const char *bad;
	enum hv_status status;

	log_input(line, &input, target);
	status = check_target(call, &input, target);
	if (status != HV_SUCCESS)
		return status;
	bad = context_bad_register(&input.context, call->physical_bits);
	if (!bad)
		return start(call, &input, target);
	line_add(line, " bad_register=%s", bad);
	return HV_INVALID_REGISTER_VALUE;
}
