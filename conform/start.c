/* SPDX-License-Identifier: MIT */
/*
 * One call of HvCallStartVirtualProcessor (0x99) as a row describes it. Whatever a row breaks, the
 * context leads to a landing of ours: should the hypervisor accept it, the VP parks there, and the
 * next row takes another VP.
 */
#include "conform/internal.h"

#include "lib/string.h"

#define CALL      HVSMP_CALL_START_VP
#define WIDE_BIT  0x00010000U /* no VP index is that large */
#define A_GAP_END 0x10000U

static bool is_refusal_only(const struct start_row *row)
{
	return !(row->allowed & ALLOW_SUCCESS);
}

static uint32_t gap(const struct bench *b)
{
	uint32_t i = 0;

	while (i < A_GAP_END && bench_has_vp_index(b, i))
		i++;
	return i;
}

/* The VP that must be there for the row; NULL with a reason. */
static struct bench_vp *target_vp(struct bench *b, enum start_target target, const char **reason)
{
	bool running = target == TARGET_RUNNING || target == TARGET_INITED;
	struct bench_vp *vp = running ? bench_running_vp(b) : bench_waiting_vp(b);

	if (!vp && running)
		*reason = "no VP was brought to run";
	else if (!vp && !b->vp_count)
		*reason = "there is no AP";
	else if (!vp)
		*reason = "no AP with a known VP index is left that waits to be started";
	else if (target == TARGET_INITED && !bench_init_vp(vp))
		*reason = "INIT could not be sent";
	return vp;
}

static bool needs_vp(enum start_target target)
{
	return target == TARGET_WAITING || target == TARGET_RUNNING || target == TARGET_INITED ||
	       target == TARGET_WIDE;
}

/* Whether the row's index means something; if not, why. */
static bool has_index(const struct bench *b, enum start_target target, const char **reason)
{
	if (target == TARGET_SELF && b->in->hv->bsp_vp_index == HVSMP_VP_UNKNOWN)
		*reason = "the caller's VP index is not known";
	if (target == TARGET_GAP && !bench_knows_all(b))
		*reason = "not all VP indexes are known";
	return !*reason;
}

/* good: the index of the VP that was found for the row, if it needs one. */
static uint32_t index_of(const struct bench *b, enum start_target target, uint32_t good)
{
	switch (target) {
	case TARGET_WIDE: return good | WIDE_BIT;
	case TARGET_SELF: return b->in->hv->bsp_vp_index;
	case TARGET_LIMIT: return bench_limit_index(b);
	case TARGET_GAP: return gap(b);
	case TARGET_CONST_SELF: return HVSMP_VP_INDEX_SELF;
	case TARGET_CONST_ANY: return HVSMP_VP_INDEX_ANY;
	default: return good;
	}
}

static void apply(uint8_t *block, const struct change *change)
{
	uint64_t value = 0;

	memcpy(&value, block + change->offset, change->size);
	value = (value & ~change->clear) | change->set;
	memcpy(block + change->offset, &value, change->size);
}

static uint64_t fill(struct bench *b, const struct start_row *row, uint32_t vp_index)
{
	struct hvsmp_start_vp_input in;

	hvsmp_start_vp_fill(&in, vp_index, row->vtl, &b->landing->wanted);
	in.partition_id ^= row->partition_flip;
	apply((uint8_t *)&in, &row->change);
	memset(b->input, 0, (size_t)2 * HVSMP_PAGE_SIZE);
	memcpy(b->input + row->input_at, &in, sizeof(in));
	return bench_gpa(b, row->input, b->input, row->input_at);
}

/* Which VP came down, if it is one of ours, and whether it is the one that was asked for. */
static void note_arrival(struct bench *b, struct bench_vp *asked, uint32_t apic_id)
{
	for (size_t i = 0; i < b->vp_count; i++) {
		if (b->vp[i].apic_id == apic_id)
			b->vp[i].use = VP_RUNS;
	}
	if (asked && asked->apic_id != apic_id)
		row_wrong(b, "APIC id %u has arrived, asked was %u", apic_id, asked->apic_id);
	row_note(b, "APIC id %u has arrived", apic_id);
}

/* The hypervisor has accepted: what became of the VP, and ground for the next one. */
static void accepted(struct bench *b, struct bench_vp *vp, const struct start_row *row)
{
	const struct landing *l = b->landing;

	if (vp)
		vp->use = VP_LOST;
	if (landing_await(b, l))
		note_arrival(b, vp, l->apic_id);
	else if (!row->dangerous)
		row_wrong(b, "the call succeeds, and no VP arrives");
	else if (l->faulted)
		row_note(b, "the VP died of %s", arch_fault_name((uint8_t)(l->faulted - 1)));
	else
		row_note(b, "no VP has arrived");
	if (landing_renew(b))
		b->start_skip = "no memory for another VP";
}

void start_row(struct bench *b, const struct start_row *row)
{
	struct bench_vp *vp = NULL;
	const char *reason = b->start_skip;
	struct hvsmp_result r;
	uint32_t vp_index;

	if (!reason && has_index(b, row->target, &reason) && needs_vp(row->target))
		vp = target_vp(b, row->target, &reason);
	if (reason) {
		row_skip(b, CALL, row->name, reason);
		return;
	}
	vp_index = index_of(b, row->target, vp ? vp->vp_index : HVSMP_VP_UNKNOWN);
	if (row->dangerous)
		log_print("# next: %s, aimed at VP %u\n", row->name, vp_index);
	row_begin(b, CALL, row->name, row->allowed);
	r = row_call(b, CALL | row->control, fill(b, row, vp_index), row->output);
	if (!b->start_known && !(row->allowed & ALLOW_NO_CALL) && !r.err &&
	    hvsmp_answers(&r, HVSMP_STATUS_INVALID_HYPERCALL_CODE)) {
		b->start_skip = "the hypervisor does not offer the call (it answers 0x0002)";
		row_end_not_offered(b, b->start_skip);
		return;
	}
	b->start_known = true;
	if (row_succeeded(b) && (is_refusal_only(row) || needs_vp(row->target)))
		accepted(b, vp, row);
	row_end(b);
}
