/* SPDX-License-Identifier: MIT */
/* arch/x86_64/registers.c: of all that an AP can read back, nothing differs unnoticed. */
#include "tests/host/test.h"

#include <string.h>

#include "arch/x86_64/x86.h"

static struct arch_state wanted, found;
static const char *differs[ARCH_REGISTERS];
static unsigned int count;

const struct arch_state *arch_cpu_wanted(const struct arch_cpu *cpu)
{
	(void)cpu;
	return &wanted;
}

void arch_cpu_found(struct arch_state *out)
{
	*out = found;
}

static void note(void *ctx, unsigned int reg, uint64_t asked, uint64_t is)
{
	(void)ctx;
	if (asked != is)
		differs[count++] = arch_register_name(reg);
}

static void compare(void)
{
	count = 0;
	arch_cpu_compare(NULL, note, NULL);
}

static void each_register_is_compared_to_its_last_bit(void **state)
{
	static const struct {
		const char *name;
		void *at;
		size_t size;
		uint64_t changed; /* by the entry code: CF, PF, AF, ZF, SF, OF */
	} fields[] = {
		{"rsp", &found.rsp, 8, 0},
		{"rflags", &found.rflags, 8, 0x8D5},
		{"cs", &found.cs.selector, 2, 0},
		{"ds", &found.ds.selector, 2, 0},
		{"es", &found.es.selector, 2, 0},
		{"fs", &found.fs.selector, 2, 0},
		{"gs", &found.gs.selector, 2, 0},
		{"ss", &found.ss.selector, 2, 0},
		{"tr", &found.tr.selector, 2, 0},
		{"ldtr", &found.ldtr.selector, 2, 0},
		{"fs_base", &found.fs.base, 8, 0},
		{"gs_base", &found.gs.base, 8, 0},
		{"gdtr_base", &found.gdtr.base, 8, 0},
		{"gdtr_limit", &found.gdtr.limit, 2, 0},
		{"idtr_base", &found.idtr.base, 8, 0},
		{"idtr_limit", &found.idtr.limit, 2, 0},
		{"cr0", &found.cr0, 8, 0},
		{"cr3", &found.cr3, 8, 0},
		{"cr4", &found.cr4, 8, 0},
		{"efer", &found.efer, 8, 0},
		{"pat", &found.pat, 8, 0},
	};

	(void)state;
	_Static_assert(ARRAY_COUNT(fields) == ARCH_REGISTERS, "all that are compared");
	compare();
	assert_int_equal(count, 0);
	for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
		for (unsigned int bit = 0; bit < fields[i].size * 8; bit++) {
			uint8_t *byte = (uint8_t *)fields[i].at + bit / 8;

			*byte ^= 1U << bit % 8;
			compare();
			*byte ^= 1U << bit % 8;
			assert_int_equal(count, !(fields[i].changed >> bit & 1));
			if (count)
				assert_string_equal(differs[0], fields[i].name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_register_is_compared_to_its_last_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
