/* SPDX-License-Identifier: MIT */
/* One call of 0x0D, 0x0F or 0x50 as a row describes it, and 0x9A and 0x99 that name a VTL. */
#include "conform/x86_64/vtl_rows.h"

#include "conform/x86_64/registers.h"
#include "lib/string.h"

#define ONE_REP (1UL << HVSMP_CONTROL_REP_COUNT_SHIFT)

static uint32_t own_index(const struct bench *b)
{
	uint32_t known = b->in->hv->bsp_vp_index;

	return known == HVSMP_VP_UNKNOWN ? HVSMP_VP_INDEX_SELF : known;
}

/* HVSMP_VP_UNKNOWN: there is none. */
static uint32_t index_of(const struct bench *b, enum vtl_target target,
			 const struct bench_vp *other)
{
	if (target == VTL_NOBODY)
		return bench_limit_index(b);
	if (target == VTL_SELF)
		return own_index(b);
	if (other)
		return other->vp_index;
	for (size_t i = 0; i < b->vp_count; i++) {
		if (b->vp[i].vp_index != HVSMP_VP_UNKNOWN)
			return b->vp[i].vp_index;
	}
	return HVSMP_VP_UNKNOWN;
}

static void fill(struct bench *b, const struct vtl_row *row, uint32_t vp_index,
		 const struct hvsmp_context *context)
{
	struct hvsmp_enable_partition_vtl_input *partition = (void *)b->input;
	struct hvsmp_get_vp_registers_input *read = (void *)b->input;
	struct hvsmp_start_vp_input *vp = (void *)b->input;
	uint64_t partition_id = HVSMP_PARTITION_SELF ^ row->partition_flip;

	memset(b->input, 0, HVSMP_PAGE_SIZE);
	memset(b->output, 0, HVSMP_PAGE_SIZE);
	if (row->code == VTL_ENABLE) {
		partition->partition_id = partition_id;
		partition->target_vtl = row->vtl;
		partition->flags = row->flags;
	} else if (row->code == VTL_READ) {
		read->partition_id = partition_id;
		read->vp_index = vp_index;
		read->target_vtl = row->vtl;
		read->names[0] = row->reg;
	} else {
		hvsmp_start_vp_fill(vp, vp_index, row->vtl, context);
		vp->partition_id = partition_id;
		if (row->bad_context)
			vp->context.rip |= NOT_CANONICAL;
	}
}

static void check_value(struct bench *b, const struct vtl_row *row, const struct hvsmp_result *r)
{
	const struct hvsmp_register_value *value = (const void *)b->output;

	if (r->reps != row_succeeded(b))
		row_wrong(b, "%u reps completed, must be %u", r->reps, row_succeeded(b));
	else if (row_succeeded(b) && (value->low & row->mask) != row->expected)
		row_wrong(b, "expected 0x%lx in 0x%lx, is 0x%lx", (unsigned long)row->expected,
			  (unsigned long)row->mask, (unsigned long)value->low);
}

bool vtl_call(struct bench *b, const struct vtl_row *row, const struct hvsmp_context *context,
	      const struct bench_vp *other)
{
	bool reads = row->code == VTL_READ;
	struct hvsmp_result r;

	fill(b, row, index_of(b, row->target, other), context);
	r = row_call(b, row->code | (reads ? ONE_REP : 0), (uint64_t)b->input,
		     reads ? (uint64_t)b->output : 0);
	if (reads)
		check_value(b, row, &r);
	return row_succeeded(b);
}

bool vtl_row(struct bench *b, const struct vtl_row *row, const struct hvsmp_context *context,
	     const struct bench_vp *other)
{
	uint32_t vp_index = index_of(b, row->target, other);
	bool done;

	if (row->target == VTL_OTHER && vp_index == HVSMP_VP_UNKNOWN) {
		row_skip(b, row->code, row->name, "there is no AP with a known VP index");
		return false;
	}
	row_begin(b, row->code, row->name, row->allowed);
	done = vtl_call(b, row, context, other);
	row_end(b);
	return done;
}

void vtl_map_row(struct bench *b, const char *name, unsigned int allowed, uint8_t vtl,
		 uint32_t apic_id)
{
	struct hvsmp_get_vp_index_input *in = (void *)b->input;

	row_begin(b, HVSMP_CALL_GET_VP_INDEX, name, allowed);
	memset(b->input, 0, HVSMP_PAGE_SIZE);
	in->partition_id = HVSMP_PARTITION_SELF;
	in->target_vtl = vtl;
	memcpy(in->list, &apic_id, sizeof(apic_id));
	(void)row_call(b, HVSMP_CALL_GET_VP_INDEX | ONE_REP, (uint64_t)b->input,
		       (uint64_t)b->output);
	row_end(b);
}

void vtl_lacking_rows(struct bench *b, uint8_t vtl, const struct bench_vp *vp, const char *reason)
{
	static const char name[] =
		"HV_STATUS_INVALID_VTL_STATE: the caller's own TargetVtl, of a VP without it";

	if (!reason && !vp)
		reason = "there is no AP to spare";
	if (reason) {
		row_skip(b, HVSMP_CALL_GET_VP_INDEX, name, reason);
		row_skip(b, HVSMP_CALL_START_VP, name, reason);
		return;
	}
	vtl_map_row(b, name, ALLOW_SUCCESS | ALLOW_PARAMETER | ALLOW_VTL_STATE, vtl, vp->apic_id);
	row_begin(b, HVSMP_CALL_START_VP, name, ALLOW_VP_STATE | ALLOW_VTL_STATE);
	(void)start_call(b, vp->vp_index, vtl, &b->landing->wanted);
	row_end(b);
}
