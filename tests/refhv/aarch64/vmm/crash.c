/* SPDX-License-Identifier: MIT */
/* The guest crash registers (TLFS, partition properties): what a guest tells by them is logged. */
#include "tests/refhv/aarch64/vmm/hv.h"

#include "tests/refhv/crash_line.h"
#include "tests/refhv/log.h"

static void note(struct vp *vp, const char *what, uint64_t address)
{
	line_begin(&vp->line, "note");
	line_add(&vp->line, " vp=%u what=%s address=0x%lx", vp->index, what, address);
	log_emit(&vp->line);
}

void crash_tell(struct vp *vp, uint64_t control)
{
	const uint64_t *parameters = hv.registers.crash;
	uint64_t gpa = parameters[HV_CRASH_TEXT];
	const char *text = NULL;

	if (control & HV_CRASH_RESERVED)
		note(vp, "reserved_bits_in_register", HV_REGISTER_CRASH_CTL);
	if (!(control & HV_CRASH_NOTIFY))
		return;
	if (control & HV_CRASH_MESSAGE) {
		if (parameters[HV_CRASH_LENGTH] <= HV_CRASH_MESSAGE_MAX)
			text = hv_guest_ram(gpa, parameters[HV_CRASH_LENGTH]);
		if (!text)
			note(vp, "crash_message_is_no_text_in_memory", gpa);
	}
	crash_line(&vp->line, vp->index, control, parameters, text);
	log_emit(&vp->line);
}
