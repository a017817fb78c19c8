/* SPDX-License-Identifier: MIT */
/* hv/detect.c: who is there, what it grants, and a text of its own for each thing missing. */
#include "tests/host/test.h"

#include <stdio.h>
#include <string.h>

#include "hv/hv.h"

static uint32_t cpuid1_ecx, highest;
static struct hvsmp_cpuid leaf[0x10]; /* 0x40000000 to 0x4000000F */
static uint32_t behind;               /* where a second hypervisor's leaves begin */
static struct hvsmp_cpuid second[2];  /* the first two of them */
static struct hvsmp_features f;
static char reason[HVSMP_REASON_SIZE];

static struct hvsmp_cpuid cpuid(uint32_t number, uint32_t subleaf)
{
	struct hvsmp_cpuid none = {0};

	assert_int_equal(subleaf, 0);
	if (number == 1) {
		none.ecx = cpuid1_ecx;
		return none;
	}
	if (number >= 0x40000100) {
		assert_in_range(number, 0x40000100, 0x4000FFFF);
		return number / 2 * 2 == behind ? second[number % 2] : none;
	}
	assert_in_range(number, 0x40000000, 0x4000000F);
	assert_true(number <= highest || number == 0x40000000); /* beyond: not ours to read */
	return leaf[number - 0x40000000];
}

static struct hvsmp_cpuid text(uint32_t eax, const char *twelve)
{
	struct hvsmp_cpuid r = {.eax = eax};

	memcpy(&r.ebx, twelve, 4);
	memcpy(&r.ecx, twelve + 4, 4);
	memcpy(&r.edx, twelve + 8, 4);
	return r;
}

/* A real host's leaves. */
static int set_up(void **state)
{
	(void)state;
	memset(leaf, 0, sizeof(leaf));
	memset(second, 0, sizeof(second));
	behind = 0;
	cpuid1_ecx = 1u << 31;
	highest = 0x4000000C;
	leaf[0] = text(highest, "Microsoft Hv");
	leaf[1].eax = 0x31237648;
	leaf[2] = (struct hvsmp_cpuid){20348, 10u << 16 | 0, 2, 3u << 24 | 1};
	leaf[3] = (struct hvsmp_cpuid){0x00002E7F, 0x003B8030, 0, 0xE4BED7B6};
	leaf[4].eax = 0x00024C2C;
	leaf[5].eax = 240;
	return 0;
}

static bool may(void)
{
	hvsmp_detect(&f, cpuid);
	memset(reason, '?', sizeof(reason));
	return hvsmp_may_start_vps(&f, reason);
}

static void a_real_host_may(void **state)
{
	char version[64];

	(void)state;
	assert_true(may());
	assert_string_equal(reason, "");
	assert_true(f.present);
	assert_true(f.is_hv1);
	assert_string_equal(f.vendor, "Microsoft Hv");
	assert_string_equal(f.interface_name, "Hv#1");
	assert_int_equal(f.privileges, 0x003B803000002E7F);
	assert_int_equal(f.features_edx, 0xE4BED7B6);
	assert_int_equal(f.hints, 0x00024C2C);
	assert_int_equal(f.vp_limit, 240);
	assert_int_equal(f.isolation, 0);
	hvsmp_version(&f, cpuid, version, sizeof(version));
	assert_string_equal(version, "10.0.20348.1-3-2");
}

static void f01_no_hypervisor_bit(void **state)
{
	(void)state;
	cpuid1_ecx = ~(1u << 31);
	assert_false(may());
	assert_false(f.present);
	assert_non_null(strstr(reason, "no hypervisor"));
}

static void f02_another_interface(void **state)
{
	(void)state;
	leaf[1].eax = 0;
	assert_false(may());
	assert_true(f.present);
	assert_false(f.is_hv1);
	assert_non_null(strstr(reason, "Hv#1"));
	leaf[1].eax = 0x32237648; /* "Hv#2" */
	assert_false(may());
	assert_string_equal(f.interface_name, "Hv#2");
	assert_non_null(strstr(reason, "Hv#2"));
}

static void f03_too_few_leaves(void **state)
{
	(void)state;
	for (highest = 0x40000000; highest < 0x40000005; highest++) {
		leaf[0].eax = highest;
		assert_false(may());
		assert_int_equal(f.privileges, 0);
	}
	assert_non_null(strstr(reason, "0x40000004"));
	leaf[0].eax = highest = 0x40000005;
	assert_true(may());
}

