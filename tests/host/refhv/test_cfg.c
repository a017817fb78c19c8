/* SPDX-License-Identifier: MIT */
/* tests/refhv/loader/cfg_parse.c: each key, and each way in which a line can be wrong. */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/refhv/tlfs.h"
#include "tests/refhv/loader/cfg_parse.h"

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
	assert_int_equal(cfg.privileges, 0x0023000000000876);
	assert_int_equal(cfg.faults.count, 0);
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
	assert_int_equal(cfg.log, CFG_LOG_PROMPT);
	assert_true(parse("log=late"));
	assert_int_equal(cfg.log, CFG_LOG_LATE);
	assert_true(parse("log=errors"));
	assert_int_equal(cfg.log, CFG_LOG_ERRORS);
	assert_int_equal(cfg.ipi, IPI_ON);
	assert_true(parse("ipi=off"));
	assert_int_equal(cfg.ipi, IPI_OFF);
	assert_true(parse("ipi=denied"));
	assert_int_equal(cfg.ipi, IPI_DENIED);
	assert_true(parse("ipi=off\nipi=on"));
	assert_int_equal(cfg.ipi, IPI_ON);
	assert_int_equal(cfg.hints, 0xC00);
	assert_int_equal(cfg.running, RUNNING_REFUSE);
	assert_int_equal(cfg.extended, EXTENDED_2);
	assert_int_equal(cfg.padding, PADDING_NOTE);
	assert_int_equal(cfg.vmmcall, VMMCALL_PAGE);
	assert_true(parse("running=restart\nextended=stay\npadding=refuse\nvmmcall=anywhere"));
	assert_int_equal(cfg.running, RUNNING_RESTART);
	assert_int_equal(cfg.extended, EXTENDED_STAYS);
	assert_int_equal(cfg.padding, PADDING_REFUSE);
	assert_int_equal(cfg.vmmcall, VMMCALL_ANYWHERE);
	assert_true(parse("running=refuse\nextended=5\npadding=note\nvmmcall=page"));
	assert_int_equal(cfg.running, RUNNING_REFUSE);
	assert_int_equal(cfg.extended, EXTENDED_5);
	assert_true(parse("extended=6"));
	assert_int_equal(cfg.extended, EXTENDED_6);
	assert_true(parse("extended=2"));
	assert_int_equal(cfg.extended, EXTENDED_2);
	assert_true(parse("log=late\nlog=prompt"));
	assert_int_equal(cfg.log, CFG_LOG_PROMPT);
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
		{"fault=", 1, "unknown_fault_place"},
		{"stride=8\nfault=start", 2, "fault_without_effect"},
		{"preset=gen3", 1, "unknown_preset"},
		{"ipi=yes", 1, "ipi_must_be_on_off_or_denied"},
		{"log=later", 1, "log_must_be_prompt_late_or_errors"},
		{"violations=ignore", 1, "violations_must_be_count_or_note"},
		{"running=", 1, "running_must_be_refuse_or_restart"},
		{"extended=3", 1, "extended_must_be_2_5_6_or_stay"},
		{"padding=ignore", 1, "padding_must_be_note_or_refuse"},
		{"vmmcall=nowhere", 1, "vmmcall_must_be_page_or_anywhere"},
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

static void presets_set_what_cpuid_tells(void **state)
{
	static const struct {
		const char *line;
		uint32_t eax, hints, edx, build;
	} samples[] = {
		{"preset=19041", 0x2E7F, 0x0C2C, 0x00BED7B2, 19041},
		{"preset=22621", 0xAE7F, 0xA4E24, 0xE4BED7B6, 22621},
		{"preset=26100", 0xAE7F, 0x902C2C, 0xE0BED7B6, 26100},
	};

	(void)state;
	assert_true(parse("preset=gen2"));
	assert_string_equal(cfg_preset_name(&cfg), "gen2");
	assert_true(cfg.is_gen2);
	assert_int_equal(cfg.privileges, 0x0020000000000862); /* all that is here a host gives */
	assert_int_equal(cfg.features, 0x00040500);
	assert_int_equal(cfg.hints, 0xC20);
	assert_false(cfg.wide_ids);
	assert_true(parse("preset=gen2_nodes"));
	assert_true(cfg.is_gen2);
	assert_true(cfg.wide_ids);
	assert_int_equal(cfg.hints, 0xC20);
	assert_true(parse("preset=gen2_raw\nprivileges=0x60\nviolations=note"));
	assert_int_equal(cfg.privileges, 0x60); /* a later line wins */
	assert_int_equal(cfg.features, 0xE4BED7B6);
	assert_int_equal(cfg.hints, 0x24C2C);
	assert_true(cfg.notes);
	assert_int_equal(cfg.build, 22610);
	assert_int_equal(cfg.apic_hz, 200000000);
	for (size_t i = 0; i < ARRAY_COUNT(samples); i++) {
		assert_true(parse(samples[i].line));
		assert_true(cfg.is_gen2);
		assert_int_equal(cfg.privileges, 0x003B803000000000 | samples[i].eax);
		assert_int_equal(cfg.hints, samples[i].hints);
		assert_int_equal(cfg.features, samples[i].edx);
		assert_int_equal(cfg.build, samples[i].build);
	}
	assert_true(parse("preset=gen2\npreset=none\nviolations=note\nviolations=count"));
	assert_false(cfg.is_gen2);
	assert_false(cfg.wide_ids);
	assert_false(cfg.notes);
}

