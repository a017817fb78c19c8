/* SPDX-License-Identifier: MIT */
/*
 * Register sanity of an initial context (HV_STATUS_INVALID_REGISTER_VALUE). No document names the
 * rules; these are the architecture's (Arm DDI 0487, D13), as far as a processor could not begin
 * with what breaks them.
 */
#include "tests/refhv/aarch64/calls/hypercall.h"

#define PC_ALIGNMENT   4
#define SP_ALIGNMENT   16
#define VBAR_ALIGNMENT 2048
#define SCTLR_ONES     0x30D00800UL /* RES1 of ARMv8.0, and set by whoever does not know better */
#define TTBR_ADDRESS   0x0000FFFFFFFFFFFEUL /* below the ASID; bit 0 is CnP */

/* TCR_EL1, for each half: where its T*SZ, EPD* and granule stand, and the granules that are. */
#define TCR_SIZE(tcr, at) ((tcr) >> (at)&0x3F)
#define TCR_SIZE_MIN      16
#define TCR_SIZE_MAX      39
#define TCR_T0SZ          0
#define TCR_EPD0          (1UL << 7)
#define TCR_TG0(tcr)      ((tcr) >> 14 & 3)
#define TCR_TG0_RESERVED  3
#define TCR_T1SZ          16
#define TCR_EPD1          (1UL << 23)
#define TCR_TG1(tcr)      ((tcr) >> 30 & 3)
#define TCR_TG1_RESERVED  0
#define TCR_IPS(tcr)      ((tcr) >> 32 & 7)
#define TCR_RESERVED      (1UL << 6 | 1UL << 35)

/* By TCR_EL1.IPS. */
static const uint8_t widths[] = {32, 36, 40, 42, 44, 48, 52};

static bool half_is_valid(uint64_t tcr, uint64_t off, unsigned int size_at, bool has_granule)
{
	uint64_t size = TCR_SIZE(tcr, size_at);

	return tcr & off || (has_granule && size >= TCR_SIZE_MIN && size <= TCR_SIZE_MAX);
}

static bool tcr_is_valid(uint64_t tcr, uint32_t physical_bits)
{
	if (tcr & TCR_RESERVED || TCR_IPS(tcr) >= sizeof(widths) ||
	    widths[TCR_IPS(tcr)] > physical_bits)
		return false;
	return half_is_valid(tcr, TCR_EPD0, TCR_T0SZ, TCR_TG0(tcr) != TCR_TG0_RESERVED) &&
	       half_is_valid(tcr, TCR_EPD1, TCR_T1SZ, TCR_TG1(tcr) != TCR_TG1_RESERVED);
}

const char *context_bad_register(const struct hv_arm_context *c, uint32_t physical_bits)
{
	if (c->pc % PC_ALIGNMENT)
		return "pc";
	if (c->sp % SP_ALIGNMENT)
		return "sp";
	if ((c->sctlr & SCTLR_ONES) != SCTLR_ONES)
		return "sctlr";
	if (!tcr_is_valid(c->tcr, physical_bits))
		return "tcr";
	if (c->vbar % VBAR_ALIGNMENT)
		return "vbar";
	if ((c->ttbr0 & TTBR_ADDRESS) >> physical_bits)
		return "ttbr0";
	return (c->ttbr1 & TTBR_ADDRESS) >> physical_bits ? "ttbr1" : NULL;
}
