/* SPDX-License-Identifier: MIT */
/*
 * HvCallStartVirtualProcessor (0x99). Success means that the request was accepted: the caller of
 * hypercall_dispatch launches the processor once the log line is queued.
 */
#include "tests/refhv/calls/hypercall.h"

#include "tests/refhv/faults/start.h"

static void log_segment(struct line *line, const char *name, const struct hv_segment *s)
{
	line_add(line, " %s=0x%04x:0x%lx:0x%x:0x%04x", name, s->selector, s->base, s->limit,
		 s->attributes);
}

void hypercall_log_context(struct line *line, const struct hv_start_input *input,
			   const struct vp *target)
{
	const struct hv_vp_context *c = &input->context;

	if (line->is_muted)
		return; /* do not evaluate so many arguments for nothing */
	line_add(line, " target_vp=%u", input->vp_index);
	if (target)
		line_add(line, " apic_id=%u", target->apic_id);
	line_add(line, " target_vtl=%u rip=0x%lx rsp=0x%lx rflags=0x%lx", input->target_vtl, c->rip,
		 c->rsp, c->rflags);
	log_segment(line, "cs", &c->cs);
	log_segment(line, "ds", &c->ds);
	log_segment(line, "es", &c->es);
	log_segment(line, "fs", &c->fs);
	log_segment(line, "gs", &c->gs);
	log_segment(line, "ss", &c->ss);
	log_segment(line, "tr", &c->tr);
	log_segment(line, "ldtr", &c->ldtr);
	line_add(line, " idtr=0x%lx:0x%04x gdtr=0x%lx:0x%04x", c->idtr.base, c->idtr.limit,
		 c->gdtr.base, c->gdtr.limit);
	line_add(line, " efer=0x%lx cr0=0x%lx cr3=0x%lx cr4=0x%lx pat=0x%lx", c->efer, c->cr0,
		 c->cr3, c->cr4, c->pat);
}

/*
 * With running=restart one that runs is put back, as by INIT, and started: what OpenVMM does, and
 * very likely Hyper-V. Not the boot processor, whose real INIT leads into the firmware.
 */
static bool may_restart(const struct hypercall *call, const struct vp *target, uint32_t state)
{
	return call->partition->cfg.running == RUNNING_RESTART && target != call->partition->bsp &&
	       (state == VP_STARTING || state == VP_RUNNING);
}

static bool is_startable(const struct hypercall *call, const struct vp *target)
{
	uint32_t state = __atomic_load_n(&target->state, __ATOMIC_ACQUIRE);

	return state == VP_WAIT || may_restart(call, target, state);
}

static enum hv_status check_target(struct hypercall *call, const struct hv_start_input *input,
				   const struct vp *target)
{
	if (input->partition_id != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	if (!target)
		return HV_INVALID_VP_INDEX;
	if (target == call->caller)
		return HV_INVALID_PARAMETER;
	enum hv_status status = hypercall_check_vtl(call, input->target_vtl);

	if (status != HV_SUCCESS)
		return status;
	if (!hypercall_is_zero(call, input->padding, sizeof(input->padding)))
		return HV_INVALID_PARAMETER;
	if (call->partition->cfg.vtl && input->target_vtl != call->partition->cfg.vtl)
		return HV_INVALID_PARAMETER; /* this one VTL is all that runs here */
	if (!(vp_vtls(target) >> input->target_vtl & 1))
		return HV_INVALID_VP_STATE;
	if (partition_denies_startup(call->partition, call->caller->active_vtl))
		return HV_ACCESS_DENIED;
	return is_startable(call, target) ? HV_SUCCESS : HV_INVALID_VP_STATE;
}

/* Carry out the start. Faults may change the target, or prevent the start. */
static enum hv_status accept(struct hypercall *call, const struct hv_start_input *input,
			     struct vp *target)
{
	const struct partition *partition = call->partition;
	bool wrong_vtl = hypercall_fault(call, FAULT_START_VTL, target->index, FAULT_ANY);
	const struct fault *runs =
		hypercall_fault(call, FAULT_START_RUNS, target->index, FAULT_ANY);
	bool never = hypercall_fault(call, FAULT_START_NEVER, target->index, FAULT_ANY);

	if (runs) {
		target = runs->value < MAX_VP_INDEXES ? partition->by_index[runs->value] : NULL;
		if (!target)
			return HV_INVALID_VP_INDEX;
	}
	bool waits = vp_change_state(target, VP_WAIT, never ? VP_NEVER : VP_STARTING);

	if (!waits && !is_startable(call, target))
		return HV_INVALID_VP_STATE;
	if (waits && never)
		return HV_SUCCESS;
	call->next = (struct vp_start){
		.method = START_HYPERCALL,
		.vtl = input->target_vtl,
		.is_elsewhere = wrong_vtl,
		.asked_vp = input->vp_index,
		.caller = call->caller->index,
		.is_suspended = call->is_suspended || hypercall_fault(call, FAULT_START_SUSPEND,
								      input->vp_index, FAULT_ANY),
		.context = input->context,
	};
	start_fault_registers(&call->partition->cfg.faults, input->vp_index, call->caller->index,
			      &call->next.context);
	if (waits)
		target->start = call->next;
	call->restarts = !waits;
	call->started = target;
	call->awaits = hypercall_fault(call, FAULT_START_AWAITED, input->vp_index, FAULT_ANY);
	target->is_awaited = call->awaits;
	return HV_SUCCESS;
}

static enum hv_status start(struct hypercall *call, const struct hv_start_input *input,
			    struct vp *target)
{
	uint32_t vp = target->index;
	const struct fault *dies = hypercall_fault(call, FAULT_START_DIES, vp, FAULT_ANY);
	const struct fault *status;

	hypercall_common_faults(call, FAULT_START_UD, FAULT_START_GARBAGE, vp);
	call->caller_dies = dies;
	if (call->raises_ud || (dies && dies->value == DIES_BEFORE))
		return HV_SUCCESS;
	status = hypercall_fault(call, FAULT_START_STATUS, vp, FAULT_ANY);
	if (status && !status->takes_effect)
		return (enum hv_status)status->value;
	enum hv_status real = accept(call, input, target);

	return status ? (enum hv_status)status->value : real;
}

enum hv_status start_vp_call(struct hypercall *call)
{
	/*
	 * A copy: what is checked, logged and used must be the same, whatever the guest's other
	 * processors do to the page meanwhile.
	 */
	struct hv_start_input input = *(const struct hv_start_input *)call->input;
	const struct partition *partition = call->partition;
	struct vp *target =
		input.vp_index < MAX_VP_INDEXES ? partition->by_index[input.vp_index] : NULL;
	struct line *line = &call->caller->line;

	hypercall_log_context(line, &input, target);
	enum hv_status status = check_target(call, &input, target);

	if (status != HV_SUCCESS)
		return status;
	const char *bad = hypercall_bad_register(call, &input.context);

	if (bad)
		call->is_suspended =
			hypercall_fault(call, FAULT_START_SUSPEND, target->index, FAULT_ANY);
	if (bad && !call->is_suspended) {
		line_add(line, " bad_register=%s", bad);
		return HV_INVALID_REGISTER_VALUE;
	}
	return start(call, &input, target);
}
