/* SPDX-License-Identifier: MIT */
/*
 * Where the hypercall page has VtlCall and VtlReturn. The pages of two VTLs differ, so that a guest
 * that takes the offsets of one for those of the other is found out.
 */
#pragma once

#include <stdint.h>

#define STUB_VMMCALL 8U /* from a stub's beginning */

struct stubs {
	uint16_t vtl_call;
	uint16_t vtl_return;
};

static inline struct stubs stubs_of(uint32_t vtl)
{
	static const struct stubs lower = {0x0F, 0x26};
	static const struct stubs higher = {0x4F, 0x66};

	return vtl ? higher : lower;
}
