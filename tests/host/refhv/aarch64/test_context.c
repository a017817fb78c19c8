/* SPDX-License-Identifier: MIT */
/* tests/refhv/aarch64/calls/context.c: what a processor could not begin with. */
#include "tests/host/test.h"

#include "tests/host/refhv/aarch64/fixture.h"

enum { BITS = 40 };

static void the_good_one_passes(void **state)
{
	struct hv_arm_context c = good_context();

	(void)state;
	assert_null(context_bad_register(&c, BITS));
}

static void each_register_has_its_rule(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		const char *bad; /* NULL: it is a good one */
	} cases[] = {
#define AT(field) offsetof(struct hv_arm_context, field)
		{AT(pc), 0x80101002, "pc"},
		{AT(pc), 0xFFFFFE0000000004, NULL},
		{AT(sp), 0xFFFFFE0000017FF8, "sp"},
		{AT(sp), 0, NULL},
		{AT(sctlr), 0, "sctlr"},
		{AT(sctlr), 0x30D00800, NULL}, /* translation off */
		{AT(sctlr), 0x10D0198D, "sctlr"},
		{AT(tcr), 0x4B5103510, "tcr"}, /* 44 bits, of which there are 40 */
		{AT(tcr), 0x7B5103510, "tcr"}, /* no number of bits */
		{AT(tcr), 0x2B510350F, "tcr"}, /* T0SZ 15 */
		{AT(tcr), 0x2B5103527, NULL},  /* T0SZ 39 */
		{AT(tcr), 0x2B5103528, "tcr"}, /* T0SZ 40 */
		{AT(tcr), 0x2B510F510, "tcr"}, /* TG0 3 */
		{AT(tcr), 0x235103510, "tcr"}, /* TG1 0 */
		{AT(tcr), 0x2B5283510, "tcr"}, /* T1SZ 40 */
		{AT(tcr), 0x2B5A83510, NULL},  /* and EPD1 */
		{AT(tcr), 0x2B51035BF, NULL},  /* T0SZ 63, EPD0 */
		{AT(tcr), 0x2B5103550, "tcr"}, /* bit 6 */
		{AT(tcr), 0xAB5103510, "tcr"}, /* bit 35 */
		{AT(vbar), 0x80102400, "vbar"},
		{AT(ttbr0), 1ull << 40, "ttbr0"},
		{AT(ttbr0), (1ull << 40) - 0x1000, NULL},
		{AT(ttbr0), 0xFFFF000000001001, NULL},
		{AT(ttbr1), 1ull << 47, "ttbr1"},
		{AT(mair), ~0ull, NULL},
		{AT(x18), ~0ull, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct hv_arm_context c = good_context();
		const char *bad;

		*(uint64_t *)((uint8_t *)&c + cases[i].at) = cases[i].value;
		bad = context_bad_register(&c, BITS);
		if (cases[i].bad) {
			assert_non_null(bad);
			assert_string_equal(bad, cases[i].bad);
		} else {
			assert_null(bad);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_good_one_passes),
		cmocka_unit_test(each_register_has_its_rule),
	};

	return cmocka_run_group_tests_name("refhv/aarch64/context", tests, NULL, NULL);
}
