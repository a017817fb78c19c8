/* SPDX-License-Identifier: MIT */
/*
 * Virtual trust levels, by calls from VTL 0: HvCallEnablePartitionVtl (0x0D), HvCallEnableVpVtl
 * (0x0F), HvCallGetVpRegisters (0x50), and the two others with a VTL 1 that is there. The order
 * counts: the partition gets a VTL 1 half way, then the boot processor. Nothing enters it.
 */
#include "conform/internal.h"

#include "conform/x86_64/registers.h"
#include "lib/string.h"

#define ENABLE           HVSMP_CALL_ENABLE_PARTITION_VTL
#define ENABLE_VP        HVSMP_CALL_ENABLE_VP_VTL
#define READ             HVSMP_CALL_GET_VP_REGISTERS
#define ONE_REP          (1UL << HVSMP_CONTROL_REP_COUNT_SHIFT)

#define FOREIGN          (ALLOW_PARTITION_ID | ALLOW_DENIED)
#define NO_LEVEL         (ALLOW_DENIED | ALLOW_PARAMETER)
#define ABOVE            (ALLOW_DENIED | ALLOW_PARAMETER | ALLOW_VTL_STATE)

#define VP_STATUS        HVSMP_REGISTER_VSM_VP_STATUS
#define PARTITION_STATUS HVSMP_REGISTER_VSM_PARTITION_STATUS
#define NO_REGISTER      0xFFFFFFFFU
#define INPUT_VTL_1      0x11U /* HV_INPUT_VTL: bit 4, not the caller's own, but 3:0 */
#define A_FLAG           0x80U /* which the TLFS reserves */

/* SELF first: the target of a row that says nothing. */
enum vtl_target { VTL_SELF, VTL_OTHER, VTL_NOBODY };

struct vtl_row {
	const char *name;
	uint16_t code;
	unsigned int allowed;
	uint64_t partition_flip;
	enum vtl_target target;
	uint8_t vtl, flags;
	bool bad_context;
	uint32_t reg;
	uint64_t mask, expected; /* of the register's value, if the call succeeds */
};

#define ACTIVE        HVSMP_VSM_VTL_MASK
#define ENABLED(vtls) ((uint64_t)(vtls) << HVSMP_VSM_VP_ENABLED_SHIFT)
#define VTL0_ONLY     1U
#define VTL0_AND_1    3U

/* The rows behind it are for a caller in VTL 0, and a VP that has no other. */
static const struct vtl_row status = {"VsmVpStatus of the caller", READ, ALLOW_SUCCESS,
				      .reg = VP_STATUS};

/* Before the partition has a VTL 1. */
static const struct vtl_row before[] = {
	{"a register that does not exist", READ, ALLOW_PARAMETER, .reg = NO_REGISTER},
	{"PartitionId (0, 8): an id that is not SELF", READ, FOREIGN, .partition_flip = ~0x1234UL,
	 .reg = VP_STATUS},
	{"VpIndex (8, 4): at the limit", READ, ALLOW_VP_INDEX | ALLOW_DENIED, .target = VTL_NOBODY,
	 .reg = VP_STATUS},

	{"PartitionId (0, 8): an id that is not SELF", ENABLE, FOREIGN, .partition_flip = ~0x1234UL,
	 .vtl = 1},
	{"TargetVtl (8, 1): 0", ENABLE, NO_LEVEL, .vtl = 0},
	{"TargetVtl (8, 1): 15, beyond the maximum", ENABLE, NO_LEVEL, .vtl = 15},
	{"Flags (9, 1): a bit that means nothing", ENABLE, ALLOW_PARAMETER, .vtl = 1,
	 .flags = A_FLAG},
	{"HV_STATUS_INVALID_VTL_STATE: before the partition has the VTL", ENABLE_VP,
	 ALLOW_VTL_STATE, .vtl = 1},
	{"TargetVtl (8, 1): 1", ENABLE, ALLOW_SUCCESS, .vtl = 1},
};

