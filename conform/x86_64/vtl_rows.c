/* SPDX-License-Identifier: MIT */
/*
 * Virtual trust levels, by calls from VTL 0: HvCallEnablePartitionVtl (0x0D), HvCallEnableVpVtl
 * (0x0F), HvCallGetVpRegisters (0x50), and the two others with a VTL 1 that is there. The order
 * counts: the partition gets a VTL 1 half way, then the boot processor. Nothing enters it.
 */
#include "conform/x86_64/vtl_rows.h"

#define FOREIGN          (ALLOW_PARTITION_ID | ALLOW_DENIED)
#define NO_LEVEL         (ALLOW_DENIED | ALLOW_PARAMETER)

#define VP_STATUS        HVSMP_REGISTER_VSM_VP_STATUS
#define PARTITION_STATUS HVSMP_REGISTER_VSM_PARTITION_STATUS
#define NO_REGISTER      0xFFFFFFFFU
#define INPUT_VTL_1      0x11U /* HV_INPUT_VTL: bit 4, not the caller's own, but 3:0 */
#define A_FLAG           0x80U /* which the TLFS reserves */
#define VTL_0_ONLY       1U

/* The rows behind it are for a caller in VTL 0, and a VP that has no other. */
static const struct vtl_row status = {"VsmVpStatus of the caller", VTL_READ, ALLOW_SUCCESS,
				      .reg = VP_STATUS};

/* Before the partition has a VTL 1. */
static const struct vtl_row before[] = {
	{"a register that does not exist", VTL_READ, ALLOW_PARAMETER, .reg = NO_REGISTER},
	{"PartitionId (0, 8): an id that is not SELF", VTL_READ, FOREIGN,
	 .partition_flip = ~0x1234UL, .reg = VP_STATUS},
	{"VpIndex (8, 4): at the limit", VTL_READ, ALLOW_VP_INDEX | ALLOW_DENIED,
	 .target = VTL_NOBODY, .reg = VP_STATUS},

	{"PartitionId (0, 8): an id that is not SELF", VTL_ENABLE, FOREIGN,
	 .partition_flip = ~0x1234UL, .vtl = 1},
	{"TargetVtl (8, 1): 0", VTL_ENABLE, NO_LEVEL, .vtl = 0},
	{"TargetVtl (8, 1): 15, beyond the maximum", VTL_ENABLE, NO_LEVEL, .vtl = 15},
	{"Flags (9, 1): a bit that means nothing", VTL_ENABLE, ALLOW_PARAMETER, .vtl = 1,
	 .flags = A_FLAG},
	{"HV_STATUS_INVALID_VTL_STATE: before the partition has the VTL", VTL_ENABLE_VP,
	 ALLOW_VTL_STATE, .vtl = 1},
	{"TargetVtl (8, 1): 1", VTL_ENABLE, ALLOW_SUCCESS, .vtl = 1},
};

/* The partition has it, no VP has. */
static const struct vtl_row between[] = {
	{"HV_STATUS_INVALID_VTL_STATE: once more", VTL_ENABLE,
	 ALLOW_VTL_STATE | ALLOW_SUCCESS | ALLOW_PARAMETER, .vtl = 1},
	{"VsmPartitionStatus: enabled 0 and 1", VTL_READ, ALLOW_SUCCESS, .reg = PARTITION_STATUS,
	 .mask = VTL_0_AND_1, .expected = VTL_0_AND_1},

	{"PartitionId (0, 8): an id that is not SELF", VTL_ENABLE_VP, FOREIGN,
	 .partition_flip = ~0x1234UL, .vtl = 1},
	{"HV_STATUS_INVALID_VP_INDEX: VpIndex at the limit", VTL_ENABLE_VP, ALLOW_VP_INDEX,
	 .target = VTL_NOBODY, .vtl = 1},
	{"TargetVtl (12, 1): 0", VTL_ENABLE_VP, ALLOW_PARAMETER, .vtl = 0},
	{"TargetVtl (12, 1): 2, which the partition lacks", VTL_ENABLE_VP,
	 ALLOW_PARAMETER | ALLOW_VTL_STATE, .vtl = 2},
	{"HV_STATUS_ACCESS_DENIED: another VP, from below", VTL_ENABLE_VP, ALLOW_DENIED,
	 .target = VTL_OTHER, .vtl = 1},
	{"HV_STATUS_INVALID_REGISTER_VALUE: Rip not canonical", VTL_ENABLE_VP,
	 ALLOW_REGISTER | ALLOW_SUCCESS, .vtl = 1, .bad_context = true},
};

