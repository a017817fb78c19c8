/* SPDX-License-Identifier: MIT */
/*
 * HvCallGetVpIndexFromApicId (0x9A), calls with one element: call code and control word, header,
 * element, parameter blocks. Which answers are allowed, and who says so: docs/conformance.md.
 */
#include "conform/internal.h"

#include "lib/string.h"

#define CALL      HVSMP_CALL_GET_VP_INDEX
#define UNKNOWN   (ALLOW_PARAMETER | ALLOW_VP_INDEX)
#define UNUSABLE  (ALLOW_ALIGNMENT | ALLOW_INPUT)
#define VTL_HIGH  (ALLOW_DENIED | ALLOW_PARAMETER | ALLOW_VTL_STATE)
#define FOREIGN   (ALLOW_PARTITION_ID | ALLOW_DENIED)
#define UNTOUCHED 0xFF

enum { HEADER_SIZE = 16, ID_AT = 16, NARROW = 4, WIDE = 8 };

/* One element: the BSP's APIC id, whose answer its VP_INDEX MSR has told. */
struct map_row {
	const char *name;
	unsigned int allowed;
	uint32_t id;             /* this APIC id; 0: the BSP's */
	uint64_t partition_flip; /* bits of HVSMP_PARTITION_SELF to turn over */
	uint64_t control;        /* further bits of the control word */
	uint32_t id_flip;        /* bits of the APIC id to turn over */
	enum place input, output;
	uint32_t input_at, output_at;
	uint8_t vtl;
	uint8_t padding_at; /* this byte of the header is 1; 0: none */
	bool is_simple;     /* a rep count of 0 */
};

#define REP_COUNT(n) ((uint64_t)(n) << HVSMP_CONTROL_REP_COUNT_SHIFT)
#define REP_START(n) ((uint64_t)(n) << HVSMP_CONTROL_REP_START_SHIFT)

static const struct map_row rows[] = {
	{"Call Code: a rep count of 0", ALLOW_INPUT, .is_simple = true},
	{"Call Code: rep start index 1 of 1", ALLOW_INPUT, .control = REP_START(1)},
	{"Call Code: rep start index 4095 of 1", ALLOW_INPUT, .control = REP_START(HVSMP_REP_MASK)},
	{"Call Code: rep start index 1, rep count 0", ALLOW_INPUT, .is_simple = true,
	 .control = REP_START(1)},
	{"Call Code: fast", ALLOW_INPUT | FOREIGN, .control = HVSMP_CONTROL_FAST},
	{"Call Code: a variable header of 8 bytes", ALLOW_INPUT,
	 .control = 1UL << HVSMP_CONTROL_VARIABLE_SHIFT},
	{"Call Code: reserved bits 30:27", ALLOW_INPUT | ALLOW_SUCCESS,
	 .control = HVSMP_CONTROL_RESERVED_27},
	{"Call Code: bit 31 (nested)", ALLOW_INPUT | ALLOW_SUCCESS,
	 .control = HVSMP_CONTROL_NESTED},
	{"Call Code: reserved bits 47:44", ALLOW_INPUT | ALLOW_SUCCESS,
	 .control = HVSMP_CONTROL_RESERVED_44},
	{"Call Code: reserved bits 63:60", ALLOW_INPUT | ALLOW_SUCCESS,
	 .control = HVSMP_CONTROL_RESERVED_60},

	{"PartitionId (0, 8): lower half differs", FOREIGN, .partition_flip = 0x00000000FFFFFFFFUL},
	{"PartitionId (0, 8): upper half differs", FOREIGN, .partition_flip = 0xFFFFFFFF00000000UL},
	{"TargetVtl (8, 1): 1, above the caller's", VTL_HIGH, .vtl = 1},
	{"TargetVtl (8, 1): 2, above the caller's", VTL_HIGH, .vtl = 2},
	{"Padding (9, 7): byte 9 is 1", ALLOW_PARAMETER | ALLOW_SUCCESS, .padding_at = 9},
	{"Padding (9, 7): byte 15 is 1", ALLOW_PARAMETER | ALLOW_SUCCESS, .padding_at = 15},
	{"ProcessorHwId (0, 4): byte 1 of 4 differs", UNKNOWN, .id_flip = 0x0000A500},
	{"ProcessorHwId (0, 4): byte 3 of 4 differs", UNKNOWN, .id_flip = 0xA5000000},
	{"ProcessorHwId (0, 4): 0xffffffff", UNKNOWN, .id = 0xFFFFFFFF},

	{"Input: misaligned by 4", ALLOW_ALIGNMENT, .input_at = 4},
	{"Input: misaligned by 1", ALLOW_ALIGNMENT, .input_at = 1},
	{"Input: list beyond the page's end", UNUSABLE, .input_at = HVSMP_PAGE_SIZE - HEADER_SIZE},
	{"Input: header beyond the page's end", UNUSABLE, .input_at = HVSMP_PAGE_SIZE - 8},
	{"Input: beyond the GPA space", UNUSABLE, .input = PLACE_NOWHERE},
	{"Input: on the hypercall page", UNUSABLE | FOREIGN | ALLOW_PARAMETER, .input = PLACE_CODE},
	{"Output: misaligned by 4", ALLOW_ALIGNMENT, .output_at = 4},
	{"Output: misaligned by 1", ALLOW_ALIGNMENT, .output_at = 1},
	{"Output: beyond the GPA space", UNUSABLE, .output = PLACE_NOWHERE},
	{"Output: on the input", ALLOW_INPUT | ALLOW_SUCCESS, .output = PLACE_INPUT},

	{"HV_STATUS_INVALID_PARTITION_ID: an id that is not SELF", FOREIGN,
	 .partition_flip = ~0x1234UL},
	{"HV_STATUS_INVALID_PARAMETER: TargetVtl 3", ALLOW_PARAMETER, .vtl = 3},
	{"HV_STATUS_INVALID_PARAMETER: TargetVtl 0x10", ALLOW_PARAMETER, .vtl = 0x10},
	{"HV_STATUS_INVALID_PARAMETER: TargetVtl 0xff", ALLOW_PARAMETER, .vtl = 0xFF},
};

