/* SPDX-License-Identifier: MIT */
/* arch/x86_64/init_delay.c: which processors need the 10 ms after INIT. */
#include "tests/host/test.h"

#include <string.h>

#include "arch/x86_64/x86.h"

static struct arch_cpuid vendor, features;

static struct arch_cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	assert_int_equal(subleaf, 0);
	return leaf ? features : vendor;
}

static bool needs(const char *name, uint32_t signature)
{
	memcpy(&vendor.ebx, name, 4);
	memcpy(&vendor.edx, name + 4, 4);
	memcpy(&vendor.ecx, name + 8, 4);
	features = (struct arch_cpuid){.eax = signature};
	return arch_init_needs_delay(cpuid);
}

static void by_vendor_and_family(void **state)
{
	static const struct {
		const char *vendor;
		uint32_t signature;
		bool needs;
	} cases[] = {
		{"GenuineIntel", 0x000806EC, false}, /* Skylake and its like */
		{"GenuineIntel", 0x00000619, false}, /* Pentium Pro, family 6 */
		{"GenuineIntel", 0x0000052C, true},  /* Pentium */
		{"GenuineIntel", 0x00000F4A, true},  /* Pentium 4, family 15 */
		{"GenuineIntel", 0x00400F10, false}, /* family 19 */
		{"AuthenticAMD", 0x00A20F12, false}, /* Zen 3 */
		{"AuthenticAMD", 0x00000F7A, false}, /* K8 */
		{"AuthenticAMD", 0x00000681, true},  /* Athlon */
		{"HygonGenuine", 0x00900F02, false},
		{"CentaurHauls", 0x000006FE, true}, /* nobody we know */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		if (needs(cases[i].vendor, cases[i].signature) != cases[i].needs)
			fail_msg("%s 0x%x", cases[i].vendor, cases[i].signature);
	}
}

static void not_under_a_hypervisor(void **state)
{
	(void)state;
	assert_true(needs("GenuineIntel", 0xF4A));
	features.ecx = 1U << 31;
	assert_false(arch_init_needs_delay(cpuid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_vendor_and_family),
		cmocka_unit_test(not_under_a_hypervisor),
	};

	return cmocka_run_group_tests_name("arch/x86_64/init_delay", tests, NULL, NULL);
}
