/* SPDX-License-Identifier: MIT */
/*
 * HvCallStartVirtualProcessor (0x99): call code and control word, header, parameter block, return
 * values. Nothing here starts a VP if the hypervisor keeps to the documents.
 */
#include "conform/internal.h"

#define CALL     HVSMP_CALL_START_VP
#define UNUSABLE (ALLOW_ALIGNMENT | ALLOW_INPUT)
#define VTL_HIGH (ALLOW_DENIED | ALLOW_PARAMETER | ALLOW_VP_STATE | ALLOW_VTL_STATE)
#define FOREIGN  (ALLOW_PARTITION_ID | ALLOW_DENIED)
#define ONESELF  (ALLOW_PARAMETER | ALLOW_VP_INDEX | ALLOW_VP_STATE)
/* On a VP that is not there: who does not look at the bits comes to the index. */
#define RESERVED   (ALLOW_INPUT | ALLOW_VP_INDEX)

#define AN_ODD_GPA 0xFFF0000000000007UL

static const struct start_row rows[] = {
	/* First, because it shows whether there is such a call, and starts nothing. */
	{"Call Code: 0x0099 (Simple), of a VP that is not there", ALLOW_VP_INDEX,
	 .target = TARGET_LIMIT},
	{"Call Code: 0x0099 (Simple), rep count 1", ALLOW_INPUT,
	 .control = 1UL << HVSMP_CONTROL_REP_COUNT_SHIFT},
	{"Call Code: rep start index 1", ALLOW_INPUT,
	 .control = 1UL << HVSMP_CONTROL_REP_START_SHIFT},
	{"Call Code: fast", ALLOW_INPUT, .control = HVSMP_CONTROL_FAST},
	{"Call Code: a variable header of 8 bytes", ALLOW_INPUT,
	 .control = 1UL << HVSMP_CONTROL_VARIABLE_SHIFT},
	{"Call Code: reserved bits 30:27", RESERVED, .target = TARGET_LIMIT,
	 .control = HVSMP_CONTROL_RESERVED_27},
	{"Call Code: bit 31 (nested)", RESERVED, .target = TARGET_LIMIT,
	 .control = HVSMP_CONTROL_NESTED},
	{"Call Code: reserved bits 47:44", RESERVED, .target = TARGET_LIMIT,
	 .control = HVSMP_CONTROL_RESERVED_44},
	{"Call Code: reserved bits 63:60", RESERVED, .target = TARGET_LIMIT,
	 .control = HVSMP_CONTROL_RESERVED_60},

	{"Input: misaligned by 4", ALLOW_ALIGNMENT, .input_at = 4},
	{"Input: misaligned by 1", ALLOW_ALIGNMENT, .input_at = 1},
	{"Input: header beyond the page's end", UNUSABLE, .input_at = HVSMP_PAGE_SIZE - 8},
	{"Input: last 8 bytes beyond the page's end", UNUSABLE,
	 .input_at = HVSMP_PAGE_SIZE - HVSMP_START_INPUT_SIZE + 8},
	{"Input: beyond the GPA space", UNUSABLE, .input = PLACE_NOWHERE},
	{"Input: on the hypercall page", UNUSABLE | FOREIGN | ALLOW_PARAMETER | ALLOW_VP_INDEX,
	 .input = PLACE_CODE},
	{"Output: there is none, its GPA is ignored", ALLOW_VP_INDEX, .target = TARGET_LIMIT,
	 .output = AN_ODD_GPA},

	{"PartitionId (0, 8): lower half differs", FOREIGN, .partition_flip = 0x00000000FFFFFFFFUL},
	{"PartitionId (0, 8): upper half differs", FOREIGN, .partition_flip = 0xFFFFFFFF00000000UL},
	{"VpIndex (8, 4): upper half differs from a good one", ALLOW_VP_INDEX,
	 .target = TARGET_WIDE},
	{"TargetVtl (12, 1): 1, above the caller's", VTL_HIGH, .vtl = 1},
	{"TargetVtl (12, 1): 2, above the caller's", VTL_HIGH, .vtl = 2},
	{"TargetVtl (12, 1): 3", ALLOW_PARAMETER, .vtl = 3},
	{"TargetVtl (12, 1): 0x10", ALLOW_PARAMETER, .vtl = 0x10},
	{"TargetVtl (12, 1): 0xff", ALLOW_PARAMETER, .vtl = 0xFF},

	{"HV_STATUS_INVALID_PARTITION_ID: an id that is not SELF", FOREIGN,
	 .partition_flip = ~0x1234UL},
	{"HV_STATUS_INVALID_VP_INDEX: VpIndex at the limit", ALLOW_VP_INDEX,
	 .target = TARGET_LIMIT},
	{"HV_STATUS_INVALID_VP_INDEX: VpIndex that nobody has", ALLOW_VP_INDEX,
	 .target = TARGET_GAP},
	{"HV_STATUS_INVALID_VP_INDEX: VpIndex ANY", ALLOW_VP_INDEX, .target = TARGET_CONST_ANY},
	{"HV_STATUS_INVALID_VP_INDEX: VpIndex SELF", ONESELF, .target = TARGET_CONST_SELF},
	{"HV_STATUS_INVALID_VP_INDEX: the caller's own VpIndex", ONESELF, .target = TARGET_SELF},
};

static const struct {
	const char *name, *reason;
} impossible[] = {
	{"HV_STATUS_INVALID_PARTITION_STATE", "a guest cannot make its own partition inactive"},
	{"HV_STATUS_INVALID_VTL_STATE",
	 "the caller is in VTL 0; TargetVtl 1 and 2 are above, enabled or not"},
};

/* On a VP that is not there, so that nothing starts whatever the answer. */
static void privilege_row(struct bench *b)
{
	static const struct start_row row = {
		"HV_STATUS_ACCESS_DENIED: without the privilege StartVirtualProcessor",
		ALLOW_DENIED | ALLOW_NO_CALL, .target = TARGET_LIMIT};

	if (b->start_skip || !b->start_denied) {
		row_skip(b, CALL, row.name,
			 b->start_skip ? b->start_skip : "the privilege is granted");
		return;
	}
	start_row(b, &row);
	b->start_skip = "the privilege StartVirtualProcessor is withheld";
}

void start_rows(struct bench *b)
{
	privilege_row(b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		start_row(b, &rows[i]);
	for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++)
		row_skip(b, CALL, impossible[i].name, impossible[i].reason);
}
