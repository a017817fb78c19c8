/* SPDX-License-Identifier: MIT */
/* kernel/hypervisor.c: the one answer to whether 0x99 may be used, through its life. */
#include "tests/host/test.h"

#include "arch/x86_64/x86.h"

#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "kernel/hypervisor.h"
#include "lib/log.h"

static struct hypervisor h;
static struct pages pages;
static uint8_t page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

/* The hypervisor underneath. */
static uint32_t privileges_high;
static bool page_stays_off;
static uint64_t os_id, page_msr;
static unsigned int msr_accesses;
static uint32_t vp_of_the_bsp, doubted;
static unsigned int vtl_active, vtl_status, vtl_asked, moved_to;
static struct cpu bsp;
static struct smp smp;

struct arch_cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf)
{
	(void)subleaf;
	switch (leaf) {
	case 1: return (struct arch_cpuid){.ecx = 1U << 31};
	case HVSMP_CPUID_VENDOR: return (struct arch_cpuid){.eax = HVSMP_CPUID_MIN_LEAF};
	case HVSMP_CPUID_INTERFACE: return (struct arch_cpuid){.eax = HVSMP_INTERFACE_HV1};
	case HVSMP_CPUID_FEATURES:
		return (struct arch_cpuid){.eax = 0xFFFFFFFF, .ebx = privileges_high};
	default: return (struct arch_cpuid){0};
	}
}

void *arch_cpu_owner(void)
{
	return &h;
}

enum err arch_msr_read(uint32_t msr, uint64_t *value)
{
	msr_accesses++;
	*value = msr == HVSMP_MSR_GUEST_OS_ID ? os_id : msr == HVSMP_MSR_HYPERCALL ? page_msr : 7;
	return OK;
}

enum err arch_msr_write(uint32_t msr, uint64_t value)
{
	msr_accesses++;
	if (msr == HVSMP_MSR_GUEST_OS_ID)
		os_id = value;
	else if (msr == HVSMP_MSR_HYPERCALL)
		page_msr = page_stays_off ? 0 : value;
	return OK;
}

enum err arch_hypercall(uint64_t at, uint64_t control, uint64_t input, uint64_t output,
			uint64_t *result)
{
	(void)at;
	if (control == 0x100000050) {
		vtl_asked++;
		memcpy((void *)output, &(uint64_t){vtl_status ? 0 : vtl_active}, 8);
		*result = vtl_status ? vtl_status : 1ul << 32;
		return OK;
	}
	assert_int_equal(control, 0x10000009A); /* the proof, and nothing else */
	assert_int_equal(*(const uint32_t *)(input + 16), 3);
	*(uint32_t *)output = vp_of_the_bsp;
	*result = 1ul << 32;
	return OK;
}

void smp_doubt_bsp(struct smp *of, uint32_t answer)
{
	assert_ptr_equal(of, &smp);
	doubted = answer;
}

void smp_move(struct smp *of, const struct hvsmp_interface *hv, uint8_t vtl)
{
	assert_ptr_equal(of, &smp);
	assert_ptr_equal(hv, &h.hv);
	moved_to = vtl;
}

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	(void)va, (void)pa, (void)size, (void)flags;
	return OK;
}

static int set_up(void **state)
{
	(void)state;
	log_reset();
	memset(&h, 0, sizeof(h));
	/* no isolated VM, and no VTL to ask for */
	privileges_high = 0xFFFFFFFF & ~(1U << 22 | 3U << 16);
	vtl_active = vtl_status = vtl_asked = moved_to = 0;
	page_stays_off = false;
	os_id = page_msr = msr_accesses = 0;
	vp_of_the_bsp = 7;
	doubted = 0;
	memset(&smp, 0, sizeof(smp));
	bsp.start.hw_id = 3;
	bsp.start.caller =
		(struct hvsmp_caller){.hv = &h.hv, .input = {bsp.input, (uint64_t)bsp.input}};
	smp.bsp = &bsp;
	pages_init(&pages, &(struct page_range){(uint64_t)page, sizeof(page)}, 1);
	return 0;
}

static void assert_answer(enum hypercalls state, bool expected, bool starts, bool open)
{
	assert_int_equal(h.hypercalls, state);
	assert_int_equal(hypervisor_is_expected(&h), expected);
	assert_int_equal(hypervisor_starts_vps(&h), starts);
	assert_int_equal(hypervisor_is_open(&h), open);
	assert_int_equal(h.reason[0] == '\0',
			 state == HYPERCALLS_OFFERED || state == HYPERCALLS_OPEN);
}

static void offered_opened_closed(void **state)
{
	(void)state;
	hypervisor_detect(&h, true);
	assert_answer(HYPERCALLS_OFFERED, true, false, false);
	assert_int_equal(msr_accesses, 0); /* CPUID alone */
	hypervisor_open(&h, &pages, &smp);
	assert_answer(HYPERCALLS_OPEN, true, true, true);
	assert_int_equal(h.hv.page.pa, (uint64_t)page);
	hypervisor_settle(&h, &smp);
	assert_answer(HYPERCALLS_OPEN, true, true, true);
	hypervisor_close(&h);
	assert_int_equal(os_id, 0);
	assert_int_equal(page_msr & HVSMP_HYPERCALL_ENABLE, 0);
	assert_int_equal(log_kept_count(), 0);
}

