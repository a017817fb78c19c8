/* SPDX-License-Identifier: MIT */
/* Which of the two local APIC modes this machine runs in, and the calls that do not care. */
#include "arch/x86_64/apic.h"

#define APIC_BASE_ADDRESS 0x000FFFFFFFFFF000UL
#define CPUID1_ECX_X2APIC (1U << 21)
#define CPUID1_EDX_APIC   (1U << 9)
#define CPUID_TOPOLOGY    0x0BU

enum { REG_EOI = 0xB0, REG_LINT0 = 0x350 };
#define LVT_MASKED         0x10000U
#define CLASS_BELOW_NOTIFY (ARCH_NOTIFY_VECTOR / 16 - 1)

/* Leaf 0x0B has all bits of the id; it is there if it knows of any processor. */
static bool has_topology_leaf;

static void find_topology_leaf(void)
{
	has_topology_leaf =
		arch_cpuid(0, 0).eax >= CPUID_TOPOLOGY && arch_cpuid(CPUID_TOPOLOGY, 0).ebx;
}

static uint32_t id_by_cpuid(void)
{
	return has_topology_leaf ? arch_cpuid(CPUID_TOPOLOGY, 0).edx : arch_cpuid(1, 0).ebx >> 24;
}

/* Where none can be used: the id is CPUID's, and nothing can be sent. */
static void no_enable(void)
{
}

static enum err no_send(uint32_t apic_id, uint32_t command)
{
	(void)apic_id;
	(void)command;
	return ERR_UNSUPPORTED;
}

static void no_write(unsigned int reg, uint32_t value)
{
	(void)reg;
	(void)value;
}

static uint32_t no_read(unsigned int reg)
{
	(void)reg;
	return 0;
}

static const struct apic_ops no_apic_ops = {no_enable, id_by_cpuid, no_send, no_write, no_read};
static const struct apic_ops *ops = &no_apic_ops;
static uint32_t boot_id;
static uint32_t found_svr, found_lint0; /* the boot processor's, as the firmware left them */

enum err arch_ipi_init(void)
{
	uint64_t base;

	find_topology_leaf();
	if (!(arch_cpuid(1, 0).edx & CPUID1_EDX_APIC))
		return ERR_UNSUPPORTED;
	base = rdmsr(MSR_APIC_BASE);
	if (!(base & APIC_BASE_ENABLE))
		return ERR_UNSUPPORTED;
	if (arch_map(base & APIC_BASE_ADDRESS, base & APIC_BASE_ADDRESS, PAGE_SIZE,
		     ARCH_MAP_WRITE | ARCH_MAP_DEVICE))
		return ERR_NO_MEMORY;
	xapic_set_registers(base & APIC_BASE_ADDRESS);
	/* Leaving x2APIC mode needs a reset of the APIC, so the firmware's choice is kept. */
	ops = base & APIC_BASE_EXTD ? &x2apic_ops : &xapic_ops;
	found_svr = ops->read(XAPIC_SVR);
	found_lint0 = ops->read(REG_LINT0);
	ops->enable();
	boot_id = ops->id();
	return OK;
}

void apic_put_back(void)
{
	ops->write(XAPIC_SVR, found_svr);
	ops->write(REG_LINT0, found_lint0);
}

enum err arch_ipi_widen(void)
{
	if (ops == &no_apic_ops || !(arch_cpuid(1, 0).ecx & CPUID1_ECX_X2APIC))
		return ops == &x2apic_ops ? OK : ERR_UNSUPPORTED;
	ops = &x2apic_ops;
	ops->enable();
	boot_id = ops->id(); /* all bits of it now */
	return OK;
}

void arch_ipi_init_ap(void)
{
	ops->enable();
}

bool arch_apic_is_x2apic(void)
{
	return ops == &x2apic_ops;
}

const char *arch_ipi_name(void)
{
	return arch_apic_is_x2apic() ? "x2APIC" : "xAPIC";
}

uint64_t arch_hw_id(void)
{
	return ops->id();
}

uint64_t arch_hw_id_claimed(void)
{
	uint64_t id = ops->id();
	uint64_t claimed = id_by_cpuid();

	/* Leaf 1 has the low 8 bits. */
	return has_topology_leaf ? claimed : (id & ~0xFFUL) | claimed;
}

static enum err send(uint64_t hw_id, uint32_t command)
{
	return hw_id > UINT32_MAX ? ERR_INVALID : ops->send((uint32_t)hw_id, command);
}

/* A bound, whatever the tables said: without the boot processor there is no report. */
enum err arch_reset(uint64_t hw_id)
{
	return hw_id == boot_id ? ERR_INVALID : send(hw_id, ICR_INIT);
}

bool arch_reset_needs_delay(void)
{
	return arch_init_needs_delay(arch_cpuid);
}

enum err arch_stop(uint64_t hw_id)
{
	return send(hw_id, ICR_NMI);
}

enum err arch_notify(uint64_t hw_id)
{
	return send(hw_id, ICR_FIXED | ARCH_NOTIFY_VECTOR);
}

enum err arch_apic_send_startup(uint32_t apic_id, uint8_t vector)
{
	return ops->send(apic_id, ICR_STARTUP | vector);
}

/* What the firmware left pending, or a device of its still sends, stays outside. */
void arch_interrupts_prepare(void)
{
	ops->write(REG_LINT0, LVT_MASKED); /* the old interrupt controller knows no priority */
	write_cr8(CLASS_BELOW_NOTIFY);
}

void apic_end_interrupt(void)
{
	ops->write(REG_EOI, 0);
}

enum err arch_apic_send_init_all(void)
{
	return ops->send(0, ICR_ALL_BUT_SELF | ICR_INIT);
}

enum err arch_apic_send_startup_all(uint8_t vector)
{
	return ops->send(0, ICR_ALL_BUT_SELF | ICR_STARTUP | vector);
}
