/* SPDX-License-Identifier: MIT */
/*
 * Register sanity of an initial VP context (HV_STATUS_INVALID_REGISTER_VALUE). The TLFS names the
 * status, not the rules; these are the architecture's (Intel SDM, Checks on the Guest State Area;
 * AMD APM volume 2, Canonicalization and Consistency Checks) as far as a start in protected or long
 * mode can break them. Usually a real hypervisor is laxer at the call and stops the VM later.
 */
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/x86.h"

#define RFLAGS_RESERVED 0xFFFFFFFFFFC08028UL /* 63:22, 15, 5, 3 */
#define LIMIT_LOW       0x00000FFFU
#define LIMIT_HIGH      0xFFF00000U
#define TYPE_LDT        2U
#define TYPE_TSS16_BUSY 3U
#define TYPE_TSS_BUSY   11U
#define CANONICAL_BITS  48

static bool is_canonical(uint64_t address)
{
	int64_t sign = (int64_t)address >> (CANONICAL_BITS - 1);

	return sign == 0 || sign == -1;
}

static bool is_present(const struct hv_segment *s)
{
	return s->attributes & HV_SEGMENT_PRESENT;
}

static bool limit_is_valid(const struct hv_segment *s)
{
	bool granular = s->attributes & HV_SEGMENT_GRANULAR;

	if ((s->limit & LIMIT_LOW) != LIMIT_LOW && granular)
		return false;
	return !(s->limit & LIMIT_HIGH) || granular;
}

static bool parts_are_valid(const struct hv_segment *s)
{
	return !(s->attributes & HV_SEGMENT_RESERVED) && is_canonical(s->base);
}

/* What every segment must keep; an absent one (P clear) may hold anything but reserved bits. */
static bool segment_is_valid(const struct hv_segment *s)
{
	return parts_are_valid(s) && (!is_present(s) || limit_is_valid(s));
}

/* 64-bit code has no limit, so nothing is asked of it. */
static bool code_is_valid(const struct hv_segment *cs, bool long_mode)
{
	uint32_t both = HV_SEGMENT_LONG | HV_SEGMENT_DEFAULT;
	bool has_limit = !(long_mode && cs->attributes & HV_SEGMENT_LONG);

	return parts_are_valid(cs) && (!has_limit || limit_is_valid(cs)) && is_present(cs) &&
	       cs->attributes & HV_SEGMENT_CODE_DATA && cs->attributes & HV_SEGMENT_TYPE_CODE &&
	       !(cs->attributes & HV_SEGMENT_DPL) &&
	       !(long_mode && (cs->attributes & both) == both);
}

static bool stack_is_valid(const struct hv_segment *ss, bool long_mode)
{
	uint32_t type = ss->attributes & (HV_SEGMENT_TYPE_CODE | HV_SEGMENT_TYPE_WRITE);

	if (!segment_is_valid(ss) || ss->attributes & HV_SEGMENT_DPL)
		return false;
	if (!is_present(ss))
		return long_mode;
	return ss->attributes & HV_SEGMENT_CODE_DATA && type == HV_SEGMENT_TYPE_WRITE;
}

static bool data_is_valid(const struct hv_segment *s)
{
	uint32_t type = s->attributes & (HV_SEGMENT_TYPE_CODE | HV_SEGMENT_TYPE_WRITE);

	if (!segment_is_valid(s))
		return false;
	/* Code is readable when the bit that means "writable" for data is set. */
	return !is_present(s) ||
	       (s->attributes & HV_SEGMENT_CODE_DATA && type != HV_SEGMENT_TYPE_CODE);
}

static bool task_is_valid(const struct hv_segment *tr, bool long_mode)
{
	uint32_t type = tr->attributes & HV_SEGMENT_TYPE;

	return segment_is_valid(tr) && is_present(tr) && !(tr->attributes & HV_SEGMENT_CODE_DATA) &&
	       (type == TYPE_TSS_BUSY || (type == TYPE_TSS16_BUSY && !long_mode));
}

static bool ldt_is_valid(const struct hv_segment *ldtr)
{
	return segment_is_valid(ldtr) &&
	       (!is_present(ldtr) || (!(ldtr->attributes & HV_SEGMENT_CODE_DATA) &&
				      (ldtr->attributes & HV_SEGMENT_TYPE) == TYPE_LDT));
}

static bool table_is_valid(const struct hv_table *t)
{
	return is_canonical(t->base);
}

static bool cr0_is_valid(uint64_t cr0)
{
	/* PE must be set: real mode cannot be started this way. */
	return !(cr0 >> 32) && cr0 & CR0_PE && !(cr0 & CR0_NW && !(cr0 & CR0_CD));
}

static bool efer_is_valid(const struct hv_vp_context *c, const struct cpu_limits *limits)
{
	bool active = c->efer & EFER_LME && c->cr0 & CR0_PG;

	/* LMA may be left to the hypervisor, but must not claim what is not so. */
	return !(c->efer & ~limits->efer_valid) && !(c->efer & EFER_LMA && !active);
}

static bool cr4_is_valid(const struct hv_vp_context *c, const struct cpu_limits *limits,
			 bool long_mode)
{
	if (c->cr4 & ~limits->cr4_valid)
		return false;
	return long_mode ? c->cr4 & CR4_PAE : !(c->cr4 & CR4_PCIDE);
}

static bool pat_is_valid(uint64_t pat)
{
	for (int i = 0; i < 8; i++, pat >>= 8) {
		uint8_t type = pat & 0xFF;

		if (type > 7 || type == 2 || type == 3)
			return false;
	}
	return true;
}

const char *context_bad_register(const struct hv_vp_context *c, const struct cpu_limits *limits)
{
	bool long_mode = c->efer & EFER_LME && c->cr0 & CR0_PG;
	bool code64 = long_mode && c->cs.attributes & HV_SEGMENT_LONG;

	if (!cr0_is_valid(c->cr0))
		return "cr0";
	if (!efer_is_valid(c, limits))
		return "efer";
	if (!cr4_is_valid(c, limits, long_mode))
		return "cr4";
	if (c->cr3 >> limits->physical_bits)
		return "cr3";
	if (!(c->rflags & RFLAGS_ONE) || c->rflags & (RFLAGS_RESERVED | RFLAGS_VM))
		return "rflags";
	if (code64 ? !is_canonical(c->rip) : c->rip >> 32)
		return "rip";
	if (!code_is_valid(&c->cs, long_mode))
		return "cs";
	if (!stack_is_valid(&c->ss, long_mode))
		return "ss";
	if (!data_is_valid(&c->ds))
		return "ds";
	if (!data_is_valid(&c->es))
		return "es";
	if (!data_is_valid(&c->fs))
		return "fs";
	if (!data_is_valid(&c->gs))
		return "gs";
	if (!task_is_valid(&c->tr, long_mode))
		return "tr";
	if (!ldt_is_valid(&c->ldtr))
		return "ldtr";
	if (!table_is_valid(&c->idtr))
		return "idtr";
	if (!table_is_valid(&c->gdtr))
		return "gdtr";
	if (!pat_is_valid(c->pat))
		return "pat";
	return NULL;
}
