/* SPDX-License-Identifier: MIT */
/*
 * tests/refhv/calls/, 0x9A and 0x99: the byte vectors through the whole dispatch; each
 * check and its status; what the log line says.
 */
#include "tests/host/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/vectors.h"
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/loader/cfg_parse.h"
#include "tests/refhv/x86.h"

enum { INPUT = 0x10000, OUTPUT = 0x11000, OVERLAY = 0x13000, RAM_END = 0x14000 };
enum { VPS = 6 };

static uint8_t *ram; /* GPAs INPUT to RAM_END */
static struct partition *partition;
static struct vp *vps[VPS];

static void *guest_ram(uint64_t gpa, uint64_t bytes)
{
	if (gpa < INPUT || gpa >= RAM_END || bytes > RAM_END - gpa)
		return NULL;
	return ram + (gpa - INPUT);
}

static void add_vp(size_t i, uint32_t apic_id, uint32_t index)
{
	vps[i] = calloc(1, sizeof(*vps[i]));
	vps[i]->apic_id = apic_id;
	vps[i]->index = index;
	vps[i]->state = VP_WAIT;
	partition->by_apic_id[apic_id] = vps[i];
	partition->by_index[index] = vps[i];
	partition->vps[partition->vp_count++] = vps[i];
}

static int set_up(void **state)
{
	(void)state;
	ram = aligned_alloc(4096, RAM_END - INPUT);
	memset(ram, 0, RAM_END - INPUT);
	partition = calloc(1, sizeof(*partition));
	cfg_defaults(&partition->cfg);
	partition->limits = (struct cpu_limits){0xD01, 0x7FF, 40};
	partition->guest_ram = guest_ram;
	partition->vtl[0].hypercall = OVERLAY | HV_HYPERCALL_ENABLE;
	add_vp(0, 0, 0);
	add_vp(1, 1, 1);
	add_vp(2, 4, 2);
	add_vp(3, 5, 3);
	add_vp(4, 0x14, 7);
	add_vp(5, 6, 5);
	vps[0]->state = VP_RUNNING;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < VPS; i++)
		free(vps[i]);
	free(partition);
	free(ram);
	return 0;
}

static struct hypercall last;

static uint64_t call_at(struct vp *caller, uint64_t control, uint64_t input, uint64_t output)
{
	struct hypercall call = {.partition = partition,
				 .caller = caller,
				 .control.as_u64 = control,
				 .input_gpa = input,
				 .output_gpa = output};
	uint64_t result = hypercall_dispatch(&call);

	caller->line.text[caller->line.length] = '\0';
	last = call;
	return result;
}

static uint64_t call(uint64_t control)
{
	return call_at(vps[0], control, INPUT, OUTPUT);
}

static void put_input(const void *bytes, size_t size)
{
	memcpy(ram, bytes, size);
	memset(ram + OUTPUT - INPUT, 0xEE, 4096);
}

static const uint8_t *output(void)
{
	return ram + (OUTPUT - INPUT);
}

static bool line_has(const char *text)
{
	return strstr(vps[0]->line.text, text) != NULL;
}

/* --- 0x9A ------------------------------------------------------------------------------------- */

static void the_map_vectors_are_answered(void **state)
{
	(void)state;
	put_input(map_one_input, sizeof(map_one_input));
	assert_int_equal(call(MAP_ONE_CONTROL), MAP_ONE_RESULT);
	assert_memory_equal(output(), map_one_output, 4);
	assert_int_equal(output()[4], 0xEE); /* packed: nothing beyond */

	put_input(map_four_input, sizeof(map_four_input));
	assert_int_equal(call(MAP_FOUR_CONTROL), MAP_FOUR_RESULT);
	assert_memory_equal(output(), map_four_output, sizeof(map_four_output));
	assert_true(line_has("code=0x009a name=GetVpIndexFromApicId control=0x40000009a"));
	assert_true(line_has(" start=0 count=4 target_vtl=0 apic_ids=0,1,4,5 vp_indexes=0,1,2,3 "
			     "status=0x0000 reps=4"));
}

static void f22_an_unknown_id_stops_the_list(void **state)
{
	(void)state;
	partition->by_apic_id[4] = NULL;
	put_input(map_four_input, sizeof(map_four_input));
	assert_int_equal(call(MAP_FOUR_CONTROL), MAP_FOUR_UNKNOWN_RESULT);
	assert_memory_equal(output(), map_four_output, 8);
	assert_int_equal(output()[8], 0xEE);
	assert_true(line_has(" apic_ids=0,1,4 vp_indexes=0,1 status=0x0005 reps=2"));
	memset(ram + 16, 0xFF, 4); /* an id beyond every table */
	assert_int_equal(call(MAP_FOUR_CONTROL), 5);
}

