/* SPDX-License-Identifier: MIT */
/*
 * Backtraces by frame pointers. Addresses inside the image are printed as offsets into it, which is
 * what addr2line and the ELF file beside the image want.
 */
#include "arch/backtrace.h"

#include "arch/arch.h"
#include "lib/log.h"

#define MAX_DEPTH 32

static uint64_t image_base, image_text_end;
static bool printed; /* an exception has shown the way to it already */

void arch_set_image(uint64_t base, uint64_t text_end)
{
	image_base = base;
	image_text_end = text_end;
}

static bool in_image(uint64_t pc)
{
	return pc >= image_base && pc < image_text_end;
}

void backtrace_from(uint64_t pc, uint64_t fp)
{
	printed = true;
	log_print("  backtrace:");
	for (unsigned int depth = 0; depth < MAX_DEPTH; depth++) {
		const uint64_t *frame = (const uint64_t *)fp;

		if (in_image(pc))
			log_print(" hvsmp+0x%lx", pc - image_base);
		else if (pc)
			log_print(" 0x%lx?", pc);
		/* A jump into nowhere still has its caller's frame; a second oddity is the end. */
		if (!in_image(pc) && depth)
			break;
		/* A frame pointer that is not a mapped stack address ends the walk. */
		if (fp % 8 || !arch_mapped(fp, 2 * sizeof(uint64_t)))
			break;
		fp = frame[0];
		pc = frame[1];
	}
	log_print("\n");
}

void arch_backtrace(void)
{
	const uint64_t *frame = __builtin_frame_address(0);

	if (!printed)
		backtrace_from(frame[1], frame[0]);
}