static const struct vtl_row oneself = {"VpIndex (8, 4): the caller's own", VTL_ENABLE_VP,
				       ALLOW_SUCCESS, .vtl = 1};

/* The boot processor has it. */
static const struct vtl_row after[] = {
	{"VsmVpStatus: active 0, enabled 0 and 1", VTL_READ, ALLOW_SUCCESS, .reg = VP_STATUS,
	 .mask = VTL_ACTIVE | VTL_ENABLED(VTL_0_AND_1), .expected = VTL_ENABLED(VTL_0_AND_1)},
	{"HV_STATUS_ACCESS_DENIED: VsmVpStatus of VTL 1, above the caller's", VTL_READ,
	 ALLOW_DENIED, .vtl = INPUT_VTL_1, .reg = VP_STATUS},
	{"HV_STATUS_VTL_ALREADY_ENABLED: once more", VTL_ENABLE_VP,
	 ALLOW_VTL_ENABLED | ALLOW_DENIED, .vtl = 1},
	{"HV_STATUS_ACCESS_DENIED: another VP, when one has VTL 1", VTL_ENABLE_VP, ALLOW_DENIED,
	 .target = VTL_OTHER, .vtl = 1},
};

static const struct hvsmp_context *context; /* of 0x0F */

/* Whatever is not there, each row says so. */
static void table(struct bench *b, const struct vtl_row *rows, size_t count, const char *reason,
		  bool *done)
{
	bool last = false;

	for (size_t i = 0; i < count; i++) {
		if (reason)
			row_skip(b, rows[i].code, rows[i].name, reason);
		else
			last = vtl_row(b, &rows[i], context, NULL);
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
		VTL_ABOVE | ALLOW_VP_STATE, .vtl = 1};

	if (reason) {
		row_skip(b, HVSMP_CALL_GET_VP_INDEX, map, reason);
		row_skip(b, HVSMP_CALL_START_VP, start.name, reason);
		return;
	}
	vtl_map_row(b, map, VTL_ABOVE, 1, bench_bsp(b));
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
	if (value->low & VTL_ACTIVE)
		return "the kernel has begun in a VTL above 0";
	return (uint16_t)(value->low >> HVSMP_VSM_VP_ENABLED_SHIFT) == VTL_0_ONLY
		       ? NULL
		       : "the boot processor has a VTL above 0 already";
}

/* Above VTL 0 an AP starts where it has been given a VTL, and that is the caller's. */
void own_vtl_rows(struct bench *b)
{
	struct vtl_row give = {"VpIndex (8, 4): each AP, for the caller's own VTL", VTL_ENABLE_VP,
			       ALLOW_SUCCESS | ALLOW_VTL_ENABLED, .target = VTL_OTHER,
			       .vtl = b->in->vtl};

	if (!give.vtl)
		return;
	vtl_lacking_rows(b, give.vtl, bench_waiting_vp(b), b->start_skip);
	if (b->start_skip || !bench_waiting(b)) {
		row_skip(b, give.code, give.name,
			 b->start_skip ? b->start_skip : "there is no AP with a known VP index");
		return;
	}
	row_begin(b, give.code, give.name, give.allowed);
	for (size_t i = 0; i < b->vp_count; i++) {
		if (b->vp[i].vp_index != HVSMP_VP_UNKNOWN)
			vtl_call(b, &give, &b->landing->wanted, &b->vp[i]);
	}
	row_end(b);
}

void vtl_rows(struct bench *b)
{
	static char withheld[HVSMP_REASON_SIZE]; /* rows keep a copy */
	const char *reason = b->start_skip ? b->start_skip : b->map_skip;
	const char *no_way;
	bool done;

	if (!reason && !hvsmp_may_use_vtls(b->in->features, withheld))
		reason = withheld;
	reason = status_row(b, reason);
	context = reason ? NULL : vtl1_prepare(b);
	if (!reason && !context)
		reason = "no memory for VTL 1";
	TABLE(b, before, reason, &done);
	if (!reason && !done)
		reason = "the partition has been given no VTL 1";
	TABLE(b, between, reason, &done);
	no_way = done ? "0x0F has accepted a Rip that nothing can run at" : reason;
	vtl1_refused_rows(b, no_way);
	if (done)
		row_skip(b, oneself.code, oneself.name, "the row before has done it");
	else
		table(b, &oneself, 1, reason, &done);
	if (!reason && !done)
		reason = no_way = "the boot processor has been given no VTL 1";
	TABLE(b, after, reason, &done);
	above_rows(b, reason);
	vtl1_rows(b, no_way);
}
