/* SPDX-License-Identifier: MIT */
/*
 * tests/refhv/calls/, memory that VTL 1 protects: 0x0C, each status in the order in which they are
 * checked, and the message about an access that it forbids.
 */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/host/vectors.h"
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/calls/intercept.h"
#include "tests/refhv/loader/cfg_parse.h"

enum { INPUT = 0x10000, RAM_END = 0x12000 };

static uint8_t *ram; /* GPAs INPUT to RAM_END */
static struct partition *partition;
static struct vp *vp;
static struct hypercall last;
static uint32_t room;      /* pages for which there is a table */
static uint32_t flags[18]; /* of the pages up to RAM_END */

static void *guest_ram(uint64_t gpa, uint64_t bytes)
{
	if (gpa < INPUT || gpa >= RAM_END || bytes > RAM_END - gpa)
		return NULL;
	return ram + (gpa - INPUT);
}

static bool protect(uint64_t gpa, uint32_t value)
{
	if (!room)
		return false;
	room--;
	flags[gpa >> 12] = value;
	return true;
}

static bool allows(const struct vp *caller, uint64_t gpa, bool is_write)
{
	return caller->active_vtl || flags[gpa >> 12] >> is_write & 1;
}

static void configure(const char *text)
{
	struct cfg_error error;

	cfg_defaults(&partition->cfg);
	assert_true(cfg_parse(&partition->cfg, text, strlen(text), &error));
}

static int set_up(void **state)
{
	(void)state;
	ram = aligned_alloc(4096, RAM_END - INPUT);
	memset(ram, 0, RAM_END - INPUT);
	memset(flags, 0xFF, sizeof(flags));
	room = 2;
	partition = calloc(1, sizeof(*partition));
	partition->guest_ram = guest_ram;
	partition->protect = protect;
	partition->allows = allows;
	partition->vsm_config = 0x1F;
	vp = calloc(1, sizeof(*vp));
	vp->active_vtl = 1;
	vp->index = 3;
	partition->by_index[3] = vp;
	configure("");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(vp);
	free(partition);
	free(ram);
	return 0;
}

static struct hv_protect_input *input(void)
{
	memcpy(ram, protect_input, sizeof(protect_input));
	return (struct hv_protect_input *)ram;
}

static uint64_t call(uint64_t control)
{
	last = (struct hypercall){.partition = partition,
				  .caller = vp,
				  .control.as_u64 = control,
				  .input_gpa = INPUT,
				  .output_gpa = 1};
	uint64_t result = hypercall_dispatch(&last);

	vp->line.text[vp->line.length] = '\0';
	return result;
}

static bool line_has(const char *text)
{
	return strstr(vp->line.text, text) != NULL;
}

static void pages_get_what_is_left_to_vtl_0(void **state)
{
	(void)state;
	input();
	assert_int_equal(call(PROTECT_CONTROL), PROTECT_RESULT);
	assert_int_equal(flags[0x10], 0xD);
	assert_int_equal(flags[0x11], 0xD);
	assert_int_equal(last.protected_pages, 2);
	assert_int_equal(last.protected_flags, 0xD);
	assert_true(line_has("code=0x000c name=ModifyVtlProtectionMask control=0x20000000c "));
	assert_true(line_has(" input_vtl=0x00 flags=0xd start=0 count=2 pages=0x10-0x11 "
			     "status=0x0000 reps=2"));
	room = 1;
	assert_int_equal(call(PROTECT_CONTROL | 1ull << 48),
			 PROTECT_RESULT); /* from the second on */
	assert_int_equal(last.protected_pages, 1);
	assert_true(line_has(" start=1 count=2 pages=0x11 "));
}

static void it_checks_in_order(void **state)
{
	(void)state;
	input()->partition_id = 1;
	ram[12] = 0x20;
	assert_int_equal(call(PROTECT_CONTROL), HV_INVALID_PARTITION_ID);
	input()->target_vtl = 0x20;
	assert_int_equal(call(PROTECT_CONTROL), HV_INVALID_PARAMETER);
	input()->target_vtl = 0x12;
	assert_int_equal(call(PROTECT_CONTROL), HV_ACCESS_DENIED);
	partition->vsm_config = 0;
	input()->target_vtl = 0x10; /* which has no VTL below it */
	assert_int_equal(call(PROTECT_CONTROL), HV_INVALID_PARAMETER);
	input()->target_vtl = 0x11;
	ram[8] = 2;
	assert_int_equal(call(PROTECT_CONTROL), HV_ACCESS_DENIED);
	partition->vsm_config = 0x1F;
	assert_int_equal(call(PROTECT_CONTROL), HV_INVALID_REGISTER_VALUE);
	partition->cfg.padding = PADDING_REFUSE;
	input()->padding[2] = 1;
	assert_int_equal(call(PROTECT_CONTROL), HV_INVALID_PARAMETER);
	vp->active_vtl = 0;
	input();
	assert_int_equal(call(PROTECT_CONTROL), HV_INVALID_PARAMETER);
	partition->cfg.privileges &= ~HV_PRIVILEGE_VSM;
	assert_int_equal(call(PROTECT_CONTROL), HV_ACCESS_DENIED);
	assert_int_equal(flags[0x10], UINT32_MAX);
	assert_int_equal(last.protected_pages, 0);
}

