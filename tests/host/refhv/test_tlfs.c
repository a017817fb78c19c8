/* SPDX-License-Identifier: MIT */
/* tests/refhv/tlfs.h: the reference hypervisor's own ABI definitions against the byte vectors. */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/vectors.h"
#include "tests/refhv/tlfs.h"

static void assert_segment(const struct hv_segment *s, uint16_t selector, uint64_t base,
			   uint32_t limit, uint16_t attributes)
{
	assert_int_equal(s->selector, selector);
	assert_int_equal(s->base, base);
	assert_int_equal(s->limit, limit);
	assert_int_equal(s->attributes, attributes);
}

static void the_start_block_decodes_field_by_field(void **state)
{
	struct hv_start_input in;
	const struct hv_vp_context *c = &in.context;

	(void)state;
	assert_int_equal(sizeof(in), sizeof(start_vp_vector));
	memcpy(&in, start_vp_vector, sizeof(in));
	assert_int_equal(in.partition_id, HV_PARTITION_SELF);
	assert_int_equal(in.vp_index, VECTOR_VP_INDEX);
	assert_int_equal(in.target_vtl, 0);
	assert_int_equal(c->rip, VECTOR_RIP);
	assert_int_equal(c->rsp, VECTOR_RSP);
	assert_int_equal(c->rflags, VECTOR_RFLAGS);
	assert_segment(&c->cs, VECTOR_CS, 0, VECTOR_LIMIT, VECTOR_CS_ATTRIBUTE);
	assert_segment(&c->ds, VECTOR_DS, 0, VECTOR_LIMIT, VECTOR_DS_ATTRIBUTE);
	assert_segment(&c->es, VECTOR_DS, 0, VECTOR_LIMIT, VECTOR_DS_ATTRIBUTE);
	assert_segment(&c->fs, VECTOR_DS, 0, VECTOR_LIMIT, VECTOR_DS_ATTRIBUTE);
	assert_segment(&c->gs, VECTOR_DS, VECTOR_GS_BASE, VECTOR_LIMIT, VECTOR_DS_ATTRIBUTE);
	assert_segment(&c->ss, VECTOR_DS, 0, VECTOR_LIMIT, VECTOR_DS_ATTRIBUTE);
	assert_segment(&c->tr, VECTOR_TR, VECTOR_TR_BASE, VECTOR_TR_LIMIT, VECTOR_TR_ATTRIBUTE);
	assert_segment(&c->ldtr, 0, 0, 0, 0);
	assert_int_equal(c->idtr.base, VECTOR_IDT_BASE);
	assert_int_equal(c->idtr.limit, VECTOR_IDT_LIMIT);
	assert_int_equal(c->gdtr.base, VECTOR_GDT_BASE);
	assert_int_equal(c->gdtr.limit, VECTOR_GDT_LIMIT);
	assert_int_equal(c->efer, VECTOR_EFER);
	assert_int_equal(c->cr0, VECTOR_CR0);
	assert_int_equal(c->cr3, VECTOR_CR3);
	assert_int_equal(c->cr4, VECTOR_CR4);
	assert_int_equal(c->pat, VECTOR_PAT);
}

/* Each control word is taken apart and put together again. */
static void control_words_decode(void **state)
{
	static const struct {
		uint64_t word;
		uint16_t code, reps, start, variable;
		bool fast;
	} cases[] = {
		{VECTOR_CONTROL, HV_CALL_START_VP, 0, 0, 0, false},
		{MAP_ONE_CONTROL, HV_CALL_MAP_VP, 1, 0, 0, false},
		{MAP_FOUR_RESUMED_CONTROL, HV_CALL_MAP_VP, 4, 2, 0, false},
		{MAP_1020_CONTROL, HV_CALL_MAP_VP, 1020, 0, 0, false},
		{MAP_1020_RESUMED_CONTROL, HV_CALL_MAP_VP, 1020, 4, 0, false},
		{FAST_NOTIFY_SPIN_CONTROL, 0x08, 0, 0, 0, true},
		{FAST_IPI_EX_ONE_BANK_CONTROL, 0x15, 0, 0, 1, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		union hv_control c = {.as_u64 = cases[i].word};
		union hv_control again = {.code = cases[i].code,
					  .fast = cases[i].fast,
					  .variable = cases[i].variable,
					  .rep_count = cases[i].reps,
					  .rep_start = cases[i].start};

		assert_int_equal(c.code, cases[i].code);
		assert_int_equal(c.rep_count, cases[i].reps);
		assert_int_equal(c.rep_start, cases[i].start);
		assert_int_equal(c.fast, cases[i].fast);
		assert_int_equal(c.variable, cases[i].variable);
		assert_int_equal(again.as_u64, c.as_u64);
	}
}

static void reserved_control_bits_have_their_places(void **state)
{
	(void)state;
	assert_int_equal(((union hv_control){.as_u64 = 0xFull << 27}).reserved_27, 0xF);
	assert_int_equal(((union hv_control){.as_u64 = 1ull << 31}).nested, 1);
	assert_int_equal(((union hv_control){.as_u64 = 0xFull << 44}).reserved_44, 0xF);
	assert_int_equal(((union hv_control){.as_u64 = 0xFull << 60}).reserved_60, 0xF);
	assert_int_equal(((union hv_control){.variable = 0x3FF}).as_u64, 0x3FFull << 17);
}

/* EAX and EBX of leaf 0x40000003 as a real host gives them. */
static void a_real_hosts_privileges_decode(void **state)
{
	const uint64_t real = 0x003B803000002E7Full;

	(void)state;
	assert_int_not_equal(real & HV_PRIVILEGE_HYPERCALL_MSRS, 0);
	assert_int_not_equal(real & HV_PRIVILEGE_VP_INDEX, 0);
	assert_int_not_equal(real & HV_PRIVILEGE_REFERENCE_COUNTER, 0);
	assert_int_not_equal(real & HV_PRIVILEGE_FREQUENCY_MSRS, 0);
	assert_int_not_equal(real & HV_PRIVILEGE_START_VP, 0);
	assert_int_equal(HV_PRIVILEGE_START_VP, 1ull << (32 + 21));
	assert_int_equal(HV_PRIVILEGE_HYPERCALL_MSRS, 1 << 5);
	assert_int_equal(HV_PRIVILEGE_VP_INDEX, 1 << 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_start_block_decodes_field_by_field),
		cmocka_unit_test(control_words_decode),
		cmocka_unit_test(reserved_control_bits_have_their_places),
		cmocka_unit_test(a_real_hosts_privileges_decode),
	};

	return cmocka_run_group_tests_name("refhv/tlfs", tests, NULL, NULL);
}
