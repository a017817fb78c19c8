/* SPDX-License-Identifier: MIT */
/*
 * HvCallGetVpRegisters (0x50) and HvCallSetVpRegisters (0x51), of the caller's own VP: which
 * registers there are, and in which VTL, is the table below. The list ends at the first element
 * that cannot be read or written. RIP and PendingEvent0 are those of a VTL below the caller's.
 */
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/calls/stubs.h"

#define MAX_VALUES    (HV_PAGE_SIZE / sizeof(struct hv_register_value))

#define NOT_CANONICAL 16 /* high bits that repeat bit 47 */

/* Whose register it is. */
struct owner {
	struct partition *partition;
	struct vp *vp;
	uint32_t vtl;
};

static uint64_t code_page_offsets(const struct owner *owner)
{
	if (fault_on(&owner->partition->cfg.faults, FAULT_VTL_OFFSETS, owner->vp->index))
		return 0;
	return stubs_of(owner->vtl).vtl_call | (uint64_t)stubs_of(owner->vtl).vtl_return
						       << HV_VSM_CODE_PAGE_RETURN_SHIFT;
}

static uint64_t vp_status(const struct owner *owner)
{
	return owner->vp->active_vtl | (uint64_t)vp_vtls(owner->vp)
					       << HV_VSM_VP_STATUS_ENABLED_SHIFT;
}

static uint64_t partition_status(const struct owner *owner)
{
	return partition_vtls(owner->partition) | (uint64_t)partition_maximum_vtl(owner->partition)
							  << HV_VSM_PARTITION_STATUS_MAXIMUM_SHIFT;
}

/* As the TLFS numbers the bits; what is not here, is not claimed. */
static uint64_t capabilities(const struct owner *owner)
{
	(void)owner;
	return HV_VSM_CAPABILITIES_DR6_SHARED | HV_VSM_CAPABILITIES_DENY_STARTUP;
}

static uint64_t partition_config(const struct owner *owner)
{
	return __atomic_load_n(&owner->partition->vsm_config, __ATOMIC_ACQUIRE);
}

/* Protection, once there, stays, and so does the mask that pages begin with. */
static enum hv_status set_partition_config(const struct owner *owner, uint64_t value)
{
	uint64_t before = partition_config(owner);
	uint64_t fixed = HV_VSM_CONFIG_PROTECTION | HV_VSM_CONFIG_DEFAULT_MASK;
	/* As in protect.c: to kvm-unit-tests one bit of execution is both. */
	uint64_t needed = owner->partition->cfg.test_device ? HV_VSM_CONFIG_TEST_MASK
							    : HV_VSM_CONFIG_DEFAULT_MASK;

