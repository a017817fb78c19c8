/* SPDX-License-Identifier: MIT */
/*
 * HvCallGetVpIndexFromApicId (0x9A), lists: size of an element, repetition, order, resumption, an
 * unknown id in the midst, a whole page. What the documents leave open is how many elements a call
 * does: one that succeeds and stops early is resumed.
 */
#include "conform/internal.h"

#include "lib/string.h"

#define CALL      HVSMP_CALL_GET_VP_INDEX
#define UNKNOWN   (ALLOW_PARAMETER | ALLOW_VP_INDEX)
#define UNUSABLE  (ALLOW_ALIGNMENT | ALLOW_INPUT)
#define UNTOUCHED HVSMP_VP_INDEX_ANY

enum { LIST_AT = sizeof(struct hvsmp_get_vp_index_input), WORD = 4, PACKED = 1, PADDED = 2 };

/*
 * A list as a text: B the boot processor, A an AP (the first that is known), N an id that no
 * processor has.
 */
struct list_row {
	const char *name;
	const char *list;
	unsigned int allowed;
	uint16_t start;
	uint16_t reps; /* that must have been completed in the end */
};

static const struct list_row rows[] = {
	{"ProcessorHwId (0, 4): two elements", "BA", ALLOW_SUCCESS, 0, 2},
	{"ProcessorHwId (0, 4): the other way round", "AB", ALLOW_SUCCESS, 0, 2},
	{"ProcessorHwId (0, 4): one id four times", "AAAA", ALLOW_SUCCESS, 0, 4},
	{"ProcessorHwId (0, 4): resumed at element 2 of 4", "NNBA", ALLOW_SUCCESS, 2, 4},
	{"ProcessorHwId (0, 4): resumed at the last element", "NNNA", ALLOW_SUCCESS, 3, 4},
	{"HV_STATUS_INVALID_PARAMETER: unknown id first of 4", "NBAB", UNKNOWN, 0, 0},
	{"HV_STATUS_INVALID_PARAMETER: unknown id third of 4", "BANB", UNKNOWN, 0, 2},
	{"HV_STATUS_INVALID_PARAMETER: unknown id last of 4", "BABN", UNKNOWN, 0, 3},
	{"HV_STATUS_INVALID_PARAMETER: unknown id, resumed at it", "BANB", UNKNOWN, 2, 2},
};

static uint32_t word(const uint8_t *page, size_t i)
{
	uint32_t value;

	memcpy(&value, page + i * WORD, WORD);
	return value;
}

static void put(struct bench *b, size_t i, uint32_t apic_id)
{
	memcpy(b->input + LIST_AT + i * WORD, &apic_id, WORD);
}

static void clear(struct bench *b)
{
	const struct hvsmp_get_vp_index_input header = {.partition_id = HVSMP_PARTITION_SELF};

	memset(b->input, 0, (size_t)2 * HVSMP_PAGE_SIZE);
	memset(b->output, 0xFF, (size_t)2 * HVSMP_PAGE_SIZE);
	memcpy(b->input, &header, sizeof(header));
}

static struct hvsmp_result make(struct bench *b, size_t count, size_t start)
{
	return row_call(b, hvsmp_control(CALL, (uint16_t)count, (uint16_t)start),
			(uint64_t)b->input, (uint64_t)b->output);
}

/* From start on, resumed as long as a success stopped early and there is progress. */
static struct hvsmp_result make_all(struct bench *b, size_t count, size_t start)
{
	struct hvsmp_result r;

	do {
		r = make(b, count, start);
		if (!hvsmp_answers(&r, HVSMP_STATUS_SUCCESS) || r.reps <= start)
			return r;
		start = r.reps;
	} while (start < count);
	return r;
}

static const struct bench_vp *known_ap(const struct bench *b)
{
	for (size_t i = 0; i < b->vp_count; i++) {
		if (b->vp[i].vp_index != HVSMP_VP_UNKNOWN)
			return &b->vp[i];
	}
	return NULL;
}

/* Of element c: its APIC id and the VP index that must be answered. Without an AP, A is B. */
static uint32_t id_of(const struct bench *b, char c, uint32_t *vp_index)
{
	const struct bench_vp *ap = known_ap(b);

	*vp_index = b->in->hv->bsp_vp_index;
	if (c == 'N')
		return b->nobody;
	if (c == 'B' || !ap)
		return bench_bsp(b);
	*vp_index = ap->vp_index;
	return ap->apic_id;
}

static void check_answers(struct bench *b, const struct list_row *row, size_t reps)
{
	size_t count = str_len(row->list);

	for (size_t i = 0; i < count; i++) {
		uint32_t answer = word(b->output, i * b->step);
		uint32_t vp_index;

		(void)id_of(b, row->list[i], &vp_index);
		if (i < row->start && answer != UNTOUCHED)
			row_wrong(b, "element %u, before the start index, was written",
				  (unsigned int)i);
		if (i >= row->start && i < reps && answer != vp_index)
			row_wrong(b, "element %u is 0x%x, must be 0x%x", (unsigned int)i, answer,
				  vp_index);
	}
	if (word(b->output, count * b->step) != UNTOUCHED)
		row_wrong(b, "something was written behind the list");
}