static void flags_make_sense_without_mbec(void **state)
{
	static const uint32_t good[] = {0, 1, 3, 0xD, 0xF};
	uint32_t count = 0;

	(void)state;
	for (uint32_t value = 0; value < 0x20; value++) {
		bool is_good = count < 5 && good[count] == value;

		room = 2;
		input()->flags = value;
		assert_int_equal(call(PROTECT_CONTROL),
				 is_good ? PROTECT_RESULT : HV_INVALID_REGISTER_VALUE);
		count += is_good;
	}
	assert_int_equal(count, 5);
	input()->flags = 1u << 31 | 1;
	assert_int_equal(call(PROTECT_CONTROL), HV_INVALID_REGISTER_VALUE);
}

static void the_list_ends_at_the_first_page_that_cannot_be(void **state)
{
	uint64_t beyond = 1ull << 60 | 0x11, hole = 0x12;

	(void)state;
	input();
	memcpy(ram + 24, &hole, sizeof(hole));
	assert_int_equal(call(PROTECT_CONTROL), 1ull << 32 | HV_INVALID_PARAMETER);
	assert_int_equal(last.protected_pages, 1);
	assert_true(line_has(" pages=0x10,0x12 status=0x0005 reps=1"));
	memcpy(ram + 24, &beyond, sizeof(beyond));
	assert_int_equal(call(PROTECT_CONTROL), 1ull << 32 | HV_INVALID_PARAMETER);
	input();
	room = 1;
	assert_int_equal(call(PROTECT_CONTROL), 1ull << 32 | HV_INSUFFICIENT_MEMORY);
}

static void a_call_takes_510_pages(void **state)
{
	(void)state;
	input();
	for (uint64_t i = 0, page = 0x10; i < 510; i++)
		memcpy(ram + 16 + 8 * i, &page, sizeof(page));
	room = 510;
	assert_int_equal(call(0xCull | 510ull << 32), 510ull << 32);
	assert_int_equal(call(0xCull | 511ull << 32), HV_INVALID_ALIGNMENT);
	assert_int_equal(call(0xCull), HV_INVALID_HYPERCALL_INPUT);
}

static void a_fault_protects_nothing(void **state)
{
	(void)state;
	configure("fault=vtl:unprotected:vp=3");
	input();
	assert_int_equal(call(PROTECT_CONTROL), PROTECT_RESULT);
	assert_int_equal(flags[0x10], UINT32_MAX);
	assert_int_equal(last.protected_pages, 0);
}

static void parameters_are_not_where_the_caller_may_not_go(void **state)
{
	(void)state;
	vp->active_vtl = 0;
	input();
	flags[0x10] = 0;
	assert_int_equal(call(PROTECT_CONTROL), HV_INVALID_HYPERCALL_INPUT);
	assert_string_equal(last.broken, "parameters_in_protected_page");
	flags[0x10] = 1;
	memcpy(ram, registers_one_input, sizeof(registers_one_input));
	last = (struct hypercall){.partition = partition,
				  .caller = vp,
				  .control.as_u64 = REGISTERS_ONE_CONTROL,
				  .input_gpa = INPUT,
				  .output_gpa = INPUT + 0x800};
	assert_int_equal(hypercall_dispatch(&last), HV_INVALID_HYPERCALL_INPUT);
	last.output_gpa = INPUT + 0x1000;
	assert_int_equal(hypercall_dispatch(&last), REGISTERS_ONE_RESULT);
}

/* --- fast, with XMM registers ----------------------------------------------------------------- */

static uint64_t call_fast(uint64_t control, const uint8_t *block, size_t size)
{
	struct hypercall call = {.partition = partition,
				 .caller = vp,
				 .control.as_u64 = control | 1ull << 16};

	memcpy(&call.input_gpa, block, 8);
	memcpy(&call.output_gpa, block + 8, 8);
	memset(call.fast, 0xEE, sizeof(call.fast)); /* RDX and R8 come from the addresses */
	memcpy(call.fast + 2, block + 16, size - 16);
	assert_true(hypercall_uses_xmm(call.control));
	uint64_t result = hypercall_dispatch(&call);

	last = call;
	return result;
}

static void a_fast_call_has_its_list_in_xmm_registers(void **state)
{
	(void)state;
	assert_int_equal(call_fast(PROTECT_CONTROL, protect_input, sizeof(protect_input)),
			 HV_INVALID_HYPERCALL_INPUT); /* not offered */
	configure("preset=guests");
	assert_int_equal(call_fast(PROTECT_CONTROL, protect_input, sizeof(protect_input)),
			 PROTECT_RESULT);
	assert_int_equal(flags[0x11], 0xD);
	room = 12;
	assert_int_equal(call_fast(0xCull | 13ull << 32, protect_input, sizeof(protect_input)),
			 HV_INVALID_HYPERCALL_INPUT);
	assert_int_equal(call_fast(0xCull | 12ull << 32, protect_input, sizeof(protect_input)) &
				 0xFFFF,
			 HV_INVALID_PARAMETER); /* the third is none */
}

