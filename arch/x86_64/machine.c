/* SPDX-License-Identifier: MIT */
/* Single instructions behind arch.h: CPUID, ports, pause, park. */
#include "arch/x86_64/cpu.h"

struct arch_cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct arch_cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

bool machine_has_five_levels(void)
{
	return read_cr4() & CR4_LA57;
}

uint8_t arch_port_read8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

uint32_t arch_port_read32(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

void arch_port_write8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

void arch_port_write16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

void arch_port_write32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

#define CPUID1_ECX_RDRAND (1U << 30)
#define RDRAND_TRIES      10 /* Intel's advice for a generator under load */

uint64_t arch_random(void)
{
	uint64_t mixed =
		arch_ticks() * 0x9E3779B97F4A7C15UL; /* 2^64 / golden ratio: spread the bits */
	bool offered = arch_cpuid(1, 0).ecx & CPUID1_ECX_RDRAND;

	for (int i = 0; offered && i < RDRAND_TRIES; i++) {
		uint64_t random;
		bool good;

		__asm__ volatile("rdrand %0" : "=r"(random), "=@ccc"(good));
		if (good)
			return mixed ^ random;
	}
	return mixed;
}

void arch_pause(void)
{
	__asm__ volatile("pause");
}

/* STI takes effect after the next instruction, so nothing comes between the two. */
void arch_interrupts_wait(void)
{
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}

/* No PAUSE behind STI: QEMU 7.2 then keeps interrupts out for one instruction more. */
void arch_interrupts_window(void)
{
	__asm__ volatile("pause; sti; nop; cli" : : : "memory");
}

_Noreturn void arch_park(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}