static void run(struct bench *b, const struct list_row *row)
{
	size_t count = str_len(row->list);
	struct hvsmp_result r;

	row_begin(b, CALL, row->name, row->allowed);
	clear(b);
	for (size_t i = 0; i < count; i++) {
		uint32_t vp_index;

		put(b, i * b->step, id_of(b, row->list[i], &vp_index));
	}
	r = make_all(b, count, row->start);
	if (r.reps != row->reps)
		row_wrong(b, "%u reps completed, must be %u", r.reps, row->reps);
	check_answers(b, row, r.reps);
	row_end(b);
}

/*
 * {B, B, N, N} with a count of 2: who reads elements of 4 bytes answers both, who reads 8 finds
 * no processor in the third word. {B, 0, B, 0} the same for 8 bytes.
 */
static unsigned int try_layout(struct bench *b, unsigned int step)
{
	uint32_t bsp = bench_bsp(b);
	uint32_t vp_index = b->in->hv->bsp_vp_index;
	struct hvsmp_result r;

	clear(b);
	put(b, 0, bsp);
	put(b, step, bsp);
	if (step == PACKED) {
		put(b, 2, b->nobody);
		put(b, 3, b->nobody);
	}
	r = make_all(b, 2, 0);
	return hvsmp_answers(&r, HVSMP_STATUS_SUCCESS) && r.reps == 2 &&
	       word(b->output, 0) == vp_index && word(b->output, step) == vp_index;
}

static const char a_page_full[] = "ProcessorHwId (0, 4): a page full of ids";
static const char long_output[] = "Output: list beyond the page's end";
static const char more_than_a_page[] = "Input: one element more than the page holds";
static const char most_reps[] = "Call Code: a rep count of 4095";
static const char layout_name[] = "Padding (4, 4): bytes from one element to the next";

static void layout_row(struct bench *b)
{
	row_begin(b, CALL, layout_name, ALLOW_SUCCESS);
	if (try_layout(b, PACKED))
		b->step = PACKED;
	else if (try_layout(b, PADDED))
		b->step = PADDED;
	if (b->step)
		row_note(b, "%u bytes, in and out", b->step * WORD);
	else
		row_wrong(b, "two elements are answered neither as 4 nor as 8 bytes each");
	row_end(b);
}

/* As many elements as the input page holds. */
static void page_row(struct bench *b)
{
	size_t count = (HVSMP_PAGE_SIZE - LIST_AT) / (b->step * WORD);
	struct hvsmp_result r;

	row_begin(b, CALL, a_page_full, ALLOW_SUCCESS);
	clear(b);
	for (size_t i = 0; i < count; i++) {
		uint32_t vp_index;

		put(b, i * b->step, id_of(b, i % 3 ? 'A' : 'B', &vp_index));
	}
	r = make_all(b, count, 0);
	if (r.reps != count)
		row_wrong(b, "%u reps completed, must be %u", r.reps, (unsigned int)count);
	for (size_t i = 0; i < count; i++) {
		uint32_t vp_index;

		(void)id_of(b, i % 3 ? 'A' : 'B', &vp_index);
		if (word(b->output, i * b->step) != vp_index)
			row_wrong(b, "element %u is 0x%x, must be 0x%x", (unsigned int)i,
				  word(b->output, i * b->step), vp_index);
	}
	row_note(b, "%u elements", (unsigned int)count);
	row_end(b);
}

static void overflow_row(struct bench *b, const char *name, size_t count)
{
	row_begin(b, CALL, name, UNUSABLE);
	clear(b);
	for (size_t i = 0; i < (2 * HVSMP_PAGE_SIZE - LIST_AT) / WORD; i += b->step)
		put(b, i, bench_bsp(b));
	(void)make(b, count, 0);
	row_end(b);
}

/* Only the output list ends beyond its page. */
static void output_row(struct bench *b)
{
	uint64_t output = (uint64_t)b->output + HVSMP_PAGE_SIZE - 8;

	row_begin(b, CALL, long_output, UNUSABLE);
	clear(b);
	for (size_t i = 0; i < 4; i++)
		put(b, i * b->step, bench_bsp(b));
	(void)row_call(b, hvsmp_control(CALL, 4, 0), (uint64_t)b->input, output);
	row_end(b);
}

static void skip_all(struct bench *b, const char *reason)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row_skip(b, CALL, rows[i].name, reason);
	row_skip(b, CALL, a_page_full, reason);
	row_skip(b, CALL, more_than_a_page, reason);
	row_skip(b, CALL, most_reps, reason);
	row_skip(b, CALL, long_output, reason);
}

void map_list_rows(struct bench *b)
{
	if (b->map_skip) {
		row_skip(b, CALL, layout_name, b->map_skip);
		skip_all(b, b->map_skip);
		return;
	}
	layout_row(b);
	if (!b->step) {
		skip_all(b, "the size of an element is not known");
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run(b, &rows[i]);
	page_row(b);
	overflow_row(b, more_than_a_page, (HVSMP_PAGE_SIZE - LIST_AT) / (b->step * WORD) + 1);
	overflow_row(b, most_reps, HVSMP_REP_MASK);
	output_row(b);
}
