/* SPDX-License-Identifier: MIT */
/*
 * HvCallModifyVtlProtectionMask (0x0C): what lower VTLs may do with pages. The VTL that it names is
 * the one that protects, as all who use or implement it have it; the TLFS' own text says "a lower
 * VTL". Under the lock.
 */
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/tlfs_vsm.h"

#define PAGE_SHIFT 12

/*
 * kvm-unit-tests' test of VSM, after KVM's fork, names the VTL that is protected from, and for
 * execution the bit of user mode alone.
 */
static struct hv_protect_input as_meant(const struct hypercall *call)
{
	struct hv_protect_input input = *(const struct hv_protect_input *)call->input;

	if (!call->partition->cfg.test_device)
		return input;
	if (call->caller->active_vtl && input.target_vtl == HV_INPUT_VTL_USE)
		input.target_vtl = 0;
	if (input.flags & HV_MAP_USER_EXECUTE)
		input.flags |= HV_MAP_KERNEL_EXECUTE;
	return input;
}

static bool flags_are_valid(uint32_t flags)
{
	uint32_t execute = flags & HV_MAP_EXECUTE;

	if (flags & ~HV_MAP_ALL || (execute && execute != HV_MAP_EXECUTE)) /* no MBEC */
		return false;
	return !flags || flags & HV_MAP_READ;
}

static enum hv_status check(struct hypercall *call, const struct hv_protect_input *input)
{
	if (input->partition_id != HV_PARTITION_SELF)
		return HV_INVALID_PARTITION_ID;
	enum hv_status status = hypercall_check_input_vtl(call, input->target_vtl);

	if (status != HV_SUCCESS)
		return status;
	if (!hypercall_input_vtl(call, input->target_vtl))
		return HV_INVALID_PARAMETER;
	if (!hypercall_is_zero(call, input->padding, sizeof(input->padding)))
		return HV_INVALID_PARAMETER;
	if (!(__atomic_load_n(&call->partition->vsm_config, __ATOMIC_ACQUIRE) &
	      HV_VSM_CONFIG_PROTECTION))
		return HV_ACCESS_DENIED;
	return flags_are_valid(input->flags) ? HV_SUCCESS : HV_INVALID_REGISTER_VALUE;
}

static enum hv_status protect(const struct hypercall *call, uint64_t page, uint32_t flags,
			      bool is_lost)
{
	const struct partition *partition = call->partition;
	uint64_t gpa = page << PAGE_SHIFT;

	if (gpa >> PAGE_SHIFT != page || !partition->guest_ram(gpa, HV_PAGE_SIZE))
		return HV_INVALID_PARAMETER;
	return is_lost || partition->protect(gpa, flags) ? HV_SUCCESS : HV_INSUFFICIENT_MEMORY;
}

/* Pages to the log, runs of them as first-last. */
struct run {
	uint64_t first;
	uint64_t count;
	uint32_t number;
};

static void log_run(struct line *line, struct run *run)
{
	if (!run->count)
		return;
	line_add(line, "%s0x%lx", run->number++ ? "," : " pages=", run->first);
	if (run->count > 1)
		line_add(line, "-0x%lx", run->first + run->count - 1);
	run->count = 0;
}

static void log_page(struct line *line, struct run *run, uint64_t page)
{
	if (run->count && page != run->first + run->count)
		log_run(line, run);
	if (!run->count++)
		run->first = page;
}

enum hv_status protect_call(struct hypercall *call)
{
	struct hv_protect_input input = as_meant(call);
	const volatile uint64_t *list =
		(const volatile uint64_t *)((const struct hv_protect_input *)call->input + 1);
	struct line *line = &call->caller->line;
	struct run run = {0};

	call->reps_done = call->control.rep_start;
	line_add(line, " input_vtl=0x%02x flags=0x%x start=%u count=%u", input.target_vtl,
		 input.flags, call->reps_done, (unsigned int)call->control.rep_count);
	enum hv_status status = check(call, &input);
	bool is_lost = status == HV_SUCCESS &&
		       hypercall_fault(call, FAULT_VTL_UNPROTECTED, call->caller->index, FAULT_ANY);

	while (call->reps_done < call->control.rep_count && status == HV_SUCCESS) {
		uint64_t page = list[call->reps_done];

		log_page(line, &run, page);
		status = protect(call, page, input.flags, is_lost);
		if (status != HV_SUCCESS)
			break;
		call->reps_done++;
		call->protected_pages += !is_lost;
	}
	log_run(line, &run);
	call->protected_flags = input.flags;
	return status;
}