	if (value & ~HV_VSM_CONFIG_KNOWN)
		return HV_INVALID_REGISTER_VALUE;
	if (before & HV_VSM_CONFIG_PROTECTION && (before ^ value) & fixed)
		return HV_INVALID_REGISTER_VALUE;
	if (value & HV_VSM_CONFIG_PROTECTION && ~value & needed)
		return HV_INVALID_REGISTER_VALUE; /* no other default is here */
	return __atomic_compare_exchange_n(&owner->partition->vsm_config, &before, value, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
		       ? HV_SUCCESS
		       : set_partition_config(owner, value);
}

static uint64_t secure_config(const struct owner *owner)
{
	return owner->vp->secure_config;
}

/* No MBEC here. */
static enum hv_status set_secure_config(const struct owner *owner, uint64_t value)
{
	if (value & ~HV_VSM_SECURE_CONFIG_TLB_LOCKED)
		return HV_INVALID_REGISTER_VALUE;
	owner->vp->secure_config = value;
	return HV_SUCCESS;
}

static uint64_t vp_assist(const struct owner *owner)
{
	return owner->vp->vtl[owner->vtl].vp_assist;
}

bool vp_assist_write(const struct partition *partition, struct vp *vp, uint32_t vtl, uint64_t value)
{
	if (value & HV_PAGE_MSR_ENABLE) {
		uint8_t *page = partition->guest_ram(value & HV_PAGE_MSR_GPA, HV_PAGE_SIZE);

		if (!page)
			return false;
		for (uint32_t i = 0; i < HV_PAGE_SIZE; i++)
			page[i] = 0;
	}
	vp->vtl[vtl].vp_assist = value;
	return true;
}

static enum hv_status set_vp_assist(const struct owner *owner, uint64_t value)
{
	return vp_assist_write(owner->partition, owner->vp, owner->vtl, value)
		       ? HV_SUCCESS
		       : HV_INVALID_REGISTER_VALUE;
}

static uint64_t *rip_of(const struct owner *owner)
{
	struct vp_vtl *vtl = &owner->vp->vtl[owner->vtl];

	return vtl->life == VTL_FRESH ? &vtl->entry.rip : &vtl->rip;
}

static uint64_t rip(const struct owner *owner)
{
	return *rip_of(owner);
}

static enum hv_status set_rip(const struct owner *owner, uint64_t value)
{
	if ((uint64_t)((int64_t)(value << NOT_CANONICAL) >> NOT_CANONICAL) != value)
		return HV_INVALID_REGISTER_VALUE;
	*rip_of(owner) = value;
	return HV_SUCCESS;
}

static uint64_t pending_event(const struct owner *owner)
{
	return owner->vp->vtl[owner->vtl].pending_event;
}

/* Exceptions alone: no other event has a use here. */
static enum hv_status set_pending_event(const struct owner *owner, uint64_t value)
{
	bool is_exception =
		!(value & HV_PENDING_EVENT_TYPE) &&
		(value & HV_PENDING_EVENT_VECTOR) >> HV_PENDING_EVENT_VECTOR_SHIFT < HV_EXCEPTIONS;

	if (value & HV_PENDING_EVENT && (value & HV_PENDING_EVENT_RESERVED || !is_exception))
		return HV_INVALID_REGISTER_VALUE;
	owner->vp->vtl[owner->vtl].pending_event = value & HV_PENDING_EVENT ? value : 0;
	return HV_SUCCESS;
}

static const struct row {
	uint32_t name;
	uint8_t minimum_vtl; /* that has it */
	bool is_lower;       /* of a VTL below the caller's */
	uint64_t (*read)(const struct owner *owner);
	enum hv_status (*write)(const struct owner *owner, uint64_t value); /* NULL: read only */
} rows[] = {
	{HV_REGISTER_PENDING_EVENT0, 0, true, pending_event, set_pending_event},
	{HV_REGISTER_RIP, 0, true, rip, set_rip},
	{HV_REGISTER_VP_ASSIST_PAGE, 0, false, vp_assist, set_vp_assist},
	{HV_REGISTER_VSM_CODE_PAGE_OFFSETS, 0, false, code_page_offsets, NULL},
	{HV_REGISTER_VSM_VP_STATUS, 0, false, vp_status, NULL},
	{HV_REGISTER_VSM_PARTITION_STATUS, 0, false, partition_status, NULL},
	{HV_REGISTER_VSM_CAPABILITIES, 0, false, capabilities, NULL},
	{HV_REGISTER_VSM_PARTITION_CONFIG, 1, false, partition_config, set_partition_config},
	{HV_REGISTER_VSM_SECURE_CONFIG_VTL0, 1, false, secure_config, set_secure_config},
};

/* The row of a register that the caller may have to do with, or NULL and why not. */
static const struct row *find(const struct owner *owner, uint32_t name, enum hv_status *status)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].name != name)
			continue;
		*status = owner->vtl < rows[i].minimum_vtl ||
					  (rows[i].is_lower && owner->vtl >= owner->vp->active_vtl)
				  ? HV_ACCESS_DENIED
				  : HV_SUCCESS;
		return *status == HV_SUCCESS ? &rows[i] : NULL;
	}
	*status = HV_INVALID_PARAMETER;
	return NULL;
}

