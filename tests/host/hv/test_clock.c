/* SPDX-License-Identifier: MIT */
/* hv/clock.c: the hypervisor's word on time is asked for only where it is offered. */
#include "tests/host/test.h"

#include "hv/x86_64/tlfs.h"
#include "hv/hv.h"

static struct hvsmp_features f;
static bool faults;
static uint32_t reads;

static bool msr_read(void *ctx, uint32_t msr, uint64_t *value)
{
	(void)ctx;
	reads++;
	*value = faults ? 0 : msr == HVSMP_MSR_TSC_FREQUENCY ? 2112000000 : 77;
	return !faults;
}

static const struct hvsmp_host host = {.msr_read = msr_read};

static int set_up(void **state)
{
	(void)state;
	f = (struct hvsmp_features){.present = true, .is_hv1 = true};
	f.privileges = HVSMP_PRIVILEGE_FREQUENCY_MSRS | HVSMP_PRIVILEGE_REFERENCE_COUNTER;
	f.features_edx = HVSMP_FEATURE_EDX_FREQUENCY_MSRS;
	faults = false;
	reads = 0;
	return 0;
}

static void the_rate_is_read_where_it_is_offered(void **state)
{
	(void)state;
	assert_int_equal(hvsmp_tsc_hz(&f, &host), 2112000000);
	assert_int_equal(reads, 1);
	faults = true;
	assert_int_equal(hvsmp_tsc_hz(&f, &host), 0);
}

static void an_msr_that_is_not_offered_is_not_touched(void **state)
{
	(void)state;
	f.privileges &= ~HVSMP_PRIVILEGE_FREQUENCY_MSRS;
	assert_int_equal(hvsmp_tsc_hz(&f, &host), 0);
	set_up(NULL);
	f.features_edx = 0;
	assert_int_equal(hvsmp_tsc_hz(&f, &host), 0);
	set_up(NULL);
	f.is_hv1 = false;
	assert_int_equal(hvsmp_tsc_hz(&f, &host), 0);
	assert_false(hvsmp_has_reference_counter(&f));
	assert_int_equal(reads, 0);
}

static void the_reference_counter(void **state)
{
	(void)state;
	assert_true(hvsmp_has_reference_counter(&f));
	assert_int_equal(hvsmp_reference_counter((void *)&host), 77);
	faults = true;
	assert_int_equal(hvsmp_reference_counter((void *)&host), 0);
	f.privileges &= ~HVSMP_PRIVILEGE_REFERENCE_COUNTER;
	assert_false(hvsmp_has_reference_counter(&f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_rate_is_read_where_it_is_offered, set_up),
		cmocka_unit_test_setup(an_msr_that_is_not_offered_is_not_touched, set_up),
		cmocka_unit_test_setup(the_reference_counter, set_up),
	};

	return cmocka_run_group_tests_name("hv/clock", tests, NULL, NULL);
}