/* Asked once where it may be asked, and an answer that is none is VTL 0. */
static void where_the_kernel_has_begun(void **state)
{
	static const struct {
		uint32_t privileges;
		unsigned int active, status, asked, moved;
	} cases[] = {
		{0, 2, 0, 0, 0},        {1U << 16, 2, 0, 0, 0}, {1U << 17, 2, 0, 0, 0},
		{3U << 16, 0, 0, 1, 0}, {3U << 16, 2, 0, 1, 2}, {3U << 16, 2, 6, 1, 0},
	};

	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		set_up(state);
		privileges_high |= cases[i].privileges;
		vtl_active = cases[i].active;
		vtl_status = cases[i].status;
		hypervisor_detect(&h, true);
		hypervisor_open(&h, &pages, &smp);
		assert_answer(HYPERCALLS_OPEN, true, true, true);
		assert_int_equal(vtl_asked, cases[i].asked);
		assert_int_equal(moved_to, cases[i].moved);
		assert_int_equal(h.vtl, cases[i].moved);
		assert_int_equal(log_kept_count(), 0);
	}
}

static void withheld_is_not_offered(void **state)
{
	(void)state;
	privileges_high = 0;
	hypervisor_detect(&h, true);
	assert_answer(HYPERCALLS_NOT_OFFERED, false, false, false);
	assert_non_null(strstr(h.reason, "withheld"));
	hypervisor_open(&h, &pages, &smp);
	hypervisor_close(&h);
	assert_answer(HYPERCALLS_NOT_OFFERED, false, false, false);
	assert_int_equal(msr_accesses, 0);
	assert_int_equal(log_kept_count(), 0);
}

static void not_wanted_touches_nothing(void **state)
{
	(void)state;
	hypervisor_detect(&h, false);
	assert_answer(HYPERCALLS_NOT_WANTED, false, true, false);
	assert_string_equal(h.reason, "start=sipi was asked for");
	hypervisor_open(&h, &pages, &smp);
	hypervisor_close(&h);
	assert_answer(HYPERCALLS_NOT_WANTED, false, true, false);
	assert_int_equal(msr_accesses, 0);
}

/* Not wanted does not hide that it is not offered. */
static void not_offered_comes_before_not_wanted(void **state)
{
	(void)state;
	privileges_high = 0;
	hypervisor_detect(&h, false);
	assert_answer(HYPERCALLS_NOT_OFFERED, false, false, false);
}

static void a_set_up_that_fails_is_a_warning(void **state)
{
	(void)state;
	page_stays_off = true;
	hypervisor_detect(&h, true);
	hypervisor_open(&h, &pages, &smp);
	assert_answer(HYPERCALLS_FAILED, true, false, false);
	assert_non_null(strstr(h.reason, "enable bit"));
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), h.reason));
}

static void f26_a_contradiction_is_the_boot_processors(void **state)
{
	(void)state;
	vp_of_the_bsp = 6;
	hypervisor_detect(&h, true);
	hypervisor_open(&h, &pages, &smp);
	assert_answer(HYPERCALLS_FAILED, true, false, false);
	assert_int_equal(doubted, 6);
}

static void f84_isolated_is_said_once_and_for_all(void **state)
{
	(void)state;
	privileges_high |= 1U << 22; /* and the leaf is missing */
	hypervisor_detect(&h, true);
	assert_answer(HYPERCALLS_NOT_OFFERED, false, false, false);
	assert_true(h.is_isolated);
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), "nor would INIT-SIPI start one"));
	privileges_high &= ~(1U << 22);
	hypervisor_detect(&h, true);
	assert_false(h.is_isolated);
}

static void what_smp_gave_up_is_closed_all_the_same(void **state)
{
	(void)state;
	strcpy(smp.start.reason, "HvCallStartVirtualProcessor faults");
	hypervisor_detect(&h, true);
	hypervisor_open(&h, &pages, &smp);
	hypervisor_settle(&h, &smp);
	assert_answer(HYPERCALLS_GIVEN_UP, true, false, true);
	assert_string_equal(h.reason, smp.start.reason);
	hypervisor_close(&h);
	assert_int_equal(os_id, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(offered_opened_closed, set_up),
		cmocka_unit_test_setup(where_the_kernel_has_begun, set_up),
		cmocka_unit_test_setup(withheld_is_not_offered, set_up),
		cmocka_unit_test_setup(not_wanted_touches_nothing, set_up),
		cmocka_unit_test_setup(not_offered_comes_before_not_wanted, set_up),
		cmocka_unit_test_setup(a_set_up_that_fails_is_a_warning, set_up),
		cmocka_unit_test_setup(f26_a_contradiction_is_the_boot_processors, set_up),
		cmocka_unit_test_setup(f84_isolated_is_said_once_and_for_all, set_up),
		cmocka_unit_test_setup(what_smp_gave_up_is_closed_all_the_same, set_up),
	};

	return cmocka_run_group_tests_name("kernel/hypervisor", tests, NULL, NULL);
}
