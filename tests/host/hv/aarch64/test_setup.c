/* SPDX-License-Identifier: MIT */
/* hv/aarch64/: detection and set-up by HVC, each missing condition with its own text. */
#include "hv/aarch64/tlfs.h"
#include "tests/host/hv/aarch64/scripted.h"
#include "tests/host/vectors_arm64.h"

#define FADT  0x567265707948734DULL /* "MsHyperV" */
#define OTHER 0x554D4551554D4551ULL /* "QEMUQEMU" */

static struct hvsmp_features f;
static struct hvsmp_interface hv;
static char reason[HVSMP_REASON_SIZE];
static uint8_t block[256] __attribute__((aligned(64)));

static int reset(void **state)
{
	(void)state;
	script_reset(4);
	return 0;
}

/* --- detection -------------------------------------------------------------------------------- */

static void assert_refused(uint64_t vendor, const char *text)
{
	hvsmp_detect(&f, &script_host, vendor);
	assert_false(hvsmp_may_start_vps(&f, reason));
	assert_string_equal(reason, text);
}

static void by_the_fadt_alone(void **state)
{
	(void)state;
	script.has_uid = false;
	script.hints = 0xE;
	script.limit = 320;
	hvsmp_detect(&f, &script_host, FADT);
	assert_true(f.present && f.is_hv1 && !f.by_uid);
	assert_string_equal(f.vendor, "MsHyperV");
	assert_int_equal(f.privileges, script.privileges);
	assert_int_equal(f.hints, 0xE);
	assert_int_equal(f.vp_limit, 320);
	assert_true(hvsmp_may_start_vps(&f, reason));
	assert_string_equal(reason, "");
	assert_true(hvsmp_has_vp_index(&f) && hvsmp_has_reference_counter(&f));
	assert_false(hvsmp_recommends_ipi(&f) || hvsmp_may_use_vtls(&f, reason));
}

static void by_the_uid_alone(void **state)
{
	(void)state;
	hvsmp_detect(&f, &script_host, 0);
	assert_true(f.present && f.is_hv1 && f.by_uid);
	assert_int_equal(f.vp_limit, 0); /* 0xFFFFFFFF: not told */
	assert_true(hvsmp_may_start_vps(&f, reason));
}

static void f01_f09_by_neither(void **state)
{
	const char *none =
		"no hypervisor (neither does the FADT say \"MsHyperV\" nor the vendor's UID)";

	(void)state;
	script.uid_flip = 1;
	assert_refused(OTHER, none);
	script.uid_flip = 0;
	script.has_uid = false;
	assert_refused(0, none);
	script.raises = true;
	assert_refused(0, none);
	assert_false(f.present || f.is_hv1);
	assert_int_equal(script.gets, 0);
}

static void f02_registers_that_cannot_be_read(void **state)
{
	(void)state;
	script.refused = 0x201;
	script.status = 2;
	assert_refused(FADT, "register 0x201 cannot be read: HvCallGetVpRegisters answers 0x02 "
			     "(INVALID_HYPERCALL_CODE)");
	script.status = 0; /* success, and nothing done */
	assert_refused(FADT,
		       "register 0x201 cannot be read: HvCallGetVpRegisters leaves no answer");
	script.raises = true;
	assert_refused(FADT, "register 0x200 cannot be read: HvCallGetVpRegisters faults");
	assert_true(f.present);
	assert_false(hvsmp_has_vp_index(&f) || hvsmp_has_reference_counter(&f));
}

