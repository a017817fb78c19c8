/* SPDX-License-Identifier: MIT */
/* Rows: the one place where calls are made, judged and printed. */
#include "conform/internal.h"

#include <stdarg.h>

#include "lib/assert.h"
#include "lib/format.h"

enum { TEXT_SIZE = 160, MAX_TIMEOUTS = 5 };

static const uint16_t codes[ALLOW_COUNT] = {
	HVSMP_STATUS_SUCCESS,
	HVSMP_STATUS_INVALID_HYPERCALL_CODE,
	HVSMP_STATUS_INVALID_HYPERCALL_INPUT,
	HVSMP_STATUS_INVALID_ALIGNMENT,
	HVSMP_STATUS_INVALID_PARAMETER,
	HVSMP_STATUS_ACCESS_DENIED,
	HVSMP_STATUS_INVALID_PARTITION_ID,
	HVSMP_STATUS_INVALID_VP_INDEX,
	HVSMP_STATUS_INVALID_VP_STATE,
	HVSMP_STATUS_INVALID_REGISTER_VALUE,
	HVSMP_STATUS_INVALID_VTL_STATE,
	HVSMP_STATUS_VTL_ALREADY_ENABLED,
};

static const char *call_name(uint16_t code)
{
	switch (code) {
	case HVSMP_CALL_ENABLE_PARTITION_VTL: return "HvCallEnablePartitionVtl";
	case HVSMP_CALL_ENABLE_VP_VTL: return "HvCallEnableVpVtl";
	case HVSMP_CALL_GET_VP_REGISTERS: return "HvCallGetVpRegisters";
	case HVSMP_CALL_START_VP: return "HvCallStartVirtualProcessor";
	default: return "HvCallGetVpIndexFromApicId";
	}
}

static struct row_result *current(const struct bench *b)
{
	return &b->row[b->rows];
}

void row_begin(struct bench *b, uint16_t code, const char *name, unsigned int allowed)
{
	ASSERT(b->rows < BENCH_MAX_ROWS);
	*current(b) = (struct row_result){.name = name, .code = code, .allowed = allowed};
}

/* A time-out is no answer yet; Linux makes the call five more times. */
struct hvsmp_result row_call(struct bench *b, uint64_t control, uint64_t input, uint64_t output)
{
	struct hvsmp_result answer;
	unsigned int tries = 0;

	do {
		answer = hvsmp_call_raw(b->in->hv, control, input, output);
		row_add_call(b, answer);
	} while (hvsmp_answers(&answer, HVSMP_STATUS_TIME_OUT) && tries++ < MAX_TIMEOUTS);
	return answer;
}

void row_add_call(struct bench *b, struct hvsmp_result answer)
{
	current(b)->calls++;
	current(b)->answer = answer;
}

bool row_succeeded(const struct bench *b)
{
	const struct row_result *row = current(b);

	return row->calls && !row->answer.err && hvsmp_answers(&row->answer, HVSMP_STATUS_SUCCESS);
}

void row_wrong(struct bench *b, const char *fmt, ...)
{
	va_list args;

	if (current(b)->wrong) /* the first thing that is wrong is the one to look at */
		return;
	current(b)->wrong = true;
	va_start(args, fmt);
	format_va(current(b)->note, ROW_NOTE_SIZE, fmt, args);
	va_end(args);
}

void row_error(struct bench *b, const char *reason)
{
	current(b)->error = current(b)->wrong = true; /* and no later note replaces the reason */
	format(current(b)->note, ROW_NOTE_SIZE, "the test is wrong: %s", reason);
}

void row_note(struct bench *b, const char *fmt, ...)
{
	va_list args;

	if (current(b)->wrong)
		return;
	va_start(args, fmt);
	format_va(current(b)->note, ROW_NOTE_SIZE, fmt, args);
	va_end(args);
}

static bool is_allowed(const struct row_result *row)
{
	for (unsigned int i = 0; i < ALLOW_COUNT; i++) {
		if (row->allowed & 1U << i && hvsmp_answers(&row->answer, codes[i]))
			return !row->answer.err;
	}
	return false;
}

static void print_allowed(const struct row_result *row)
{
	const char *before = ", allowed ";

	for (unsigned int i = 0; i < ALLOW_COUNT; i++) {
		if (!(row->allowed & 1U << i))
			continue;
		log_print("%s0x%04x", before, codes[i]);
		before = ",";
	}
}

static void print_tap(const struct bench *b)
{
	const struct row_result *row = current(b);
	char answer[HVSMP_ANSWER_SIZE];

	log_print("%s %u - %s / %s #",
		  row->outcome == ROW_FAILED || row->outcome == ROW_ERROR ? "not ok" : "ok",
		  b->rows + 1, call_name(row->code), row->name);
	if (row->outcome == ROW_SKIPPED)
		log_print(" SKIP");
	else if (row->calls && row->answer.err)
		log_print(" the call %s", hvsmp_describe(&row->answer, answer));
	else if (row->calls)
		log_print(" answered 0x%04x %s", row->answer.status.code,
			  hvsmp_status_name(row->answer.status));
	if (row->outcome != ROW_SKIPPED && row->allowed)
		print_allowed(row);
	if (row->note[0])
		log_print("%s%s", row->outcome != ROW_SKIPPED && row->calls ? "; " : " ",
			  row->note);
	log_print("\n");
}

static void finish(struct bench *b)
{
	print_tap(b);
	b->rows++;
}

void row_end(struct bench *b)
{
	struct row_result *row = current(b);

	if (!row->error && row->allowed && !row->calls)
		row_error(b, "it made no call");
	if (row->error)
		row->outcome = ROW_ERROR;
	else if (row->wrong || (row->allowed && !is_allowed(row)))
		row->outcome = ROW_FAILED;
	else
		row->outcome = ROW_PASSED;
	finish(b);
}

void row_end_not_offered(struct bench *b, const char *reason)
{
	current(b)->allowed = 0;
	current(b)->outcome = ROW_SKIPPED;
	row_note(b, "%s", reason);
	finish(b);
}

void row_skip(struct bench *b, uint16_t code, const char *name, const char *reason)
{
	row_begin(b, code, name, 0);
	row_end_not_offered(b, reason);
}

static void row_json(struct json *j, const struct row_result *row)
{
	static const char *const outcomes[] = {"ok", "failed", "skipped", "error"};
	char name[TEXT_SIZE];

	format(name, sizeof(name), "%s / %s", call_name(row->code), row->name);
	json_object(j, NULL);
	json_string(j, "name", name);
	json_number(j, "call", row->code);
	json_number(j, "calls", row->calls);
	json_string(j, "result", outcomes[row->outcome]);
	json_known(j, "status", row->answer.status.code, row->calls && !row->answer.err);
	json_array(j, "allowed");
	for (unsigned int i = 0; i < ALLOW_COUNT; i++) {
		if (row->allowed & 1U << i)
			json_number(j, NULL, codes[i]);
	}
	json_array_end(j);
	json_string(j, "note", row->note);
	json_object_end(j);
}

void rows_json(struct json *j, const struct bench *b)
{
	json_array(j, "rows");
	for (unsigned int i = 0; i < b->rows; i++)
		row_json(j, &b->row[i]);
	json_array_end(j);
}