static void a_resumed_call_counts_from_element_0(void **state)
{
	(void)state;
	put_input(map_four_input, sizeof(map_four_input));
	assert_int_equal(call(MAP_FOUR_RESUMED_CONTROL), MAP_FOUR_RESULT);
	assert_memory_equal(output() + 8, map_four_output + 8, 8);
	assert_int_equal(output()[0], 0xEE);
	assert_true(line_has(" start=2 count=4 target_vtl=0 apic_ids=4,5 vp_indexes=2,3 status"));
}

static void f21_one_rep_a_call_is_success_with_less(void **state)
{
	(void)state;
	partition->cfg.one_rep = true;
	put_input(map_four_input, sizeof(map_four_input));
	assert_int_equal(call(MAP_FOUR_CONTROL), 1ull << 32);
	assert_int_equal(call(MAP_FOUR_RESUMED_CONTROL), 3ull << 32);
	assert_int_equal(output()[4], 0xEE);
	assert_memory_equal(output() + 8, map_four_output + 8, 4);
}

static void f23_padded_elements_are_8_bytes_in_and_out(void **state)
{
	static const uint8_t expected[16] = {7, 0, 0, 0, 0, 0, 0, 0, 2};
	uint8_t input[32];

	(void)state;
	partition->cfg.stride = 8;
	memcpy(input, map_one_input, 24);
	memset(input + 24, 0, 8);
	input[20] = 0xAA; /* padding is not looked at */
	input[24] = 4;
	put_input(input, sizeof(input));
	assert_int_equal(call(0x000000020000009A), 2ull << 32);
	assert_memory_equal(output(), expected, 16);
}

static void map_header_checks(void **state)
{
	uint8_t input[32];

	(void)state;
	memcpy(input, map_four_input, sizeof(input));
	input[0] = 0;
	put_input(input, sizeof(input));
	assert_int_equal(call(MAP_FOUR_CONTROL), HV_INVALID_PARTITION_ID);
	input[0] = 0xFF;
	input[8] = 1;
	put_input(input, sizeof(input));
	assert_int_equal(call(MAP_FOUR_CONTROL), HV_ACCESS_DENIED);
	input[8] = 0x10;
	put_input(input, sizeof(input));
	assert_int_equal(call(MAP_FOUR_CONTROL), HV_INVALID_PARAMETER);
	input[8] = 0;
	input[15] = 1;
	partition->cfg.padding = PADDING_REFUSE;
	put_input(input, sizeof(input));
	assert_int_equal(call(MAP_FOUR_CONTROL), HV_INVALID_PARAMETER);
}

/* --- checks of every call --------------------------------------------------------------------- */

static void control_words_are_checked(void **state)
{
	static const struct {
		uint64_t control;
		uint16_t status;
	} cases[] = {
		{0xFFFF, 2},
		{0x0, 2},
		{0x9B | 1ull << 63, 3}, /* reserved bits come before the unknown code */
		{MAP_FOUR_CONTROL | 1ull << 27, 3},
		{MAP_FOUR_CONTROL | 1ull << 30, 3},
		{MAP_FOUR_CONTROL | 1ull << 31, 3},
		{MAP_FOUR_CONTROL | 1ull << 44, 3},
		{MAP_FOUR_CONTROL | 1ull << 60, 3},
		{MAP_FOUR_CONTROL | 1ull << 16, 3}, /* fast */
		{MAP_FOUR_CONTROL | 1ull << 17, 3}, /* variable header */
		{0x9A, 3},                          /* no element */
		{MAP_FOUR_CONTROL | 4ull << 48, 3}, /* start at the end */
		{VECTOR_CONTROL | 1ull << 32, 3},
		{VECTOR_CONTROL | 1ull << 48, 3},
		{VECTOR_CONTROL | 1ull << 16, 3},
	};

	(void)state;
	put_input(map_four_input, sizeof(map_four_input));
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
		assert_int_equal(call(cases[i].control), cases[i].status);
	call(0xFFFF);
	assert_true(line_has("code=0xffff name=unknown"));
	assert_true(line_has("status=0x0002 reps=0"));
}

static void f43_privileges_are_required(void **state)
{
	(void)state;
	put_input(map_four_input, sizeof(map_four_input));
	partition->cfg.privileges &= ~HV_PRIVILEGE_VP_INDEX;
	assert_int_equal(call(MAP_FOUR_CONTROL), HV_ACCESS_DENIED);
	partition->cfg.privileges &= ~HV_PRIVILEGE_START_VP;
	put_input(start_vp_vector, sizeof(start_vp_vector));
	assert_int_equal(call(VECTOR_CONTROL), HV_ACCESS_DENIED);
	assert_int_equal(vps[3]->state, VP_WAIT);
}

