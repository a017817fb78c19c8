/* SPDX-License-Identifier: MIT */
/* tests/refhv/cfg.c: each key, and each way in which a line can be wrong. */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/refhv/cfg.h"

static struct cfg cfg;
static struct cfg_error error;

/* The text without its NUL, in a block of its own: ASan sees a step beyond. */
static bool parse(const char *text)
{
	size_t size = strlen(text);
	char *copy = malloc(size + (size == 0));
	bool good;

	memcpy(copy, text, size);
	cfg_defaults(&cfg);
	error = (struct cfg_error){0};
	good = cfg_parse(&cfg, copy, size, &error);
	free(copy);
	return good;
}

static void an_empty_text_leaves_the_defaults(void **state)
{
	(void)state;
	assert_true(parse(""));
	assert_string_equal(cfg.start, "\\EFI\\hvsmp\\hvsmp.efi");
	assert_string_equal(cfg.args, "");
	assert_int_equal(cfg.numbering, VP_PERMUTED);
	assert_int_equal(cfg.stride, 4);
	assert_false(cfg.one_rep);
	assert_int_equal(cfg.privileges, 0x0020000000000862);
	assert_int_equal(cfg.fault_count, 0);
}

static void every_key_is_read(void **state)
{
	(void)state;
	assert_true(parse("# a comment\r\n"
			  "start=\\EFI\\other.efi\r\n"
			  "  args = start=hv fanout=off \n"
			  "\n"
			  "vp=sparse\n"
			  "stride=8\n"
			  "reps=1\n"
			  "privileges=0x123456789abcDEF0"));
	assert_string_equal(cfg.start, "\\EFI\\other.efi");
	assert_string_equal(cfg.args, "start=hv fanout=off");
	assert_int_equal(cfg.numbering, VP_SPARSE);
	assert_int_equal(cfg.stride, 8);
	assert_true(cfg.one_rep);
	assert_int_equal(cfg.privileges, 0x123456789abcdef0);
	assert_true(parse("vp=identity\nreps=1\nreps=all\n"));
	assert_int_equal(cfg.numbering, VP_IDENTITY);
	assert_false(cfg.one_rep);
}

static void wrong_lines_are_named(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
		const char *reason;
	} cases[] = {
		{"vq=permuted", 1, "unknown_key"},
		{"\n# c\nnonsense", 3, "unknown_key"},
		{"=x", 1, "unknown_key"},
		{"vp=", 1, "vp_must_be_permuted_identity_or_sparse"},
		{"vp=permute", 1, "vp_must_be_permuted_identity_or_sparse"},
		{"stride=5", 1, "stride_must_be_4_or_8"},
		{"stride=48", 1, "stride_must_be_4_or_8"},
		{"reps=2", 1, "reps_must_be_all_or_1"},
		{"privileges=", 1, "privileges_need_a_number"},
		{"privileges=0x", 1, "privileges_need_a_number"},
		{"privileges=0x1g", 1, "privileges_need_a_number"},
		{"privileges=0x10000000000000000", 1, "privileges_need_a_number"},
		{"privileges=-1", 1, "privileges_need_a_number"},
		{"fault=boot:never=1", 1, "unknown_fault_call"},
		{"fault=start", 1, "fault_without_effect"},
		{"fault=start:vp=1", 1, "fault_without_effect"},
		{"fault=start:vp=x:never=1", 1, "fault_needs_a_number"},
		{"fault=start:vp=4294967296:never=1", 1, "fault_needs_a_number"},
		{"fault=start:never=2", 1, "fault_value_out_of_range"},
		{"fault=start:status=0", 1, "fault_value_out_of_range"},
		{"fault=start:status=0x10000", 1, "fault_value_out_of_range"},
		{"fault=start:status=5:times=0", 1, "fault_times_must_not_be_0"},
		{"fault=map:never=1", 1, "unknown_fault"},
		{"fault=start:later=5", 1, "unknown_fault"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		assert_false(parse(cases[i].text));
		assert_string_equal(error.reason, cases[i].reason);
		assert_int_equal(error.line, cases[i].line);
	}
}

static void texts_that_are_too_long_are_refused(void **state)
{
	char text[CFG_TEXT_MAX + 16] = "args=";

	(void)state;
	memset(text + 5, 'x', CFG_TEXT_MAX);
	assert_false(parse(text));
	assert_string_equal(error.reason, "text_too_long");
	text[5 + CFG_TEXT_MAX - 1] = '\0';
	assert_true(parse(text));
	assert_int_equal(strlen(cfg.args), CFG_TEXT_MAX - 1);
}

static void faults_strike_whom_and_as_often_as_they_say(void **state)
{
	(void)state;
	assert_true(parse("fault=start:vp=3:status=0x78:times=2\n"
			  "fault=start:never=1:vp=2\n"
			  "fault=map:status=5\n"));
	assert_int_equal(cfg.fault_count, 3);
	assert_null(cfg_fault(&cfg, 0x99, 2, FAULT_STATUS));
	assert_int_equal(cfg_fault(&cfg, 0x99, 3, FAULT_STATUS)->value, 0x78);
	assert_non_null(cfg_fault(&cfg, 0x99, 3, FAULT_STATUS));
	assert_null(cfg_fault(&cfg, 0x99, 3, FAULT_STATUS));
	assert_non_null(cfg_fault(&cfg, 0x99, 2, FAULT_NEVER));
	assert_null(cfg_fault(&cfg, 0x99, 3, FAULT_NEVER));
	for (uint32_t vp = 0; vp < 3; vp++)
		assert_int_equal(cfg_fault(&cfg, 0x9a, vp, FAULT_STATUS)->value, 5);
	assert_null(cfg_fault(&cfg, 0x9a, 0, FAULT_NEVER));
}

static void too_many_faults_are_refused(void **state)
{
	static const char fault[] = "fault=start:status=0x78\n";
	enum { LENGTH = sizeof(fault) - 1 };
	char text[(CFG_FAULTS_MAX + 1) * LENGTH + 1];

	(void)state;
	for (size_t i = 0; i <= CFG_FAULTS_MAX; i++)
		memcpy(text + i * LENGTH, fault, sizeof(fault));
	assert_false(parse(text));
	assert_string_equal(error.reason, "too_many_faults");
	assert_int_equal(error.line, CFG_FAULTS_MAX + 1);
	text[CFG_FAULTS_MAX * LENGTH] = '\0';
	assert_true(parse(text));
	assert_int_equal(cfg.fault_count, CFG_FAULTS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_text_leaves_the_defaults),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(wrong_lines_are_named),
		cmocka_unit_test(texts_that_are_too_long_are_refused),
		cmocka_unit_test(faults_strike_whom_and_as_often_as_they_say),
		cmocka_unit_test(too_many_faults_are_refused),
	};

	return cmocka_run_group_tests_name("refhv/cfg", tests, NULL, NULL);
}
