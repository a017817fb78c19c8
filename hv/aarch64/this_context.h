/* SPDX-License-Identifier: MIT */
/* Plain types of ARM64: the state in which a processor is to start. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Everything a VP is given before its first instruction. It is expected at EL1 with SP_EL1. */
struct hvsmp_context {
	uint64_t pc, sp_el1, sctlr, mair, tcr, vbar, ttbr0, ttbr1, x18;
};

enum { HVSMP_START_INPUT_SIZE = 88 }; /* bytes of the input block of 0x99 */

#ifdef __cplusplus
}
#endif
