/* SPDX-License-Identifier: MIT */
/*
 * tests/refhv/calls/send_ipi.c: the byte vectors of 0x0B and 0x15 through the whole dispatch; each
 * check and its status; who is to get an interrupt; what the log line says.
 */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/host/vectors.h"
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/loader/cfg_parse.h"

enum { INPUT = 0x10000, RAM_END = 0x12000 };

static const uint32_t members[] = {VP_SET_MEMBERS, 63};
enum { VPS = sizeof(members) / sizeof(members[0]), WAITS = 100 };

static uint8_t *ram;
static struct partition *partition;
static struct vp *vps;
static struct hypercall last;

static void *guest_ram(uint64_t gpa, uint64_t bytes)
{
	if (gpa < INPUT || gpa >= RAM_END || bytes > RAM_END - gpa)
		return NULL;
	return ram + (gpa - INPUT);
}

static int set_up(void **state)
{
	(void)state;
	ram = calloc(1, RAM_END - INPUT);
	partition = calloc(1, sizeof(*partition));
	vps = calloc(VPS + 1, sizeof(*vps));
	cfg_defaults(&partition->cfg);
	partition->guest_ram = guest_ram;
	for (uint32_t i = 0; i <= VPS; i++) {
		vps[i].index = i < VPS ? members[i] : WAITS;
		vps[i].state = i < VPS ? VP_RUNNING : VP_WAIT;
		partition->by_index[vps[i].index] = &vps[i];
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(vps);
	free(partition);
	free(ram);
	return 0;
}

static uint64_t call(uint64_t control, uint64_t input, uint64_t output)
{
	struct hypercall c = {.partition = partition,
			      .caller = &vps[0],
			      .control.as_u64 = control,
			      .input_gpa = input,
			      .output_gpa = output};
	uint64_t result = hypercall_dispatch(&c);

	vps[0].line.text[vps[0].line.length] = '\0';
	last = c;
	return result;
}

static bool line_has(const char *text)
{
	return strstr(vps[0].line.text, text) != NULL;
}

static void assert_refused(uint64_t status, const char *broken)
{
	assert_int_equal(last.ipi_vector, 0);
	assert_true(line_has(status == 2   ? "status=0x0002"
			     : status == 3 ? "status=0x0003"
			     : status == 5 ? "status=0x0005"
			     : status == 6 ? "status=0x0006"
			     : status == 0 ? "status=0x0000"
					   : "status=0x000e"));
	if (broken)
		assert_string_equal(last.broken, broken);
	else
		assert_null(last.broken);
}

static void both_forms_of_a_mask(void **state)
{
	(void)state;
	assert_int_equal(call(IPI_CONTROL, IPI_VECTOR, IPI_MASK), 0);
	assert_int_equal(last.ipi_vector, IPI_VECTOR);
	assert_int_equal(last.ipi_vps[0], IPI_MASK);
	for (uint32_t i = 1; i < 64; i++)
		assert_int_equal(last.ipi_vps[i], 0);
	assert_true(line_has("code=0x000b name=SendSyntheticClusterIpi control=0x1000b"));
	assert_true(line_has(" vector=0xf0 target_vtl=0 target_vps=0,5,63 status=0x0000 reps=0"));
	memcpy(ram, ipi_input, sizeof(ipi_input));
	assert_int_equal(call(IPI_MEMORY_CONTROL, INPUT, 0), 0);
	assert_int_equal(last.ipi_vector, IPI_VECTOR);
	assert_int_equal(last.ipi_vps[0], IPI_MASK);
	assert_true(line_has(" target_vps=0,5,63 status=0x0000"));
}

static void the_set(void **state)
{
	static const uint32_t banks[] = {0, 1, 3, 63};
	const uint64_t *bits = (const uint64_t *)(ipi_set_input + 24);

	(void)state;
	memcpy(ram, ipi_set_input, sizeof(ipi_set_input));
	assert_int_equal(call(IPI_SET_CONTROL, INPUT, 0), 0);
	assert_int_equal(last.ipi_vector, IPI_VECTOR);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(last.ipi_vps[banks[i]], bits[i]);
	assert_int_equal(last.ipi_vps[2], 0);
	assert_true(line_has("code=0x0015 name=SendSyntheticClusterIpiEx control=0x80015"));
	assert_true(line_has(" target_vps=0,5,64,200,4095 status=0x0000 reps=0"));
}

static void masks_are_checked(void **state)
{
	static const struct {
		uint64_t control, vector, mask, status;
		const char *broken;
	} cases[] = {
		{IPI_CONTROL, 0x0F, 1, 5, NULL},
		{IPI_CONTROL, 0x100, 1, 5, NULL},
		{IPI_CONTROL, 0xF0 | 1ull << 40, 1, 3, "padding_not_zero"},
		{IPI_CONTROL, 0xF0 | 1ull << 63, 1, 3, "padding_not_zero"},
		{IPI_CONTROL, 0xF0 | 0x20ull << 32, 1, 5, NULL}, /* reserved bit of the VTL byte */
		{IPI_CONTROL, 0xF0 | 0x11ull << 32, 1, 6, NULL}, /* VTL 1 */
		{IPI_CONTROL, 0xF0, 1 << 1, 14, NULL},           /* there is no VP 1 */
		{IPI_CONTROL, 0xF0, 0, 0, "ipi_to_nobody"},
		{IPI_CONTROL | 1 << 17, 0xF0, 1, 3, NULL},
		{IPI_CONTROL | 1ull << 32, 0xF0, 1, 3, NULL},
	};

	(void)state;
	partition->cfg.padding = PADDING_REFUSE;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		assert_int_equal(call(cases[i].control, cases[i].vector, cases[i].mask),
				 cases[i].status);
		assert_refused(cases[i].status, cases[i].broken);
	}
	assert_int_equal(call(IPI_CONTROL, 0x10, 1), 0);
	assert_int_equal(last.ipi_vector, 0x10);
	assert_int_equal(call(IPI_CONTROL, 0xFF | 0x10ull << 32, 1), 0); /* VTL 0 by name */
	assert_int_equal(last.ipi_vector, 0xFF);
}