static void blocks_are_checked(void **state)
{
	(void)state;
	put_input(map_four_input, sizeof(map_four_input));
	assert_int_equal(call_at(vps[0], MAP_FOUR_CONTROL, INPUT + 4, OUTPUT), 4);
	assert_int_equal(call_at(vps[0], MAP_FOUR_CONTROL, INPUT, OUTPUT + 1), 4);
	assert_int_equal(call_at(vps[0], MAP_FOUR_CONTROL, OUTPUT - 24, OUTPUT), 4);
	assert_int_equal(call_at(vps[0], MAP_FOUR_CONTROL, INPUT, OUTPUT + 4096 - 8), 4);
	assert_int_equal(call_at(vps[0], MAP_FOUR_CONTROL, RAM_END, OUTPUT), 4);
	assert_int_equal(call_at(vps[0], MAP_FOUR_CONTROL, UINT64_MAX - 4095, OUTPUT), 4);
	assert_int_equal(call_at(vps[0], MAP_FOUR_CONTROL, INPUT, INPUT + 16), 3);
	assert_int_equal(call_at(vps[0], MAP_FOUR_CONTROL, INPUT, OVERLAY), 3);
	assert_int_equal(call_at(vps[0], MAP_FOUR_CONTROL, OVERLAY + 64, OUTPUT), 3);
	assert_int_equal(call_at(vps[0], MAP_FOUR_CONTROL, INPUT, INPUT + 32) & 0xFFFF, 0);
	/* 0x99 has no output: the parameter is not looked at */
	put_input(start_vp_vector, sizeof(start_vp_vector));
	assert_int_equal(call_at(vps[0], VECTOR_CONTROL, INPUT, 0x7), 0);
}

static void a_full_page_of_elements_fits_and_one_more_does_not(void **state)
{
	(void)state;
	put_input(map_one_input, 16); /* the rest: zeros, APIC id 0 */
	assert_int_equal(call(MAP_1020_CONTROL), 1020ull << 32);
	assert_int_equal(call(MAP_1020_CONTROL + (1ull << 32)), 4);
	assert_int_not_equal(vps[0]->line.text[vps[0]->line.length - 1], '~');
}

/* --- 0x99 ------------------------------------------------------------------------------------- */

static struct hv_start_input *start_input(void)
{
	put_input(start_vp_vector, sizeof(start_vp_vector));
	return (struct hv_start_input *)ram;
}

static void the_start_vector_starts_vp_3(void **state)
{
	(void)state;
	start_input();
	assert_int_equal(call(VECTOR_CONTROL), 0);
	assert_ptr_equal(last.started, vps[3]);
	assert_int_equal(vps[3]->state, VP_STARTING);
	assert_int_equal(vps[3]->start.method, START_HYPERCALL);
	assert_memory_equal(&vps[3]->start.context, start_vp_vector + 16, 224);
	assert_true(line_has("name=StartVirtualProcessor control=0x99 input=0x10000"));
	assert_true(line_has("target_vp=3 apic_id=5 target_vtl=0 rip=0xffffffff80101000 "
			     "rsp=0xffffffff90003ff8 rflags=0x2"));
	assert_true(line_has(" efer=0xd01 cr0=0x80010033 cr3=0x105000 cr4=0x6a0 "
			     "pat=0x7040600070406 status=0x0000 reps=0"));
}

static void start_checks_in_order(void **state)
{
	(void)state;
	start_input()->partition_id = 1;
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_PARTITION_ID);
	start_input()->vp_index = 4;
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_VP_INDEX);
	start_input()->vp_index = 0xFFFFFFFE; /* HV_VP_INDEX_SELF */
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_VP_INDEX);
	start_input()->vp_index = 0xFFFFFFFF; /* HV_ANY_VP */
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_VP_INDEX);
	start_input()->target_vtl = 1;
	assert_int_equal(call(VECTOR_CONTROL), HV_ACCESS_DENIED);
	start_input()->target_vtl = 0x10;
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_PARAMETER);
	partition->cfg.padding = PADDING_REFUSE;
	start_input()->padding[1] = 1;
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_PARAMETER);
	start_input()->context.efer = 0;
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_REGISTER_VALUE);
	assert_true(line_has(" bad_register="));
	assert_null(last.started);
	assert_int_equal(vps[3]->state, VP_WAIT);
}

static void f40_a_vp_cannot_start_itself(void **state)
{
	(void)state;
	start_input()->vp_index = 0;
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_PARAMETER);
}

static void a_vp_is_started_once(void **state)
{
	(void)state;
	start_input();
	assert_int_equal(call(VECTOR_CONTROL), 0);
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_VP_STATE);
	vps[3]->state = VP_RUNNING;
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_VP_STATE);
	assert_null(last.started);
	vps[3]->state = VP_WAIT; /* after an INIT */
	assert_int_equal(call(VECTOR_CONTROL), 0);
}

