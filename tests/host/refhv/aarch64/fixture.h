/* SPDX-License-Identifier: MIT */
/* A context that a processor can begin with, for the tests of 0x99. */
#pragma once

#include "tests/refhv/aarch64/calls/hypercall.h"

static inline struct hv_arm_context good_context(void)
{
	return (struct hv_arm_context){
		.pc = 0x80101000,
		.sp = 0xFFFFFE0000017FF0,
		.sctlr = 0x30D8198D,
		.mair = 0x4404FF,
		.tcr = 0x2B5103510, /* 40 bits */
		.vbar = 0x80102800,
		.ttbr0 = 0x7FFFE000,
		.ttbr1 = 0x000700007FFFD001, /* an ASID, and CnP */
		.x18 = 0x7FFE1280,
	};
}
