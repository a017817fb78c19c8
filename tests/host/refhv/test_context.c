/* SPDX-License-Identifier: MIT */
/*
 * tests/refhv/calls/context.c: a good context passes; each single broken register is found and
 * named, so that the reference hypervisor is as strict as it says.
 */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/vectors.h"
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/x86.h"

static const struct cpu_limits limits = {
	.efer_valid = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE,
	.cr4_valid = 0x7FF,
	.physical_bits = 40,
};

static struct hv_vp_context c;

static int set_up(void **state)
{
	(void)state;
	memcpy(&c, start_vp_vector + 16, sizeof(c));
	return 0;
}

static const char *bad(void)
{
	return context_bad_register(&c, &limits);
}

/* Try one value in a field, see the name, put the old value back. */
#define assert_refused(field, value, name)            \
	do {                                          \
		__typeof__(c.field) before = c.field; \
		c.field = (value);                    \
		assert_non_null(bad());               \
		assert_string_equal(bad(), name);     \
		c.field = before;                     \
		assert_null(bad());                   \
	} while (0)

#define assert_accepted(field, value)                 \
	do {                                          \
		__typeof__(c.field) before = c.field; \
		c.field = (value);                    \
		assert_null(bad());                   \
		c.field = before;                     \
	} while (0)

static void the_vectors_context_is_good(void **state)
{
	(void)state;
	assert_null(bad());
}

static void control_registers(void **state)
{
	(void)state;
	assert_refused(cr0, VECTOR_CR0 | 1ull << 32, "cr0");
	assert_refused(cr0, VECTOR_CR0 & ~CR0_PE, "cr0");
	assert_refused(cr0, VECTOR_CR0 | CR0_NW, "cr0");
	assert_accepted(cr0, VECTOR_CR0 | CR0_NW | CR0_CD);
	assert_refused(cr3, 1ull << 40, "cr3");
	assert_accepted(cr3, (1ull << 40) - 4096);
	assert_refused(cr4, VECTOR_CR4 & ~CR4_PAE, "cr4");
	assert_refused(cr4, VECTOR_CR4 | 1ull << 13, "cr4"); /* VMXE */
	assert_refused(cr4, VECTOR_CR4 | 1ull << 63, "cr4");
}

static void efer_with_and_without_lma(void **state)
{
	(void)state;
	assert_accepted(efer, VECTOR_EFER & ~EFER_LMA);
	assert_refused(efer, VECTOR_EFER & ~EFER_LME, "efer");
	assert_refused(efer, VECTOR_EFER | EFER_SVME, "efer");
	assert_refused(efer, VECTOR_EFER | 1ull << 63, "efer");
	c.cr0 &= ~CR0_PG; /* LMA claimed without paging */
	assert_string_equal(bad(), "efer");
}

static void rflags_bits(void **state)
{
	static const int reserved[] = {3, 5, 15, 17, 22, 31, 32, 63};

	(void)state;
	assert_refused(rflags, 0, "rflags");
	for (size_t i = 0; i < ARRAY_COUNT(reserved); i++)
		assert_refused(rflags, 2 | 1ull << reserved[i], "rflags");
	assert_accepted(rflags, 0x202);
}

static void addresses_must_be_canonical(void **state)
{
	const uint64_t wrong = 0x0000800000000000;

	(void)state;
	assert_refused(rip, wrong, "rip");
	assert_refused(rip, 0x7FFF800000000000, "rip");
	assert_accepted(rip, 0x00007FFFFFFFF000);
	assert_refused(fs.base, wrong, "fs");
	assert_refused(gs.base, wrong, "gs");
	assert_refused(tr.base, wrong, "tr");
	assert_refused(ldtr.base, wrong, "ldtr");
	assert_refused(idtr.base, wrong, "idtr");
	assert_refused(gdtr.base, wrong, "gdtr");
}

