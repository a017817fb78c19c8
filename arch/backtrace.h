/* SPDX-License-Identifier: MIT */
/* Private: a backtrace from where an exception struck. */
#pragma once

#include <stdint.h>

/* fp: of a frame that holds the caller's frame and, behind it, the return address. */
void backtrace_from(uint64_t pc, uint64_t fp);