static void f04_f05_f06_each_privilege_has_its_own_reason(void **state)
{
	static const struct {
		uint32_t eax, ebx;
		const char *name;
	} cases[] = {
		{1 << 5, 0, "AccessHypercallMsrs"},
		{1 << 6, 0, "AccessVpIndex"},
		{0, 1 << 21, "StartVirtualProcessor"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		set_up(NULL);
		leaf[3].eax &= ~cases[i].eax;
		leaf[3].ebx &= ~cases[i].ebx;
		assert_false(may());
		assert_non_null(strstr(reason, cases[i].name));
	}
	leaf[3] = (struct hvsmp_cpuid){.eax = 0x60, .ebx = 1 << 21}; /* no more than it takes */
	assert_true(may());
}

/* One question with two callers: may 0x99 be used, and may INIT-SIPI be tried instead. */
static bool is_isolated(void)
{
	char why[HVSMP_REASON_SIZE];
	bool isolated = hvsmp_is_isolated(&f, why);

	assert_string_equal(why, isolated ? reason : "");
	return isolated;
}

static void f84_isolated_without_a_paravisor(void **state)
{
	static const char *const reasons[] = {"", "", "isolated VM (SNP, no paravisor)",
					      "isolated VM (TDX, no paravisor)",
					      "isolated VM (type 4, no paravisor)"};

	(void)state;
	leaf[3].ebx |= 1 << 22;
	for (uint32_t type = 0; type < ARRAY_COUNT(reasons); type++) {
		leaf[0xC] = (struct hvsmp_cpuid){.eax = 0xFFFFFFFE, .ebx = 0xFFFFFF0 | type};
		assert_int_equal(may(), type < 2);
		assert_int_equal(is_isolated(), type >= 2);
		assert_int_equal(f.isolation, type);
		assert_false(f.paravisor);
		assert_ptr_equal(strstr(reason, reasons[type]), reason);
	}
	leaf[3].ebx &= ~(1u << 22); /* without the privilege the leaf means nothing */
	assert_true(may());
	assert_false(is_isolated());
}

static void f84_with_a_paravisor_a_guest_is_ordinary(void **state)
{
	(void)state;
	leaf[3].ebx |= 1 << 22;
	for (uint32_t type = 0; type < 5; type++) {
		leaf[0xC] = (struct hvsmp_cpuid){.eax = 1, .ebx = type};
		assert_true(may());
		assert_false(is_isolated());
		assert_true(f.paravisor);
	}
}

static void each_privilege_for_vtls_has_its_own_reason(void **state)
{
	(void)state;
	leaf[3].ebx |= 3 << 16; /* AccessVsm, AccessVpRegisters */
	assert_true(may());
	assert_true(hvsmp_may_use_vtls(&f, reason));
	assert_string_equal(reason, "");
	leaf[3].ebx &= ~(1U << 16);
	assert_true(may());
	assert_false(hvsmp_may_use_vtls(&f, reason));
	assert_non_null(strstr(reason, "AccessVsm is withheld"));
	leaf[3].ebx = (leaf[3].ebx | 1 << 16) & ~(1U << 17);
	assert_true(may());
	assert_false(hvsmp_may_use_vtls(&f, reason));
	assert_non_null(strstr(reason, "AccessVpRegisters is withheld"));
	leaf[1].eax = 1; /* what 0x99 needs comes first */
	assert_false(may());
	assert_false(hvsmp_may_use_vtls(&f, reason));
	assert_non_null(strstr(reason, "not \"Hv#1\""));
}

static void f84_announced_and_nowhere_said(void **state)
{
	(void)state;
	leaf[3].ebx |= 1 << 22;
	leaf[0].eax = highest = 0x4000000B;
	assert_false(may());
	assert_true(is_isolated());
	assert_int_equal(f.isolation, HVSMP_ISOLATION_UNKNOWN);
	assert_non_null(strstr(reason, "isolation unknown"));
	assert_non_null(strstr(reason, "0x4000000b"));
	leaf[0].eax = highest = 0x4000000C;
	assert_true(may());
}

static void f09_the_vendor_is_no_gate(void **state)
{
	(void)state;
	leaf[0] = text(highest, "Linux KVM Hv");
	assert_true(may());
	assert_string_equal(f.vendor, "Linux KVM Hv");
	leaf[0] = text(highest, "\x01\x80KVM\n\0\0\0\0\0");
	may();
	for (size_t i = 0; i < strlen(f.vendor); i++)
		assert_in_range(f.vendor[i], ' ', '~'); /* it goes into the report */
}

static void f0a_hyper_v_behind_another_hypervisor(void **state)
{
	static const uint32_t bases[] = {0x40000100, 0x40000200, 0x4000FF00};

	(void)state;
	leaf[0] = text(0x40000001, "XenVMMXenVMM");
	leaf[1].eax = 0x01000007;
	for (size_t i = 0; i < ARRAY_COUNT(bases); i++) {
		char where[16];

		behind = bases[i];
		second[0].eax = behind + 5;
		second[1].eax = 0x31237648;
		assert_false(may());
		assert_false(f.is_hv1);
		snprintf(where, sizeof(where), "0x%08x", behind);
		assert_non_null(strstr(reason, where));
		assert_non_null(strstr(reason, "XenVMMXenVMM"));
		second[1].eax = 0;
		assert_false(may());
		assert_null(strstr(reason, where));
	}
}

static void limits_that_say_nothing(void **state)
{
	(void)state;
	leaf[5].eax = 0xFFFFFFFF;
	assert_true(may());
	assert_int_equal(f.vp_limit, 0);
	leaf[5].eax = 0;
	assert_true(may());
	assert_int_equal(f.vp_limit, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(a_real_host_may),
		TEST(f01_no_hypervisor_bit),
		TEST(f02_another_interface),
		TEST(f03_too_few_leaves),
		TEST(f04_f05_f06_each_privilege_has_its_own_reason),
		TEST(each_privilege_for_vtls_has_its_own_reason),
		TEST(f84_isolated_without_a_paravisor),
		TEST(f84_with_a_paravisor_a_guest_is_ordinary),
		TEST(f84_announced_and_nowhere_said),
		TEST(f09_the_vendor_is_no_gate),
		TEST(f0a_hyper_v_behind_another_hypervisor),
		TEST(limits_that_say_nothing),
	};

	return cmocka_run_group_tests_name("hv/detect", tests, NULL, NULL);
}