static void refused_set(size_t at, uint8_t value, uint64_t control, uint64_t status,
			const char *broken)
{
	memcpy(ram, ipi_set_input, sizeof(ipi_set_input));
	ram[at] = value;
	assert_int_equal(call(control, INPUT, 0), status);
	assert_refused(status, broken);
}

static void sets_are_checked(void **state)
{
	(void)state;
	partition->cfg.padding = PADDING_REFUSE;
	refused_set(0, 0x0F, IPI_SET_CONTROL, 5, NULL);
	refused_set(5, 1, IPI_SET_CONTROL, 3, "padding_not_zero");
	refused_set(8, 1, IPI_SET_CONTROL, 5, NULL);                /* the set of all */
	refused_set(0, 0xF0, IPI_SET_CONTROL + (1 << 17), 3, NULL); /* five banks */
	refused_set(0, 0xF0, IPI_SET_CONTROL - (1 << 17), 3, NULL); /* three */
	refused_set(16, 0x0F, IPI_SET_CONTROL, 3, NULL);            /* one valid bank more */
	refused_set(0, 0xF0, IPI_SET_CONTROL | 1 << 16, 3, NULL);   /* fast: wants XMM registers */
	refused_set(24, 0x02, IPI_SET_CONTROL, 14, NULL);
	refused_set(36, 0x10, IPI_SET_CONTROL, 0, "ipi_to_vp_that_does_not_run"); /* VP 100 */
	assert_true(line_has("target_vps=0,5,64,100,200,4095"));
	/* The banks belong to the block: it must not leave its page. */
	memcpy(ram + 4096 - 40, ipi_set_input, 40);
	assert_int_equal(call(IPI_SET_CONTROL, INPUT + 4096 - 40, 0), 4);
}

static void off_and_denied(void **state)
{
	(void)state;
	memcpy(ram, ipi_set_input, sizeof(ipi_set_input));
	partition->cfg.ipi = IPI_OFF;
	assert_int_equal(call(IPI_CONTROL, 0xF0, 1), 2);
	assert_refused(2, NULL);
	assert_int_equal(call(IPI_SET_CONTROL, INPUT, 0), 2);
	partition->cfg.ipi = IPI_DENIED;
	assert_int_equal(call(IPI_CONTROL, 0xF0, 1), 6);
	assert_refused(6, NULL);
	assert_int_equal(call(IPI_SET_CONTROL, INPUT, 0), 6);
	assert_refused(6, NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(both_forms_of_a_mask), TEST(the_set),        TEST(masks_are_checked),
		TEST(sets_are_checked),     TEST(off_and_denied),
	};

	return cmocka_run_group_tests_name("refhv/send_ipi", tests, NULL, NULL);
}