/* The partition has it, no VP has. */
static const struct vtl_row between[] = {
	{"HV_STATUS_INVALID_VTL_STATE: once more", ENABLE,
	 ALLOW_VTL_STATE | ALLOW_SUCCESS | ALLOW_PARAMETER, .vtl = 1},
	{"VsmPartitionStatus: enabled 0 and 1", READ, ALLOW_SUCCESS, .reg = PARTITION_STATUS,
	 .mask = VTL0_AND_1, .expected = VTL0_AND_1},

	{"PartitionId (0, 8): an id that is not SELF", ENABLE_VP, FOREIGN,
	 .partition_flip = ~0x1234UL, .vtl = 1},
	{"HV_STATUS_INVALID_VP_INDEX: VpIndex at the limit", ENABLE_VP, ALLOW_VP_INDEX,
	 .target = VTL_NOBODY, .vtl = 1},
	{"TargetVtl (12, 1): 0", ENABLE_VP, ALLOW_PARAMETER, .vtl = 0},
	{"TargetVtl (12, 1): 2, which the partition lacks", ENABLE_VP,
	 ALLOW_PARAMETER | ALLOW_VTL_STATE, .vtl = 2},
	{"HV_STATUS_ACCESS_DENIED: another VP, from below", ENABLE_VP, ALLOW_DENIED,
	 .target = VTL_OTHER, .vtl = 1},
	{"HV_STATUS_INVALID_REGISTER_VALUE: Rip not canonical", ENABLE_VP,
	 ALLOW_REGISTER | ALLOW_SUCCESS, .vtl = 1, .bad_context = true},
};

static const struct vtl_row oneself = {"VpIndex (8, 4): the caller's own", ENABLE_VP, ALLOW_SUCCESS,
				       .vtl = 1};

/* The boot processor has it. */
static const struct vtl_row after[] = {
	{"VsmVpStatus: active 0, enabled 0 and 1", READ, ALLOW_SUCCESS, .reg = VP_STATUS,
	 .mask = ACTIVE | ENABLED(VTL0_AND_1), .expected = ENABLED(VTL0_AND_1)},
	{"HV_STATUS_ACCESS_DENIED: VsmVpStatus of VTL 1, above the caller's", READ, ALLOW_DENIED,
	 .vtl = INPUT_VTL_1, .reg = VP_STATUS},
	{"HV_STATUS_VTL_ALREADY_ENABLED: once more", ENABLE_VP, ALLOW_VTL_ENABLED | ALLOW_DENIED,
	 .vtl = 1},
	{"HV_STATUS_ACCESS_DENIED: another VP, when one has VTL 1", ENABLE_VP, ALLOW_DENIED,
	 .target = VTL_OTHER, .vtl = 1},
};

static uint32_t own_index(const struct bench *b)
{
	uint32_t known = b->in->hv->bsp_vp_index;

	return known == HVSMP_VP_UNKNOWN ? HVSMP_VP_INDEX_SELF : known;
}

/* HVSMP_VP_UNKNOWN: there is none. */
static uint32_t index_of(const struct bench *b, enum vtl_target target)
{
	if (target == VTL_NOBODY)
		return bench_limit_index(b);
	if (target == VTL_SELF)
		return own_index(b);
	for (size_t i = 0; i < b->vp_count; i++) {
		if (b->vp[i].vp_index != HVSMP_VP_UNKNOWN)
			return b->vp[i].vp_index;
	}
	return HVSMP_VP_UNKNOWN;
}