static void a_fast_call_has_its_output_behind_its_input(void **state)
{
	uint8_t block[112] = {0};

	(void)state;
	configure("preset=guests");
	vp->vtl[1].vp_assist = 0x5001;
	memcpy(block, registers_one_input, sizeof(registers_one_input));
	memcpy(block + 16, "\x13\0\x09\0\x07\0\x0d\0", 8);
	assert_int_equal(call_fast(0x50ull | 2ull << 32, block, sizeof(block)), 2ull << 32);
	assert_memory_equal(last.fast + 2, block + 16, 16);
	assert_int_equal(last.fast[4], 0x5001);
	assert_int_equal(last.fast[5], 0);
	assert_int_equal(last.fast[6], 0x1F);
	assert_int_equal(last.fast[8], 0);
	assert_int_equal(call_fast(0x50ull | 4ull << 32, block, sizeof(block)) & 0xFFFF,
			 HV_INVALID_PARAMETER); /* fits; the third is none */
	assert_int_equal(call_fast(0x50ull | 5ull << 32, block, sizeof(block)),
			 HV_INVALID_HYPERCALL_INPUT);
	partition->cfg.features &= ~HV_FEATURE_XMM_OUTPUT;
	assert_int_equal(call_fast(0x50ull | 2ull << 32, block, sizeof(block)),
			 HV_INVALID_HYPERCALL_INPUT);
}

static void a_fast_write_has_whole_elements(void **state)
{
	(void)state;
	configure("preset=guests");
	vp->vtl[0].life = VTL_BEGUN;
	assert_int_equal(call_fast(SET_REGISTERS_CONTROL, set_registers_input,
				   sizeof(set_registers_input)),
			 SET_REGISTERS_RESULT);
	assert_int_equal(vp->vtl[0].rip, SET_REGISTERS_RIP);
	assert_int_equal(vp->vtl[0].pending_event, SET_REGISTERS_EVENT);
	assert_int_equal(call_fast(0x51ull | 4ull << 32, set_registers_input,
				   sizeof(set_registers_input)),
			 HV_INVALID_HYPERCALL_INPUT);
}

/* --- the message ------------------------------------------------------------------------------ */

static struct intercept a_write(void)
{
	return (struct intercept){
		.vp_index = 3,
		.access = HV_ACCESS_WRITE,
		.state = HV_STATE_CR0_PE | HV_STATE_EFER_LMA,
		.cr8 = 5,
		.cs = {.limit = UINT32_MAX, .selector = 0x10, .attributes = 0xA09B},
		.rip = 0x401234,
		.rflags = 0x246,
		.gpa = 0x7654321,
		.code = (const uint8_t *)"\x48\x89\x1a\xc3\x90",
		.code_bytes = 5,
		.length = 3,
	};
}

static void the_message_is_as_the_tlfs_has_it(void **state)
{
	struct intercept what = a_write();
	struct hv_message message;

	(void)state;
	memset(&message, 0xFF, sizeof(message));
	intercept_message(&message, &what);
	assert_memory_equal(&message, intercept_vector, sizeof(intercept_vector));
}

static void the_message_tells_what_is_known_of_the_code(void **state)
{
	const struct hv_memory_intercept *payload;
	struct intercept what = a_write();
	struct hv_message message;

	(void)state;
	payload = (const struct hv_memory_intercept *)message.payload;
	what.length = 0;
	intercept_message(&message, &what);
	assert_int_equal(payload->length_and_cr8, 0x50);
	assert_int_equal(payload->code_bytes, 5);
	assert_memory_equal(payload->code, "\x48\x89\x1a\xc3\x90\0", 6);
	what.access = HV_ACCESS_EXECUTE;
	intercept_message(&message, &what);
	assert_int_equal(payload->access, 2);
	assert_int_equal(payload->code_bytes, 0);
	assert_int_equal(payload->code[0], 0);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(pages_get_what_is_left_to_vtl_0),
		T(it_checks_in_order),
		T(flags_make_sense_without_mbec),
		T(the_list_ends_at_the_first_page_that_cannot_be),
		T(a_call_takes_510_pages),
		T(a_fault_protects_nothing),
		T(parameters_are_not_where_the_caller_may_not_go),
		T(a_fast_call_has_its_list_in_xmm_registers),
		T(a_fast_call_has_its_output_behind_its_input),
		T(a_fast_write_has_whole_elements),
		T(the_message_is_as_the_tlfs_has_it),
		T(the_message_tells_what_is_known_of_the_code),
	};

	return cmocka_run_group_tests_name("refhv/protect", tests, NULL, NULL);
}
