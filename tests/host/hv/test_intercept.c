/* SPDX-License-Identifier: MIT */
/* hv/x86_64/intercept.c: SynIC and VP assist page as the hypervisor has them, and its message. */
#include "tests/host/test.h"

#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "tests/host/hv/scripted.h"
#include "tests/host/vectors.h"

enum { ASSIST = 0x40000073, SCONTROL = 0x40000080, SIMP = 0x40000083, EOM = 0x40000084 };
enum { SINT0 = 0x40000090, MSRS = 5 };

static uint8_t assist[HVSMP_PAGE_SIZE] __attribute__((aligned(HVSMP_PAGE_SIZE)));
static uint8_t messages[HVSMP_PAGE_SIZE] __attribute__((aligned(HVSMP_PAGE_SIZE)));
static uint8_t input[64] __attribute__((aligned(8)));

static struct {
	uint32_t order[MSRS * 2];
	unsigned int writes, eoms;
	uint64_t value[MSRS];
	uint32_t write_faults, read_faults, lost; /* an MSR each */
	uint64_t reserved;                        /* reads as set in all of them */
	bool stays_masked;
} msrs;

static uint64_t *value_of(uint32_t msr)
{
	switch (msr) {
	case ASSIST: return &msrs.value[0];
	case SCONTROL: return &msrs.value[1];
	case SIMP: return &msrs.value[2];
	case SINT0: return &msrs.value[3];
	case EOM: return &msrs.value[4];
	default: fail(); return NULL;
	}
}

static bool msr_read(void *ctx, uint32_t msr, uint64_t *value)
{
	(void)ctx;
	*value = *value_of(msr) | msrs.reserved;
	if (msr == SINT0 && msrs.stays_masked)
		*value |= 0x10000;
	return msr != msrs.read_faults;
}

static bool msr_write(void *ctx, uint32_t msr, uint64_t value)
{
	(void)ctx;
	msrs.order[msrs.writes++] = msr;
	msrs.eoms += msr == EOM;
	if (msr != msrs.lost)
		*value_of(msr) = value;
	return msr != msrs.write_faults;
}

static const struct hvsmp_host host = {.msr_read = msr_read, .msr_write = msr_write};
static struct hvsmp_intercepts intercepts;

static int set_up(void **state)
{
	(void)state;
	memset(&msrs, 0, sizeof(msrs));
	memset(assist, 0, sizeof(assist));
	memset(messages, 0, sizeof(messages));
	intercepts =
		(struct hvsmp_intercepts){&host, script_memory(assist), script_memory(messages)};
	return 0;
}

static void the_pages_before_the_interrupt(void **state)
{
	static const uint32_t order[] = {ASSIST, SCONTROL, SIMP, SINT0};
	char reason[HVSMP_REASON_SIZE] = "";

	(void)state;
	assert_int_equal(hvsmp_intercepts_open(&intercepts, 0xF0, reason), HVSMP_OK);
	assert_int_equal(msrs.writes, 4);
	assert_memory_equal(msrs.order, order, sizeof(order));
	assert_int_equal(*value_of(ASSIST), script_memory(assist).pa | 1);
	assert_int_equal(*value_of(SCONTROL), 1);
	assert_int_equal(*value_of(SIMP), script_memory(messages).pa | 1);
	assert_int_equal(*value_of(SINT0), 0xF0);
	assert_string_equal(reason, "");
}

static void reserved_bits_are_the_hypervisors(void **state)
{
	char reason[HVSMP_REASON_SIZE];

	(void)state;
	msrs.reserved = 0xE00;
	assert_int_equal(hvsmp_intercepts_open(&intercepts, 0xF0, reason), HVSMP_OK);
}

static void assert_denied(const char *why)
{
	char reason[HVSMP_REASON_SIZE] = "";

	assert_int_equal(hvsmp_intercepts_open(&intercepts, 0xF0, reason), HVSMP_ERROR_DENIED);
	assert_non_null(strstr(reason, why));
}

