/* SPDX-License-Identifier: MIT */
/* The local APIC of the calling processor, as xAPIC page or x2APIC registers. */
#include "tests/refhv/vmm/apic.h"

#include <stddef.h>

#include "tests/refhv/cpu.h"
#include "tests/refhv/x86.h"

#define X2APIC_DESTINATION_SHIFT 32
#define MSR_X2APIC               0x00000800U
#define X2APIC_STEP              0x10U /* from one register to the next in the page */

/* Registers and their values after a reset (APM 2, 16.3.2), in an order that stops the timer. */
static const struct {
	uint32_t reg;
	uint32_t value;
} reset_values[] = {
	{0x380, 0},       {0x320, 0x10000}, {0x330, 0x10000}, {0x340, 0x10000},
	{0x350, 0x10000}, {0x360, 0x10000}, {0x370, 0x10000}, {0x0E0, 0xFFFFFFFF},
	{0x0D0, 0},       {APIC_TPR, 0},    {0x3E0, 0},       {0x0F0, 0xFF},
};
#define APIC_ID 0x020U

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

uint32_t apic_register(uint32_t reg)
{
	return apic_is_x2apic() ? (uint32_t)cpu_rdmsr(MSR_X2APIC + reg / X2APIC_STEP)
				: apic_read(reg);
}

void apic_set_register(uint32_t reg, uint32_t value)
{
	if (apic_is_x2apic())
		cpu_wrmsr(MSR_X2APIC + reg / X2APIC_STEP, value);
	else
		apic_write(reg, value);
}

void apic_reset(uint32_t apic_id)
{
	for (size_t i = 0; i < sizeof(reset_values) / sizeof(reset_values[0]); i++)
		apic_write(reset_values[i].reg, reset_values[i].value);
	apic_write(APIC_ID, apic_id << XAPIC_DESTINATION_SHIFT);
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
