/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/apic.c, xapic.c, x2apic.c: who this processor is, and what is sent to whom, in both
 * modes; never an INIT to the boot processor. The APIC is a page of this program and its MSRs.
 */
#include "tests/host/test.h"

#include <string.h>

#include "arch/x86_64/apic.h"
#include "tests/host/arch/x86_64/privileged.h"

/* The ids of one processor: the APIC's, and CPUID's, which may be another one (F87). */
enum { ID = 0x24, CLAIMED = 0x40, WIDE_ID = 0x10024, OTHER = 0x31 };
enum { ICR_HIGH = 0x310, ICR_LOW = 0x300, APIC_ID = 0x20, X2APIC_ICR = 0x830 };

static _Alignas(4096) uint8_t apic[4096];
static struct arch_cpuid leaf[0xC];

struct arch_cpuid arch_cpuid(uint32_t number, uint32_t subleaf)
{
	assert_int_equal(subleaf, 0);
	assert_in_range(number, 0, leaf[0].eax);
	return leaf[number];
}

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags)
{
	assert_ptr_equal((void *)va, apic);
	assert_int_equal(pa, va);
	assert_int_equal(size, sizeof(apic));
	assert_int_equal(flags, ARCH_MAP_WRITE | ARCH_MAP_DEVICE);
	return OK;
}

void arch_pause(void)
{
}

static uint32_t reg(unsigned int at)
{
	uint32_t value;

	memcpy(&value, apic + at, sizeof(value));
	return value;
}

static void begin(uint64_t mode)
{
	const uint32_t id = ID << 24;

	privileged_begin();
	memset(apic, 0, sizeof(apic));
	memcpy(apic + APIC_ID, &id, sizeof(id));
	*privileged_msr(MSR_APIC_BASE) = (uint64_t)apic | APIC_BASE_ENABLE | mode;
	*privileged_msr(MSR_X2APIC_ID) = WIDE_ID;
	leaf[0].eax = 0xB;
	leaf[1] = (struct arch_cpuid){.ecx = 1U << 21, .edx = 1U << 9, .ebx = 0x77000000};
	leaf[0xB] = (struct arch_cpuid){.ebx = 1, .edx = CLAIMED};
	assert_int_equal(arch_ipi_init(), OK);
}

static void f87_the_apics_id_counts(void **state)
{
	(void)state;
	begin(0);
	assert_string_equal(arch_ipi_name(), "xAPIC");
	assert_int_equal(arch_hw_id(), ID);
	assert_int_equal(arch_hw_id_claimed(), CLAIMED);
	begin(APIC_BASE_X2APIC);
	assert_string_equal(arch_ipi_name(), "x2APIC");
	assert_int_equal(arch_hw_id(), WIDE_ID);
	assert_int_equal(arch_hw_id_claimed(), CLAIMED);
}

/* Leaf 1 has 8 bits: the others are not held against it. */
static void f87_without_leaf_0xb(void **state)
{
	(void)state;
	begin(0);
	leaf[0xB].ebx = 0;
	assert_int_equal(arch_ipi_init(), OK);
	assert_int_equal(arch_hw_id_claimed(), 0x77);
	begin(APIC_BASE_X2APIC);
	leaf[0].eax = 0xA;
	assert_int_equal(arch_ipi_init(), OK);
	assert_int_equal(arch_hw_id_claimed(), (WIDE_ID & ~0xFF) | 0x77);
}

/* By whatever list: the boot processor is not put into wait-for-SIPI. */
static void f87_no_init_to_the_boot_processor(void **state)
{
	(void)state;
	begin(0);
	assert_int_equal(arch_reset(ID), ERR_INVALID);
	assert_int_equal(reg(ICR_LOW), 0);
	assert_int_equal(arch_reset(CLAIMED), OK); /* that is another one */
	assert_int_equal(reg(ICR_HIGH), CLAIMED << 24);
	assert_int_equal(reg(ICR_LOW), ICR_INIT);
	begin(APIC_BASE_X2APIC);
	assert_int_equal(arch_reset(WIDE_ID), ERR_INVALID);
	assert_int_equal(*privileged_msr(X2APIC_ICR), 0);
	assert_int_equal(arch_reset(ID), OK);
	assert_int_equal(*privileged_msr(X2APIC_ICR), (uint64_t)ID << 32 | ICR_INIT);
}

static void the_boot_processors_id_is_wider_in_x2apic_mode(void **state)
{
	(void)state;
	begin(0);
	assert_int_equal(arch_ipi_widen(), OK);
	assert_true(arch_apic_is_x2apic());
	assert_int_equal(*privileged_msr(MSR_APIC_BASE) & APIC_BASE_X2APIC, APIC_BASE_X2APIC);
	assert_int_equal(arch_hw_id(), WIDE_ID);
	assert_int_equal(arch_reset(WIDE_ID), ERR_INVALID);
	assert_int_equal(arch_reset(ID), OK);
	begin(0);
	leaf[1].ecx = 0; /* there is none */
	assert_int_equal(arch_ipi_widen(), ERR_UNSUPPORTED);
	assert_false(arch_apic_is_x2apic());
}

static void what_is_sent(void **state)
{
	(void)state;
	begin(0);
	assert_int_equal(arch_stop(OTHER), OK);
	assert_int_equal(reg(ICR_HIGH), OTHER << 24);
	assert_int_equal(reg(ICR_LOW), ICR_NMI);
	assert_int_equal(arch_notify(OTHER + 1), OK);
	assert_int_equal(reg(ICR_HIGH), (OTHER + 1) << 24);
	assert_int_equal(reg(ICR_LOW), ICR_FIXED | ARCH_NOTIFY_VECTOR);
	assert_int_equal(arch_apic_send_startup(OTHER, 0x9F), OK);
	assert_int_equal(reg(ICR_LOW), ICR_STARTUP | 0x9F);
	assert_int_equal(arch_notify(1UL << 32), ERR_INVALID);
	begin(APIC_BASE_X2APIC);
	assert_int_equal(arch_notify(WIDE_ID + 1), OK);
	assert_int_equal(*privileged_msr(X2APIC_ICR),
			 (uint64_t)(WIDE_ID + 1) << 32 | ICR_FIXED | ARCH_NOTIFY_VECTOR);
	assert_int_equal(arch_apic_send_init_all(), OK);
	assert_int_equal(*privileged_msr(X2APIC_ICR), ICR_ALL_BUT_SELF | ICR_INIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f87_the_apics_id_counts),
		cmocka_unit_test(f87_without_leaf_0xb),
		cmocka_unit_test(f87_no_init_to_the_boot_processor),
		cmocka_unit_test(the_boot_processors_id_is_wider_in_x2apic_mode),
		cmocka_unit_test(what_is_sent),
	};

	return cmocka_run_group_tests_name("arch/x86_64/apic", tests, NULL, NULL);
}