static void f31_f33_faults_of_the_configuration(void **state)
{
	static const char text[] = "fault=start:vp=3:status=0x78:times=1\n"
				   "fault=start:vp=2:never=1\n"
				   "fault=map:status=0x0b:times=1\n";
	struct cfg_error error;

	(void)state;
	assert_true(cfg_parse(&partition->cfg, text, strlen(text), &error));
	start_input();
	assert_int_equal(call(VECTOR_CONTROL), 0x78);
	assert_int_equal(vps[3]->state, VP_WAIT);
	assert_int_equal(call(VECTOR_CONTROL), 0);
	start_input()->vp_index = 2;
	assert_int_equal(call(VECTOR_CONTROL), 0);
	assert_null(last.started);
	assert_int_equal(vps[2]->state, VP_NEVER);
	assert_int_equal(call(VECTOR_CONTROL), HV_INVALID_VP_STATE);
	put_input(map_four_input, sizeof(map_four_input));
	assert_int_equal(call(MAP_FOUR_CONTROL), 0x0B);
	assert_int_equal(call(MAP_FOUR_CONTROL), MAP_FOUR_RESULT);
}

static void *start_vp_3(void *arg)
{
	struct vp *caller = arg;

	return (void *)(uintptr_t)call_at(caller, VECTOR_CONTROL, INPUT, 0);
}

static void of_two_starters_exactly_one_succeeds(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		pthread_t a, b;
		void *result_a, *result_b;

		vps[3]->state = VP_WAIT;
		start_input();
		pthread_create(&a, NULL, start_vp_3, vps[1]);
		pthread_create(&b, NULL, start_vp_3, vps[2]);
		pthread_join(a, &result_a);
		pthread_join(b, &result_b);
		assert_int_equal((uintptr_t)result_a + (uintptr_t)result_b, HV_INVALID_VP_STATE);
	}
}

static void messages_and_events_want_privilege_and_connection(void **state)
{
	uint64_t signal = HV_CALL_SIGNAL_EVENT | 1UL << 16;
	struct hv_post_input *input = (struct hv_post_input *)(void *)ram;

	(void)state;
	*input = (struct hv_post_input){.connection = 5, .type = 7, .size = 8};
	assert_int_equal(call(HV_CALL_POST_MESSAGE), HV_ACCESS_DENIED);
	assert_int_equal(call_at(vps[0], signal, 5, 0), HV_ACCESS_DENIED);
	partition->cfg.privileges |= HV_PRIVILEGES_GUESTS;
	assert_int_equal(call(HV_CALL_POST_MESSAGE), HV_INVALID_CONNECTION_ID);
	assert_int_equal(call_at(vps[0], signal, 5, 0), HV_INVALID_CONNECTION_ID);
	partition->connections[5] = (struct connection){vps[1], 2, CONNECTION_MESSAGE};
	synic_reset(&vps[1]->vtl[0].synic, guest_ram);
	assert_int_equal(call(HV_CALL_POST_MESSAGE), HV_SUCCESS);
	assert_ptr_equal(last.signalled, vps[1]);
	assert_int_equal(call(HV_CALL_POST_MESSAGE), HV_INSUFFICIENT_BUFFERS);
	input->size = HV_MESSAGE_PAYLOAD + 1;
	assert_int_equal(call(HV_CALL_POST_MESSAGE), HV_INVALID_PARAMETER);
	assert_int_equal(call_at(vps[0], signal, 5, 0), HV_INVALID_CONNECTION_ID); /* no event's */
	partition->cfg.is_gen2 = true; /* there the privileges are for show */
	assert_int_equal(call(HV_CALL_POST_MESSAGE), HV_INVALID_HYPERCALL_CODE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(the_map_vectors_are_answered),
		TEST(f22_an_unknown_id_stops_the_list),
		TEST(a_resumed_call_counts_from_element_0),
		TEST(f21_one_rep_a_call_is_success_with_less),
		TEST(f23_padded_elements_are_8_bytes_in_and_out),
		TEST(map_header_checks),
		TEST(control_words_are_checked),
		TEST(f43_privileges_are_required),
		TEST(blocks_are_checked),
		TEST(a_full_page_of_elements_fits_and_one_more_does_not),
		TEST(the_start_vector_starts_vp_3),
		TEST(start_checks_in_order),
		TEST(f40_a_vp_cannot_start_itself),
		TEST(a_vp_is_started_once),
		TEST(f31_f33_faults_of_the_configuration),
		TEST(of_two_starters_exactly_one_succeeds),
		TEST(messages_and_events_want_privilege_and_connection),
	};

	return cmocka_run_group_tests_name("refhv/hypercall", tests, NULL, NULL);
}