static void guests_are_given_more(void **state)
{
	uint64_t more = HV_PRIVILEGE_SYNIC | HV_PRIVILEGE_STIMER;

	(void)state;
	assert_true(parse(""));
	assert_false(cfg_gives(&cfg, more));
	assert_false(cfg.test_device);
	assert_true(parse("preset=guests\ntestdev=on"));
	assert_int_equal(cfg.privileges, 0x0023003000000A7E);
	assert_int_equal(cfg.features, 0x000C8510);
	assert_true(cfg_gives(&cfg, more));
	assert_true(cfg.test_device);
	assert_true(parse("privileges=0x0C\ntestdev=on\ntestdev=off"));
	assert_true(cfg_gives(&cfg, more));
	assert_false(cfg_gives(&cfg, more | HV_PRIVILEGE_APIC_MSRS));
	assert_false(cfg.test_device);
	assert_true(parse("preset=gen2_raw")); /* these are for show */
	assert_int_equal(cfg.privileges & more, more);
	assert_false(cfg_gives(&cfg, more));
	assert_false(parse("testdev=yes"));
}

static void vtl_1_is_offered_unless_it_is_withheld(void **state)
{
	uint64_t vsm = HV_PRIVILEGE_VSM | HV_PRIVILEGE_VP_REGISTERS;

	(void)state;
	assert_true(parse("vsm=vtl1"));
	assert_int_equal(cfg.vsm, VSM_VTL1);
	assert_int_equal(cfg.privileges & vsm, vsm);
	assert_true(parse("vsm=off\npreset=guests"));
	assert_int_equal(cfg.vsm, VSM_OFF);
	assert_int_equal(cfg.privileges & vsm, 0);
	assert_true(parse("vsm=off\nvtl=2")); /* it is there, and needs them */
	assert_int_equal(cfg.privileges & vsm, vsm);
	assert_true(parse("preset=gen2"));
	assert_int_equal(cfg.privileges & vsm, 0);
	assert_false(parse("vsm=vtl2"));
	assert_string_equal(error.reason, "vsm_must_be_vtl1_or_off");
}

static void who_begins_in_vtl_2_may_ask_and_enable(void **state)
{
	(void)state;
	assert_true(parse("vtl=2\nrunning=restart"));
	assert_int_equal(cfg.vtl, 2);
	assert_int_equal(cfg.running, RUNNING_RESTART);
	assert_int_equal(cfg.privileges, 0x0023000000000876);
	assert_true(parse("vtl=0\nrunning=refuse"));
	assert_int_equal(cfg.vtl, 0);
	assert_int_equal(cfg.running, RUNNING_REFUSE);
	assert_int_equal(cfg.privileges, 0x0023000000000876);
	assert_false(parse("vtl=1"));
	assert_string_equal(error.reason, "vtl_must_be_0_or_2");
	assert_false(parse("running=maybe"));
	assert_string_equal(error.reason, "running_must_be_refuse_or_restart");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_text_leaves_the_defaults),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(vtl_1_is_offered_unless_it_is_withheld),
		cmocka_unit_test(who_begins_in_vtl_2_may_ask_and_enable),
		cmocka_unit_test(wrong_lines_are_named),
		cmocka_unit_test(texts_that_are_too_long_are_refused),
		cmocka_unit_test(presets_set_what_cpuid_tells),
		cmocka_unit_test(guests_are_given_more),
	};

	return cmocka_run_group_tests_name("refhv/cfg", tests, NULL, NULL);
}