static enum hv_status read_register(const struct owner *owner, uint32_t name,
				    struct hv_register_value *value)
{
	enum hv_status status;
	const struct row *row = find(owner, name, &status);

	if (row)
		*value = (struct hv_register_value){.low = row->read(owner)};
	return status;
}

static enum hv_status write_register(const struct owner *owner, uint32_t name, uint64_t value)
{
	enum hv_status status;
	const struct row *row = find(owner, name, &status);

	if (!row)
		return status;
	return row->write ? row->write(owner, value) : HV_INVALID_PARAMETER;
}

static enum hv_status check_target(struct hypercall *call, const struct hv_registers_input *input)
{
	uint32_t vp = input->vp_index == HV_VP_SELF ? call->caller->index : input->vp_index;

	if (input->partition_id != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	if (vp >= MAX_VP_INDEXES || !call->partition->by_index[vp])
		return HV_INVALID_VP_INDEX;
	if (vp != call->caller->index)
		return HV_ACCESS_DENIED;
	enum hv_status status = hypercall_check_input_vtl(call, input->target_vtl);

	if (status != HV_SUCCESS)
		return status;
	return hypercall_is_zero(call, input->padding, sizeof(input->padding))
		       ? HV_SUCCESS
		       : HV_INVALID_PARAMETER;
}

/* What both calls begin with. */
static enum hv_status begin(struct hypercall *call, const struct hv_registers_input *input,
			    struct owner *owner)
{
	call->reps_done = call->control.rep_start;
	line_add(&call->caller->line, " target_vp=%u input_vtl=0x%02x start=%u count=%u",
		 input->vp_index, input->target_vtl, (unsigned int)call->control.rep_start,
		 (unsigned int)call->control.rep_count);
	*owner = (struct owner){.partition = call->partition,
				.vp = call->caller,
				.vtl = hypercall_input_vtl(call, input->target_vtl)};
	return check_target(call, input);
}

static void log_register(struct hypercall *call, uint32_t i, uint32_t name, uint64_t value)
{
	line_add(&call->caller->line, "%s0x%08x:0x%lx",
		 i == call->control.rep_start ? " registers=" : ",", name, value);
}

enum hv_status get_registers_call(struct hypercall *call)
{
	/* Copies: the values may be written over them. */
	struct hv_registers_input input = *(const struct hv_registers_input *)call->input;
	const uint32_t *list =
		(const uint32_t *)((const struct hv_registers_input *)call->input + 1);
	struct hv_register_value *values = call->output;
	uint32_t names[MAX_VALUES];
	struct owner owner;

	for (uint32_t n = 0; n < call->control.rep_count; n++)
		names[n] = list[n];
	enum hv_status status = begin(call, &input, &owner);

	for (uint32_t i = call->reps_done; i < call->control.rep_count && status == HV_SUCCESS;
	     i++) {
		status = read_register(&owner, names[i], &values[i]);
		if (status != HV_SUCCESS)
			break;
		log_register(call, i, names[i], values[i].low);
		call->reps_done = i + 1;
	}
	return status;
}

enum hv_status set_registers_call(struct hypercall *call)
{
	struct hv_registers_input input = *(const struct hv_registers_input *)call->input;
	const struct hv_register_assoc *list =
		(const struct hv_register_assoc *)((const struct hv_registers_input *)call->input +
						   1);
	struct owner owner;
	enum hv_status status = begin(call, &input, &owner);

	for (uint32_t i = call->reps_done; i < call->control.rep_count && status == HV_SUCCESS;
	     i++) {
		/* A copy: what is logged is what was written. */
		struct hv_register_assoc element = list[i];

		log_register(call, i, element.name, element.value.low);
		status = write_register(&owner, element.name, element.value.low);
		if (status == HV_SUCCESS)
			call->reps_done = i + 1;
	}
	return status;
}