static const struct {
	const char *name, *reason;
} impossible[] = {
	{"HV_STATUS_INVALID_REGISTER_VALUE", "the call takes no register"},
	{"HV_STATUS_INVALID_VP_STATE", "the call is made for VPs in any state"},
	{"HV_STATUS_INVALID_PARTITION_STATE", "a guest cannot make its own partition inactive"},
	{"HV_STATUS_INVALID_VTL_STATE",
	 "the caller is in VTL 0; TargetVtl 1 and 2 are above, enabled or not"},
};

static uint64_t fill(struct bench *b, const struct map_row *row, uint32_t apic_id)
{
	struct hvsmp_get_vp_index_input header = {
		.partition_id = HVSMP_PARTITION_SELF ^ row->partition_flip,
		.target_vtl = row->vtl,
	};
	uint32_t id = row->id ? row->id : apic_id ^ row->id_flip;

	memset(b->input, 0, (size_t)2 * HVSMP_PAGE_SIZE);
	memset(b->output, UNTOUCHED, (size_t)2 * HVSMP_PAGE_SIZE);
	memcpy(b->input + row->input_at, &header, sizeof(header));
	memcpy(b->input + row->input_at + ID_AT, &id, sizeof(id));
	if (row->padding_at)
		b->input[row->input_at + row->padding_at] = 1;
	return bench_gpa(b, row->input, b->input, row->input_at);
}

static uint32_t first_answer(const struct bench *b, const struct map_row *row)
{
	const uint8_t *from = row->output == PLACE_INPUT ? b->input : b->output;
	uint32_t value;

	memcpy(&value, from + row->output_at, sizeof(value));
	return value;
}

/* What must be so whenever the call succeeds, however it was made. */
static void check_success(struct bench *b, const struct map_row *row, const struct hvsmp_result *r,
			  uint32_t expected)
{
	if (!hvsmp_answers(r, HVSMP_STATUS_SUCCESS))
		return;
	if (r->reps != 1)
		row_wrong(b, "%u reps completed, must be 1", r->reps);
	if (first_answer(b, row) != expected)
		row_wrong(b, "the BSP is VP %u, its MSR says %u", first_answer(b, row), expected);
}

static struct hvsmp_result make(struct bench *b, const struct map_row *row, uint32_t apic_id)
{
	uint64_t input = fill(b, row, apic_id);
	uint64_t output = bench_gpa(b, row->output, b->output, row->output_at);

	return row_call(b, CALL | row->control | (row->is_simple ? 0 : REP_COUNT(1)), input,
			output);
}

static void run(struct bench *b, const struct map_row *row)
{
	struct hvsmp_result r;

	if (b->map_skip) {
		row_skip(b, CALL, row->name, b->map_skip);
		return;
	}
	row_begin(b, CALL, row->name, row->allowed);
	r = make(b, row, bench_bsp(b));
	check_success(b, row, &r, b->in->hv->bsp_vp_index);
	row_end(b);
}

/* One element and nothing special: may the call be made at all? */
static const struct map_row plain = {0};

static void privilege_row(struct bench *b)
{
	static const char name[] = "HV_STATUS_ACCESS_DENIED: without the privilege AccessVpIndex";

	if (b->map_skip || !b->map_denied) {
		row_skip(b, CALL, name, b->map_skip ? b->map_skip : "the privilege is granted");
		return;
	}
	row_begin(b, CALL, name, ALLOW_DENIED | ALLOW_NO_CALL);
	(void)make(b, &plain, bench_bsp(b));
	row_end(b);
	b->map_skip = "the privilege AccessVpIndex is withheld";
}