static void code_segment(void **state)
{
	(void)state;
	assert_refused(cs.attributes, 0xE09B, "cs"); /* L and D */
	assert_refused(cs.attributes, 0xA01B, "cs"); /* not present */
	assert_refused(cs.attributes, 0xA08B, "cs"); /* a system segment */
	assert_refused(cs.attributes, 0xA0FB, "cs"); /* DPL 3 */
	assert_refused(cs.attributes, 0xA093, "cs"); /* data */
	assert_refused(cs.attributes, 0xA19B, "cs"); /* reserved bit 8 */
	assert_accepted(cs.attributes, 0x209B);      /* 64-bit code has no limit */
	assert_accepted(cs.limit, 0xFFFFF000);
	c.efer = 0; /* other code has */
	c.cr0 &= ~(1ull << 31);
	c.cs.attributes = 0xC09B;
	c.rip = 0x1000;
	c.tr.attributes = 0x8B;
	assert_null(bad());
	assert_refused(cs.attributes, 0x409B, "cs"); /* limit needs G */
	assert_accepted(cs.limit, 0xFFFFF);          /* low bits all ones, none high: either */
	assert_refused(cs.limit, 0xFFFFF000, "cs");  /* low bits not all ones: G must be 0 */
	c.cs.limit = 0;
	c.cs.attributes = 0x409B;
	assert_null(bad());
}

static void data_and_stack_segments(void **state)
{
	(void)state;
	assert_refused(ss.attributes, 0xC0F3, "ss");
	assert_refused(ss.attributes, 0xC091, "ss"); /* read-only */
	assert_refused(ss.attributes, 0xA09B, "ss"); /* code */
	assert_refused(ds.attributes, 0xC083, "ds"); /* a system segment */
	assert_refused(es.attributes, 0xC099, "es"); /* execute-only code */
	assert_refused(fs.attributes, 0x4093, "fs"); /* limit needs G */
	assert_refused(gs.attributes, 0xC893, "gs"); /* reserved bit 11 */
	assert_accepted(ds.attributes, 0);
	assert_accepted(ss.attributes, 0);
	assert_accepted(gs.attributes, 0);
}

static void task_and_local_tables(void **state)
{
	(void)state;
	assert_refused(tr.attributes, 0, "tr");
	assert_refused(tr.attributes, 0x0089, "tr"); /* not busy */
	assert_refused(tr.attributes, 0x0083, "tr"); /* 16 bit, in long mode */
	assert_refused(tr.attributes, 0x009B, "tr"); /* not a system segment */
	assert_refused(tr.attributes, 0x808B, "tr"); /* limit 0x67 with G */
	assert_accepted(ldtr.attributes, 0x0082);
	assert_refused(ldtr.attributes, 0x008B, "ldtr");
}

static void pat_types(void **state)
{
	(void)state;
	for (int byte = 0; byte < 8; byte++) {
		uint64_t others = VECTOR_PAT & ~(0xFFull << (8 * byte));

		assert_accepted(pat, others | 1ull << (8 * byte));
		assert_refused(pat, others | 2ull << (8 * byte), "pat");
		assert_refused(pat, others | 3ull << (8 * byte), "pat");
		assert_refused(pat, others | 8ull << (8 * byte), "pat");
		assert_refused(pat, others | 0x80ull << (8 * byte), "pat");
	}
}

static void protected_mode_without_paging(void **state)
{
	(void)state;
	c.cr0 = CR0_PE;
	c.efer = 0;
	c.rip = 0x100000;
	c.cs.attributes = 0xC09B;
	assert_null(bad());
	c.rip = 1ull << 32;
	assert_string_equal(bad(), "rip");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_vectors_context_is_good, set_up),
		cmocka_unit_test_setup(control_registers, set_up),
		cmocka_unit_test_setup(efer_with_and_without_lma, set_up),
		cmocka_unit_test_setup(rflags_bits, set_up),
		cmocka_unit_test_setup(addresses_must_be_canonical, set_up),
		cmocka_unit_test_setup(code_segment, set_up),
		cmocka_unit_test_setup(data_and_stack_segments, set_up),
		cmocka_unit_test_setup(task_and_local_tables, set_up),
		cmocka_unit_test_setup(pat_types, set_up),
		cmocka_unit_test_setup(protected_mode_without_paging, set_up),
	};

	return cmocka_run_group_tests_name("refhv/context", tests, NULL, NULL);
}
