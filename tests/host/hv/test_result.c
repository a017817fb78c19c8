/* SPDX-License-Identifier: MIT */
/* hv/result.c: statuses have the names of the specification, and answers one wording. */
#include "tests/host/test.h"

#include "hv/hv.h"

static const char *name(uint16_t code)
{
	return hvsmp_status_name((struct hvsmp_status){code});
}

static void statuses_that_matter_are_named(void **state)
{
	static const struct {
		uint16_t code;
		const char *name;
	} cases[] = {
		{0x00, "SUCCESS"},
		{0x02, "INVALID_HYPERCALL_CODE"},
		{0x03, "INVALID_HYPERCALL_INPUT"},
		{0x04, "INVALID_ALIGNMENT"},
		{0x05, "INVALID_PARAMETER"},
		{0x06, "ACCESS_DENIED"},
		{0x07, "INVALID_PARTITION_STATE"},
		{0x08, "OPERATION_DENIED"},
		{0x0B, "INSUFFICIENT_MEMORY"},
		{0x0D, "INVALID_PARTITION_ID"},
		{0x0E, "INVALID_VP_INDEX"},
		{0x14, "NOT_ACKNOWLEDGED"},
		{0x15, "INVALID_VP_STATE"},
		{0x16, "ACKNOWLEDGED"},
		{0x1D, "NO_RESOURCES"},
		{0x50, "INVALID_REGISTER_VALUE"},
		{0x51, "INVALID_VTL_STATE"},
		{0x60, "PAGE_REQUEST_INVALID"},
		{0x71, "OPERATION_FAILED"},
		{0x78, "TIME_OUT"},
		{0x79, "CALL_PENDING"},
		{0x86, "VTL_ALREADY_ENABLED"},
		{0x87, "UNKNOWN_REGISTER_NAME"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
		assert_string_equal(name(cases[i].code), cases[i].name);
}

static void unknown_codes_are_said_to_be_unknown(void **state)
{
	(void)state;
	assert_string_equal(name(0x01), "unknown status");
	assert_string_equal(name(0xBEEF), "unknown status");
	assert_string_equal(name(0xFFFF), "unknown status");
}

static void a_status_is_compared_as_a_whole(void **state)
{
	const struct hvsmp_result time_out = {.status = {0x78}}, other = {.status = {0x178}};
	const struct hvsmp_result fault = {.err = HVSMP_ERROR_FAULT, .status = {0x78}};

	(void)state;
	assert_true(hvsmp_answers(&time_out, HVSMP_STATUS_TIME_OUT));
	assert_false(hvsmp_answers(&other, HVSMP_STATUS_TIME_OUT));
	assert_false(hvsmp_answers(&fault, HVSMP_STATUS_TIME_OUT)); /* that is no answer */
}

static void answers_in_words(void **state)
{
	struct hvsmp_result r = {.status = {0x15}, .reps = 3};
	char out[HVSMP_ANSWER_SIZE];

	(void)state;
	assert_string_equal(hvsmp_describe(&r, out), "answers 0x15 (INVALID_VP_STATE)");
	r.status.code = 0x30; /* the longest name */
	assert_string_equal(hvsmp_describe(&r, out),
			    "answers 0x30 (PROCESSOR_CACHE_LINE_FLUSH_SIZE_INCOMPATIBLE)");
	r.status.code = 0xBEEF;
	assert_string_equal(hvsmp_describe(&r, out), "answers 0xbeef (unknown status)");
	r.err = HVSMP_ERROR_FAULT;
	assert_string_equal(hvsmp_describe(&r, out), "faults");
	r.err = HVSMP_ERROR_UNANSWERED;
	assert_string_equal(hvsmp_describe(&r, out), "has not come back");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses_that_matter_are_named),
		cmocka_unit_test(unknown_codes_are_said_to_be_unknown),
		cmocka_unit_test(a_status_is_compared_as_a_whole),
		cmocka_unit_test(answers_in_words),
	};

	return cmocka_run_group_tests_name("hv/result", tests, NULL, NULL);
}