static void each_register_has_a_reason_of_its_own(void **state)
{
	static const struct {
		uint32_t msr;
		const char *name;
	} each[] = {{ASSIST, "VP_ASSIST_PAGE"},
		    {SCONTROL, "SCONTROL"},
		    {SIMP, "SIMP"},
		    {SINT0, "SINT0"}};

	for (size_t i = 0; i < ARRAY_COUNT(each); i++) {
		set_up(state);
		msrs.write_faults = each[i].msr;
		assert_denied(each[i].name);
		assert_denied("faulted");
		set_up(state);
		msrs.read_faults = each[i].msr;
		assert_denied(each[i].name);
		assert_denied("reading MSR");
		set_up(state);
		msrs.lost = each[i].msr;
		assert_denied(each[i].name);
		assert_denied("reads back 0x0, not 0x");
	}
	set_up(state);
	msrs.stays_masked = true;
	assert_denied("SINT0 reads back 0x100f0, not 0xf0");
}

static void the_assist_page_is_the_vector(void **state)
{
	uint8_t due[32];

	(void)state;
	memcpy(assist, vp_assist_vector, 16);
	assert_int_equal(hvsmp_entry_reason(&intercepts), HVSMP_ENTRY_CALL);
	hvsmp_return_with(&intercepts, VP_ASSIST_RAX, VP_ASSIST_RCX);
	memcpy(due, vp_assist_vector, sizeof(due));
	assert_memory_equal(assist, due, sizeof(due));
	assist[8] = 2;
	assert_int_equal(hvsmp_entry_reason(&intercepts), HVSMP_ENTRY_INTERRUPT);
}

static void the_message_is_the_vector(void **state)
{
	struct hvsmp_intercept found = {0};
	uint32_t type = 7;

	(void)state;
	assert_false(hvsmp_intercept_read(&intercepts, &found, &type));
	assert_int_equal(type, 0);
	memcpy(messages, intercept_vector, sizeof(intercept_vector));
	assert_true(hvsmp_intercept_read(&intercepts, &found, NULL));
	assert_int_equal(found.vp_index, INTERCEPT_VP);
	assert_int_equal(found.access, HVSMP_ACCESS_WRITE);
	assert_int_equal(found.length, INTERCEPT_LENGTH);
	assert_int_equal(found.rip, INTERCEPT_RIP);
	assert_int_equal(found.gva, 0);
	assert_int_equal(found.gpa, INTERCEPT_GPA);
	messages[0] = 2; /* another type */
	assert_false(hvsmp_intercept_read(&intercepts, &found, &type));
	assert_int_equal(type, 0x80000002);
}

static void a_slot_that_is_done_is_free(void **state)
{
	struct hvsmp_intercept found;

	(void)state;
	memcpy(messages, intercept_vector, sizeof(intercept_vector));
	hvsmp_intercept_done(&intercepts);
	assert_false(hvsmp_intercept_read(&intercepts, &found, NULL));
	assert_int_equal(msrs.writes, 0); /* nothing waits, so nobody is told */
	memcpy(messages, intercept_vector, sizeof(intercept_vector));
	messages[5] = 1;
	hvsmp_intercept_done(&intercepts);
	assert_int_equal(msrs.eoms, 1);
}

static void what_the_vtl_below_does_then(void **state)
{
	static const uint32_t ids[] = {0};
	struct hvsmp_interface hv = {.host = &script_host};
	const struct hvsmp_caller caller = {.hv = &hv, .input = script_memory(input), .vtl = 1};
	struct hvsmp_intercept intercept = {.rip = SET_REGISTERS_RIP - 2, .length = 2};

	(void)state;
	script_reset(ids, 1);
	(void)hvsmp_intercept_skip(&caller, 0, &intercept);
	assert_memory_equal(script.last_input, set_registers_input, 48);
	intercept.length = 0;
	(void)hvsmp_intercept_skip(&caller, 0, &intercept);
	assert_memory_equal(script.last_input + 16, set_registers_input + 48, 32);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(the_pages_before_the_interrupt),
		TEST(reserved_bits_are_the_hypervisors),
		TEST(each_register_has_a_reason_of_its_own),
		TEST(the_assist_page_is_the_vector),
		TEST(the_message_is_the_vector),
		TEST(a_slot_that_is_done_is_free),
		TEST(what_the_vtl_below_does_then),
	};

	return cmocka_run_group_tests_name("hv/intercept", tests, NULL, NULL);
}
