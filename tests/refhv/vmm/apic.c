/* SPDX-License-Identifier: MIT */
/* The local APIC of the calling processor, as xAPIC page or x2APIC registers. */
#include "tests/refhv/vmm/apic.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/x86.h"

#define X2APIC_DESTINATION_SHIFT 32

bool apic_is_x2apic(void)
{
	return cpu_rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC;
}

static volatile uint32_t *xapic_register(uint32_t reg)
{
	return (volatile uint32_t *)(APIC_PAGE + reg);
}

uint32_t apic_read(uint32_t reg)
{
	return *xapic_register(reg);
}

void apic_write(uint32_t reg, uint32_t value)
{
	*xapic_register(reg) = value;
}

void apic_send(uint32_t destination, uint32_t command)
{
	if (apic_is_x2apic()) {
		cpu_wrmsr(MSR_X2APIC_ICR,
			  (uint64_t)destination << X2APIC_DESTINATION_SHIFT | command);
		return;
	}
	/* The guest may have written its destination and not yet its command. */
	uint32_t guests_own = apic_read(APIC_ICR_HIGH);

	apic_write(APIC_ICR_HIGH, destination << XAPIC_DESTINATION_SHIFT);
	apic_write(APIC_ICR_LOW, command);
	apic_write(APIC_ICR_HIGH, guests_own);
}