static void f04_f05_f06_privileges(void **state)
{
	static const struct {
		uint64_t without;
		const char *text;
	} cases[] = {
		{1 << 5, "privilege AccessHypercallMsrs is withheld (register 0x200 is "
			 "0x20000000000042)"},
		{1 << 6,
		 "privilege AccessVpIndex is withheld (register 0x200 is 0x20000000000022)"},
		{1ull << 53,
		 "privilege StartVirtualProcessor is withheld (register 0x200 is 0x62)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		script.privileges = 0x0020000000000062 & ~cases[i].without;
		assert_refused(FADT, cases[i].text);
	}
}

static void the_version(void **state)
{
	char text[48];

	(void)state;
	script.version[0] = 0x000A000100004F7C;
	script.version[1] = 0x0500000300000002;
	hvsmp_detect(&f, &script_host, FADT);
	hvsmp_version(&f, &script_host, text, sizeof(text));
	assert_string_equal(text, "10.1.20348.3-5-2");
}

static void the_reference_counter(void **state)
{
	(void)state;
	script.reference = 12345678901;
	assert_int_equal(hvsmp_reference_counter((void *)&script_host), 12345678901);
	script.raises = true;
	assert_int_equal(hvsmp_reference_counter((void *)&script_host), 0);
}

/* --- set-up ----------------------------------------------------------------------------------- */

static enum hvsmp_error set_up(uint64_t os_id)
{
	const struct hvsmp_setup_config config = {
		.os_id = os_id,
		.bsp_hw_id = script.mpidr[0],
		.input = script_memory(block),
		.output = script_memory(block + 128),
	};

	return hvsmp_setup(&hv, &script_host, &config);
}

static void assert_fails(enum hvsmp_error expected, const char *text)
{
	assert_int_equal(set_up(HVSMP_OS_ID), expected);
	assert_string_equal(hv.reason, text);
	assert_false(hv.is_proved || hv.os_id_ours);
	assert_int_equal(script.os_id, 0);
}

static void it_is_set_proved_and_cleared(void **state)
{
	(void)state;
	assert_int_equal(set_up(HVSMP_OS_ID), HVSMP_OK);
	assert_string_equal(hv.reason, "");
	assert_true(hv.is_proved && hv.os_id_ours);
	assert_int_equal(hv.bsp_vp_index, 1);
	assert_int_equal(hv.bsp_answer, 1);
	assert_int_equal(hv.proof_calls, 1);
	assert_int_equal(script.os_id, HVSMP_OS_ID);
	hvsmp_teardown(&hv);
	assert_int_equal(script.os_id, 0);
	hvsmp_teardown(&hv);
	assert_int_equal(script.sets, 2);
}

static void an_id_that_is_there_is_kept(void **state)
{
	(void)state;
	script.os_id = 0x1234;
	assert_int_equal(set_up(HVSMP_OS_ID), HVSMP_OK);
	hvsmp_teardown(&hv);
	assert_int_equal(script.os_id, 0x1234);
	assert_int_equal(script.sets, 0);
}

static void f10_the_os_id(void **state)
{
	(void)state;
	script.os_id_lost = true;
	assert_fails(HVSMP_ERROR_DENIED, "GUEST_OS_ID reads back 0x0, not 0xff00000001000000");
	script.set_status = 6;
	assert_fails(HVSMP_ERROR_DENIED,
		     "GUEST_OS_ID: HvCallSetVpRegisters answers 0x06 (ACCESS_DENIED)");
	script.refused = 0x90002;
	script.status = 0x87;
	assert_fails(HVSMP_ERROR_DENIED,
		     "GUEST_OS_ID: HvCallGetVpRegisters answers 0x87 (UNKNOWN_REGISTER_NAME)");
	script.raises = true;
	assert_fails(HVSMP_ERROR_FAULT, "GUEST_OS_ID: HvCallGetVpRegisters faults");
	reset(NULL);
	assert_int_equal(set_up(0), HVSMP_ERROR_DENIED);
	assert_string_equal(hv.reason, "GUEST_OS_ID is 0, and none was given");
}

static void f05_the_vp_index(void **state)
{
	uint32_t vp;

	(void)state;
	script.refused = 0x90003;
	script.status = 6;
	assert_fails(HVSMP_ERROR_DENIED,
		     "VP_INDEX: HvCallGetVpRegisters answers 0x06 (ACCESS_DENIED)");
	assert_int_equal(hvsmp_vp_index(&script_host, &vp), HVSMP_ERROR_FAULT);
	assert_int_equal(vp, HVSMP_VP_UNKNOWN);
	script.refused = 0;
	assert_int_equal(hvsmp_vp_index(&script_host, &vp), HVSMP_OK);
	assert_int_equal(vp, 1);
}

static void f26_another_vp_than_the_register_says(void **state)
{
	(void)state;
	script.vp_index = 3;
	assert_fails(HVSMP_ERROR_INVALID, "HvCallGetVpIndexFromApicId says the BSP is VP 1, its "
					  "VP_INDEX register says 3");
	assert_int_equal(hv.bsp_answer, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(by_the_fadt_alone, reset),
		cmocka_unit_test_setup(by_the_uid_alone, reset),
		cmocka_unit_test_setup(f01_f09_by_neither, reset),
		cmocka_unit_test_setup(f02_registers_that_cannot_be_read, reset),
		cmocka_unit_test_setup(f04_f05_f06_privileges, reset),
		cmocka_unit_test_setup(the_version, reset),
		cmocka_unit_test_setup(the_reference_counter, reset),
		cmocka_unit_test_setup(it_is_set_proved_and_cleared, reset),
		cmocka_unit_test_setup(an_id_that_is_there_is_kept, reset),
		cmocka_unit_test_setup(f10_the_os_id, reset),
		cmocka_unit_test_setup(f05_the_vp_index, reset),
		cmocka_unit_test_setup(f26_another_vp_than_the_register_says, reset),
	};

	return cmocka_run_group_tests_name("hv/aarch64/setup", tests, NULL, NULL);
}