static void first_row(struct bench *b)
{
	static const char name[] = "Call Code: 0x009A (Rep), one element";
	/* Some count 0x9A to the privilege of 0x99. */
	unsigned int also = b->start_denied ? ALLOW_DENIED | ALLOW_NO_CALL : 0;
	struct hvsmp_result r;

	if (b->map_skip) {
		row_skip(b, CALL, name, b->map_skip);
		return;
	}
	row_begin(b, CALL, name, ALLOW_SUCCESS | also);
	r = make(b, &plain, bench_bsp(b));
	check_success(b, &plain, &r, b->in->hv->bsp_vp_index);
	if (hvsmp_answers(&r, HVSMP_STATUS_INVALID_HYPERCALL_CODE)) {
		b->map_skip = "the hypervisor does not offer the call (it answers 0x0002)";
		row_end_not_offered(b, b->map_skip);
		return;
	}
	if (!row_succeeded(b))
		b->map_skip = "the plain call with one element does not succeed";
	row_end(b);
}

/* The whole output page but the element itself. */
static void untouched_row(struct bench *b)
{
	static const char name[] = "VpIndex (0, 4): nothing else is written";
	struct hvsmp_result r;
	size_t at = NARROW;

	if (b->map_skip) {
		row_skip(b, CALL, name, b->map_skip);
		return;
	}
	row_begin(b, CALL, name, ALLOW_SUCCESS);
	r = make(b, &plain, bench_bsp(b));
	check_success(b, &plain, &r, b->in->hv->bsp_vp_index);
	while (at < WIDE && b->output[at] == 0)
		at++;
	if (at != WIDE) /* not an element of 8 bytes */
		at = NARROW;
	while (at < (size_t)2 * HVSMP_PAGE_SIZE && b->output[at] == UNTOUCHED)
		at++;
	if (at < (size_t)2 * HVSMP_PAGE_SIZE)
		row_wrong(b, "byte %u was written, it is 0x%02x", (unsigned int)at, b->output[at]);
	row_end(b);
}

static bool is_taken(const struct bench *b, size_t before, uint32_t vp_index)
{
	bool taken = vp_index == b->in->hv->bsp_vp_index;

	for (size_t i = 0; i < before; i++)
		taken |= b->vp[i].vp_index == vp_index;
	return taken;
}

static void judge_index(struct bench *b, size_t i, uint32_t index)
{
	uint32_t limit = b->in->features->vp_limit;
	uint32_t apic_id = b->vp[i].apic_id;

	if (index >= HVSMP_VP_INDEX_SELF || (limit && index >= limit))
		row_wrong(b, "APIC id %u is VP 0x%x, the limit is 0x%x", apic_id, index, limit);
	else if (is_taken(b, i, index))
		row_wrong(b, "APIC id %u is VP %u, and so is another", apic_id, index);
	else
		b->vp[i].vp_index = index;
}

/* Each AP, one call each; whom the hypervisor does not know is left alone later on. */
static void processors_row(struct bench *b)
{
	static const char name[] = "ProcessorHwId (0, 4): every AP of the MADT";
	unsigned int known = 0;

	if (b->map_skip || !b->vp_count) {
		row_skip(b, CALL, name, b->map_skip ? b->map_skip : "there is no AP");
		return;
	}
	row_begin(b, CALL, name, ALLOW_SUCCESS | UNKNOWN);
	for (size_t i = 0; i < b->vp_count; i++) {
		struct hvsmp_result r = make(b, &plain, b->vp[i].apic_id);

		if (r.err)
			break;
		if (!hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
			continue;
		known++;
		if (r.reps != 1)
			row_wrong(b, "APIC id %u: %u reps completed", b->vp[i].apic_id, r.reps);
		judge_index(b, i, first_answer(b, &plain));
	}
	row_note(b, "%u of %u known, all different", known, (unsigned int)b->vp_count);
	row_end(b);
}

/* Nothing done: no elements may be counted as completed. */
static void nobody_row(struct bench *b)
{
	struct map_row row = {"HV_STATUS_INVALID_PARAMETER: an APIC id that nobody has", UNKNOWN,
			      .id = b->nobody};
	struct hvsmp_result r;

	if (b->map_skip) {
		row_skip(b, CALL, row.name, b->map_skip);
		return;
	}
	row_begin(b, CALL, row.name, row.allowed);
	r = make(b, &row, 0);
	if (r.reps)
		row_wrong(b, "%u reps completed, must be 0", r.reps);
	row_end(b);
}

void map_rows(struct bench *b)
{
	privilege_row(b);
	first_row(b);
	processors_row(b);
	untouched_row(b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run(b, &rows[i]);
	nobody_row(b);
	for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++)
		row_skip(b, CALL, impossible[i].name, impossible[i].reason);
}
