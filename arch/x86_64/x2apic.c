/* SPDX-License-Identifier: MIT */
/* Local APIC through MSRs: 32-bit ids, no delivery status (SDM 11.12). */
#include "arch/x86_64/apic.h"

enum { MSR_X2APIC = 0x800, MSR_X2APIC_SVR = 0x80F, MSR_X2APIC_ICR = 0x830 };
enum { OFFSET_SHIFT = 4 }; /* from an xAPIC offset to an MSR */

static void enable(void)
{
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_X2APIC);
	wrmsr(MSR_X2APIC_SVR, SVR_ENABLE);
}

static uint32_t id(void)
{
	return (uint32_t)rdmsr(MSR_X2APIC_ID);
}

static enum err send(uint32_t apic_id, uint32_t command)
{
	/* A write to the ICR is not serialising: what the target will read must be there first. */
	__asm__ volatile("mfence; lfence" : : : "memory");
	wrmsr(MSR_X2APIC_ICR, (uint64_t)apic_id << 32 | command);
	return OK;
}

static void write(unsigned int reg, uint32_t value)
{
	wrmsr(MSR_X2APIC + (reg >> OFFSET_SHIFT), value);
}

static uint32_t read(unsigned int reg)
{
	return (uint32_t)rdmsr(MSR_X2APIC + (reg >> OFFSET_SHIFT));
}

const struct apic_ops x2apic_ops = {enable, id, send, write, read};
