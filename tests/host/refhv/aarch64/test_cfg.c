/* SPDX-License-Identifier: MIT */
/* tests/refhv/aarch64/loader/cfg.c: defaults, keys, and what is refused. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/refhv/aarch64/cfg.h"

static struct arm_cfg cfg;
static uint32_t line;

static const char *read(const char *text)
{
	return cfg_read(&cfg, text, strlen(text), &line);
}

static void defaults(void **state)
{
	(void)state;
	memset(&cfg, 0xEE, sizeof(cfg));
	assert_null(read(""));
	assert_string_equal(cfg.start, "\\EFI\\hvsmp\\hvsmp-aa64.efi");
	assert_string_equal(cfg.args, "");
	assert_string_equal(cfg_numbering(&cfg), "permuted");
	assert_int_equal(cfg.madt, MADT_MIXED);
	assert_int_equal(cfg.stride, 4);
	assert_int_equal(cfg.one_rep, 0);
	assert_int_equal(cfg.notes, 0);
	assert_int_equal(cfg.without_os_id, 6);
	assert_int_equal(cfg.privileges, 0x0020000000000062);
	assert_int_equal(cfg.faults.count, 0);
	assert_true(cfg.faults.is_arm64);
}

static void every_key(void **state)
{
	(void)state;
	assert_null(read("# a comment\nstart=\\x.efi\nargs=a b\nvp=sparse\nmadt=firmware\n"
			 "stride=8\nreps=1\nviolations=note\nwithout_os_id=0\n"
			 "privileges=0x62\nfault=start:vp=3:x18=^1\n"));
	assert_string_equal(cfg.start, "\\x.efi");
	assert_string_equal(cfg.args, "a b");
	assert_string_equal(cfg_numbering(&cfg), "sparse");
	assert_int_equal(cfg.madt, MADT_FIRMWARE);
	assert_int_equal(cfg.stride, 8);
	assert_int_equal(cfg.one_rep, 1);
	assert_int_equal(cfg.notes, 1);
	assert_int_equal(cfg.without_os_id, 0);
	assert_int_equal(cfg.privileges, 0x62);
	assert_int_equal(cfg.faults.count, 1);
	assert_int_equal(cfg.faults.list[0].effect, FAULT_START_X18);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *text, *reason;
		uint32_t line;
	} cases[] = {
		{"vp=permuted\nvpp=1\n", "unknown_key", 2},
		{"vtl=2", "unknown_key", 1},
		{"vp=random", "vp_must_be_permuted_identity_or_sparse", 1},
		{"madt=", "madt_must_be_mixed_or_firmware", 1},
		{"reps=2", "reps_must_be_all_or_1", 1},
		{"violations=", "violations_must_be_count_or_note", 1},
		{"stride=6", "stride_must_be_4_or_8", 1},
		{"privileges=x", "privileges_need_a_number", 1},
		{"without_os_id=0x10000", "without_os_id_needs_a_status", 1},
		{"fault=start:cr3=1", "fault_of_another_architecture", 1},
		{"fault=start:x19=1", "unknown_fault", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		const char *reason = read(cases[i].text);

		assert_non_null(reason);
		assert_string_equal(reason, cases[i].reason);
		assert_int_equal(line, cases[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_key),
		cmocka_unit_test(what_is_refused),
	};

	return cmocka_run_group_tests_name("refhv/aarch64/cfg", tests, NULL, NULL);
}
