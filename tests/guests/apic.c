/* SPDX-License-Identifier: MIT */
/* A guest that switches its local APIC off and on, moves it, and stores bytes and words to it. */
#include "tests/guests/guest.h"

#define ELSEWHERE    0xFED40000UL
#define VERSION      0x30U
#define TPR          0x80U
#define SPURIOUS     0xF0U
#define CPUID_APIC   (1U << 9)
#define SVR_SOFTWARE 0x1FFU

static void narrow_stores(void)
{
	AT(uint32_t, APIC_PAGE + TPR) = 0x20;
	AT(uint8_t, APIC_PAGE + TPR) = 0x40;
	AT(uint16_t, APIC_PAGE + TPR) = 0x80;
	expect("TPR after a byte and a word", AT(uint32_t, APIC_PAGE + TPR), 0x20);
	AT(uint32_t, APIC_PAGE + TPR) = 0;
}

static void off_and_on(uint64_t base, uint32_t version)
{
	AT(uint32_t, APIC_PAGE + SPURIOUS) = SVR_SOFTWARE;
	write_msr(MSR_APIC_BASE, base & ~APIC_ENABLE);
	expect("IA32_APIC_BASE, off", read_msr(MSR_APIC_BASE), base & ~APIC_ENABLE);
	expect("CPUID.1 EDX[9], off", cpuid_edx(1) & CPUID_APIC, 0);
	expect("its page, off", AT(uint32_t, APIC_PAGE + VERSION), UINT32_MAX);
	AT(uint32_t, APIC_PAGE + TPR) = 0;
	AT(uint8_t, APIC_PAGE + TPR) = 0;
	expect("its page after stores", AT(uint32_t, APIC_PAGE + TPR), UINT32_MAX);
	write_msr(MSR_APIC_BASE, base);
	expect("IA32_APIC_BASE, on", read_msr(MSR_APIC_BASE), base);
	expect("CPUID.1 EDX[9], on", cpuid_edx(1) & CPUID_APIC, CPUID_APIC);
	expect("its version", AT(uint32_t, APIC_PAGE + VERSION), version);
	expect("its spurious vector, as after a reset", AT(uint32_t, APIC_PAGE + SPURIOUS), 0xFF);
}

static void elsewhere(uint64_t base, uint32_t version)
{
	write_msr(MSR_APIC_BASE, (base - APIC_PAGE) | ELSEWHERE);
	expect("its version elsewhere", AT(uint32_t, ELSEWHERE + VERSION), version);
	expect("the place it has left", AT(uint32_t, APIC_PAGE + VERSION), UINT32_MAX);
	AT(uint32_t, ELSEWHERE + TPR) = 0x30;
	write_msr(MSR_APIC_BASE, base);
	expect("TPR, written elsewhere", AT(uint32_t, APIC_PAGE + TPR), 0x30);
}

void guest_main(void)
{
	uint64_t base = read_msr(MSR_APIC_BASE);
	uint32_t version = AT(uint32_t, APIC_PAGE + VERSION);

	narrow_stores();
	off_and_on(base, version);
	off_and_on(base, version);
	elsewhere(base, version);
}
