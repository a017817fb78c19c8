/* SPDX-License-Identifier: MIT */
/* From the options to a machine that is up, and to its report. Private to kernel/. */
#pragma once

#include "kernel/state.h"

/* Records, stacks and tables of all processors, and the configuration. ERR_NO_MEMORY. */
enum err bringup_prepare(struct kernel *k);

/* Look once more, and report; the exit code. */
enum exit_code bringup_finish(struct kernel *k);

/* What an AP does in mode=selftest once it has proved itself. */
void selftest_after(struct cpu *cpu);
