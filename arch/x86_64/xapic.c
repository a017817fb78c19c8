/* SPDX-License-Identifier: MIT */
/*
 * Local APIC through memory-mapped registers. Plain 32-bit loads and stores only: a hypervisor that
 * traps them decodes few forms (TLFS 10.2.2).
 */
#include "arch/x86_64/apic.h"

enum { REG_ICR_LOW = 0x300, REG_ICR_HIGH = 0x310 };

#define ICR_PENDING 0x00001000U /* delivery status */
#define MAX_ID      0xFEU       /* 0xFF is broadcast */
#define SEND_READS  1000000U    /* looks at the delivery status before giving up */

static volatile uint8_t *registers;

void xapic_set_registers(uint64_t address)
{
	registers = (volatile uint8_t *)address;
}

uint64_t xapic_registers(void)
{
	return (uint64_t)registers;
}

static uint32_t read32(unsigned int reg)
{
	return *(volatile uint32_t *)(registers + reg);
}

static void write32(unsigned int reg, uint32_t value)
{
	*(volatile uint32_t *)(registers + reg) = value;
}

/*
 * SDM volume 3, 11.12.5: x2APIC mode is left by way of disabled alone, and an INIT does not leave
 * it, so an AP may still be in the one that the firmware chose.
 */
static void enable(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	if (base & APIC_BASE_EXTD) {
		wrmsr(MSR_APIC_BASE, base & ~(uint64_t)APIC_BASE_X2APIC);
		wrmsr(MSR_APIC_BASE, (base & ~(uint64_t)APIC_BASE_X2APIC) | APIC_BASE_ENABLE);
	}
	write32(XAPIC_SVR, SVR_ENABLE);
}

static uint32_t id(void)
{
	return read32(XAPIC_ID) >> 24;
}

static enum err wait_idle(void)
{
	for (unsigned int i = 0; i < SEND_READS; i++) {
		if (!(read32(REG_ICR_LOW) & ICR_PENDING))
			return OK;
		arch_pause();
	}
	return ERR_TIMEOUT;
}

/* An access may cost an exit, so there are no more than needed. */
static enum err send(uint32_t apic_id, uint32_t command)
{
	enum err e = OK;

	if (apic_id > MAX_ID)
		return ERR_INVALID;
	/*
	 * Each send waits for its own message; only a stop can come in the middle of another one's.
	 */
	if (command == ICR_NMI)
		e = wait_idle();
	if (e)
		return e;
	if (!(command & ICR_ALL_BUT_SELF))
		write32(REG_ICR_HIGH, apic_id << 24);
	write32(REG_ICR_LOW, command);
	return wait_idle();
}

const struct apic_ops xapic_ops = {enable, id, send, write32, read32};
