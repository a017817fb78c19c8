/* SPDX-License-Identifier: MIT */
/* The time stamp counter, and who says its rate. */
#include "arch/x86_64/cpu.h"
#include "lib/string.h"

#define CPUID_TSC  0x15U
#define CPUID_FREQ 0x16U

/*
 * What KVM and VMware say of the rate: a leaf of theirs, with kilohertz in EAX. Behind another
 * interface's leaves theirs begin a multiple of 0x100 further on.
 */
#define CPUID1_ECX_HYPERVISOR (1U << 31)
#define CPUID_MONITOR         0x40000000U
#define CPUID_MONITOR_END     0x40010000U
#define CPUID_MONITOR_STEP    0x100U
#define CPUID_MONITOR_TSC_KHZ 0x10U

uint64_t arch_ticks(void)
{
	uint32_t low;
	uint32_t high;

	/* LFENCE: no reading before what the program did earlier (SDM, RDTSC). */
	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static uint64_t base_hz(void)
{
	if (arch_cpuid(0, 0).eax < CPUID_FREQ)
		return 0;
	return (arch_cpuid(CPUID_FREQ, 0).eax & 0xFFFFU) * 1000000UL;
}

uint64_t arch_ticks_hz(void)
{
	struct arch_cpuid r;

	if (arch_cpuid(0, 0).eax < CPUID_TSC)
		return 0;
	r = arch_cpuid(CPUID_TSC, 0);
	if (!r.eax || !r.ebx)
		return 0;
	if (r.ecx)
		return (uint64_t)r.ecx * r.ebx / r.eax;
	/* The crystal is not told: the base frequency in MHz is the counter's rate (SDM 18.7.3). */
	return base_hz();
}

uint64_t arch_ticks_hz_nominal(void)
{
	return base_hz();
}

static bool is_signature(const struct arch_cpuid *r, const char *text)
{
	const uint32_t has[] = {r->ebx, r->ecx, r->edx};

	return memcmp(has, text, sizeof(has)) == 0;
}

uint64_t arch_ticks_hz_by_monitor(void)
{
	if (!(arch_cpuid(1, 0).ecx & CPUID1_ECX_HYPERVISOR))
		return 0;
	for (uint32_t base = CPUID_MONITOR; base < CPUID_MONITOR_END; base += CPUID_MONITOR_STEP) {
		struct arch_cpuid r = arch_cpuid(base, 0);

		if (r.eax >= base + CPUID_MONITOR_TSC_KHZ &&
		    (is_signature(&r, "KVMKVMKVM\0\0\0") || is_signature(&r, "VMwareVMware")))
			return arch_cpuid(base + CPUID_MONITOR_TSC_KHZ, 0).eax * 1000UL;
	}
	return 0;
}
