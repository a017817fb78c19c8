/* SPDX-License-Identifier: MIT */
/*
 * The guest crash MSRs (TLFS, partition properties): five values and perhaps a text, by which a
 * guest says why it ends. They go to the log.
 */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/log.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

#define PRINTABLE_FIRST 0x20
#define PRINTABLE_LAST  0x7E
#define P3              3
#define P4              4

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

static void add_text(struct line *line, const char *text, uint64_t length)
{
	for (uint64_t i = 0; i < length && text[i]; i++) {
		uint8_t c = (uint8_t)text[i];
		char plain[2] = {text[i], 0};

		if (c == '\n')
			line_add(line, "\\n");
		else if (c == '"' || c == '\\')
			line_add(line, "\\%s", plain);
		else if (c < PRINTABLE_FIRST || c > PRINTABLE_LAST)
			line_add(line, "\\x%02x", (unsigned int)c);
		else
			line_add(line, "%s", plain);
	}
}

static void tell(struct vp *vp, uint64_t control)
{
	struct line *line = &vp->line;
	uint64_t gpa = parameters[P3];
	uint64_t length = parameters[P4];
	const char *text = NULL;

	if (control & HV_CRASH_MESSAGE) {
		if (length <= HV_CRASH_MESSAGE_MAX)
			text = memory_guest_ram(gpa, length);
		if (!text)
			vcpu_note(vp, "crash_message_is_no_text_in_memory", gpa);
	}
	line_begin(line, "crash");
	line_add(line, " vp=%u control=0x%lx", vp->index, control);
	for (uint32_t i = 0; i < HV_CRASH_PARAMETERS; i++)
		line_add(line, " p%u=0x%lx", i, parameters[i]);
	line_add(line, " message=\"");
	if (text)
		add_text(line, text, length);
	line_add(line, "\"");
	log_emit(line);
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
