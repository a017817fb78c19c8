/* SPDX-License-Identifier: MIT */
/*
 * The modes (mode=), one row each: the option's word, the function that runs the mode, and what an
 * AP does in it once it has proved itself. A new mode is a row here and a file. Private to
 * kernel/.
 */
#pragma once

#include <stddef.h>

#include "this_kernel.h"

#define MODES(ROW)                                                   \
	ROW(MODE_NORMAL, "normal", normal_run, provoke_on_ap)        \
	ROW(MODE_SELFTEST, "selftest", selftest_run, selftest_after) \
	ARCH_MODES(ROW)

#define MODE_ID(id, name, run, after) id,
enum mode_id { MODES(MODE_ID) MODE_COUNT };
#undef MODE_ID

/* What exit=qemu writes to the isa-debug-exit device. */
enum exit_code {
	EXIT_CODE_OK = 0x10,
	EXIT_CODE_DEGRADED = 0x11,
	EXIT_CODE_FAILED = 0x12,
	EXIT_CODE_PANIC = 0x13,
};

struct kernel;
struct cpu;

#define MODE_RUN(id, name, run, after) enum exit_code run(struct kernel *k);
MODES(MODE_RUN)
#undef MODE_RUN

struct mode {
	const char *name;
	/* Boot processor, on its own stack and tables, nothing started yet. */
	enum exit_code (*run)(struct kernel *k);
	void (*after)(struct cpu *cpu); /* smp_config.after */
};

extern const struct mode modes[MODE_COUNT];