static void fill(struct bench *b, const struct vtl_row *row, uint32_t vp_index)
{
	struct hvsmp_enable_partition_vtl_input *partition = (void *)b->input;
	struct hvsmp_get_vp_registers_input *read = (void *)b->input;
	struct hvsmp_start_vp_input *vp = (void *)b->input;
	uint64_t partition_id = HVSMP_PARTITION_SELF ^ row->partition_flip;

	memset(b->input, 0, HVSMP_PAGE_SIZE);
	memset(b->output, 0, HVSMP_PAGE_SIZE);
	if (row->code == ENABLE) {
		partition->partition_id = partition_id;
		partition->target_vtl = row->vtl;
		partition->flags = row->flags;
	} else if (row->code == READ) {
		read->partition_id = partition_id;
		read->vp_index = vp_index;
		read->target_vtl = row->vtl;
		read->names[0] = row->reg;
	} else {
		hvsmp_start_vp_fill(vp, vp_index, row->vtl, &b->landing->wanted);
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

/* Did the call succeed? */
static bool run(struct bench *b, const struct vtl_row *row)
{
	uint32_t vp_index = index_of(b, row->target);
	bool reads = row->code == READ;
	struct hvsmp_result r;
	bool done;

	if (row->target == VTL_OTHER && vp_index == HVSMP_VP_UNKNOWN) {
		row_skip(b, row->code, row->name, "there is no AP with a known VP index");
		return false;
	}
	row_begin(b, row->code, row->name, row->allowed);
	fill(b, row, vp_index);
	r = row_call(b, row->code | (reads ? ONE_REP : 0), (uint64_t)b->input,
		     reads ? (uint64_t)b->output : 0);
	done = row_succeeded(b);
	if (reads)
		check_value(b, row, &r);
	row_end(b);
	return done;
}

/* Whatever is not there, each row says so. */
static void table(struct bench *b, const struct vtl_row *rows, size_t count, const char *reason,
		  bool *done)
{
	bool last = false;

	for (size_t i = 0; i < count; i++) {
		if (reason)
			row_skip(b, rows[i].code, rows[i].name, reason);
		else
			last = run(b, &rows[i]);
	}
	*done = last;
}

#define TABLE(b, rows, reason, done) table(b, rows, sizeof(rows) / sizeof((rows)[0]), reason, done)

/* TargetVtl 1 once more for the calls that have it: it is above the caller's, enabled or not. */
static void above_rows(struct bench *b, const char *reason)
{
	static const char map[] = "TargetVtl (8, 1): 1, above the caller's, with VTL 1 enabled";
	static const struct start_row start = {
		"TargetVtl (12, 1): 1, above the caller's, with VTL 1 enabled",
		ABOVE | ALLOW_VP_STATE, .vtl = 1};
	struct hvsmp_get_vp_index_input *in = (void *)b->input;
	const uint32_t apic_id = bench_bsp(b);

	if (reason) {
		row_skip(b, HVSMP_CALL_GET_VP_INDEX, map, reason);
		row_skip(b, HVSMP_CALL_START_VP, start.name, reason);
		return;
	}
	row_begin(b, HVSMP_CALL_GET_VP_INDEX, map, ABOVE);
	memset(b->input, 0, HVSMP_PAGE_SIZE);
	in->partition_id = HVSMP_PARTITION_SELF;
	in->target_vtl = 1;
	memcpy(in->list, &apic_id, sizeof(apic_id));
	(void)row_call(b, HVSMP_CALL_GET_VP_INDEX | ONE_REP, (uint64_t)b->input,
		       (uint64_t)b->output);
	row_end(b);
	start_row(b, &start);
}

/* Why no row behind it can be made; NULL. */
static const char *status_row(struct bench *b, const char *reason)
{
	const struct hvsmp_register_value *value = (const void *)b->output;
	bool done;

	table(b, &status, 1, reason, &done);
	if (reason)
		return reason;
	if (!done)
		return "VsmVpStatus cannot be read";
	if (value->low & ACTIVE)
		return "the kernel has begun in a VTL above 0";
	return (uint16_t)(value->low >> HVSMP_VSM_VP_ENABLED_SHIFT) == VTL0_ONLY
		       ? NULL
		       : "the boot processor has a VTL above 0 already";
}

void vtl_rows(struct bench *b)
{
	static char withheld[HVSMP_REASON_SIZE]; /* rows keep a copy */
	const char *reason = b->start_skip ? b->start_skip : b->map_skip;
	bool done;

	if (!reason && !hvsmp_may_use_vtls(b->in->features, withheld))
		reason = withheld;
	reason = status_row(b, reason);
	TABLE(b, before, reason, &done);
	if (!reason && !done)
		reason = "the partition has been given no VTL 1";
	TABLE(b, between, reason, &done);
	if (done) /* harmless: nobody goes there */
		row_skip(b, oneself.code, oneself.name, "the row before has done it");
	else
		table(b, &oneself, 1, reason, &done);
	if (!reason && !done)
		reason = "the boot processor has been given no VTL 1";
	TABLE(b, after, reason, &done);
	above_rows(b, reason);
}
