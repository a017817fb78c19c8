/* SPDX-License-Identifier: MIT */
/*
 * The guest crash MSRs (TLFS, partition properties): five values and perhaps a text, by which a
 * guest says why it ends. They go to the log.
 */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/crash_line.h"
#include "tests/refhv/log.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

static uint64_t parameters[HV_CRASH_PARAMETERS];

bool crash_has_msr(uint32_t msr)
{
	return hv.partition.cfg.features & HV_FEATURE_CRASH_MSRS && msr >= HV_MSR_CRASH_P0 &&
	       msr <= HV_MSR_CRASH_CTL;
}

uint64_t crash_read(uint32_t msr)
{
	/* CTL tells what it supports. */
	return msr == HV_MSR_CRASH_CTL ? HV_CRASH_OFFERED : parameters[msr - HV_MSR_CRASH_P0];
}

static void tell(struct vp *vp, uint64_t control)
{
	uint64_t gpa = parameters[HV_CRASH_TEXT];
	uint64_t length = parameters[HV_CRASH_LENGTH];
	const char *text = NULL;

	if (control & HV_CRASH_MESSAGE) {
		if (length <= HV_CRASH_MESSAGE_MAX)
			text = memory_guest_ram(gpa, length);
		if (!text)
			vcpu_note(vp, "crash_message_is_no_text_in_memory", gpa);
	}
	crash_line(&vp->line, vp->index, control, parameters, text);
	log_emit(&vp->line);
}

void crash_write(struct vp *vp, uint32_t msr, uint64_t value)
{
	if (msr != HV_MSR_CRASH_CTL) {
		parameters[msr - HV_MSR_CRASH_P0] = value;
		return;
	}
	if (value & HV_CRASH_RESERVED)
		vcpu_note(vp, "reserved_bits_in_msr", msr);
	if (value & HV_CRASH_NOTIFY)
		tell(vp, value);
}
