/* SPDX-License-Identifier: MIT */
/*
 * Small guests for the reference hypervisor, one program a subject: each makes the accesses that
 * kernels of others make, and checks what comes of them. They share no header with the kernel nor
 * with the reference hypervisor. A check that fails says so and ends QEMU with status 3.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The program: after ExitBootServices, on the firmware's page tables, interrupts off. */
void guest_main(void);

/* Pages below 4 GiB, cleared, taken while there was a firmware. */
#define GUEST_PAGES 4
extern uint8_t *guest_pages[GUEST_PAGES];

void say(const char *text);
/* Equal, or "WHAT: 0xFOUND, not 0xDUE" and the end. */
void expect(const char *what, uint64_t found, uint64_t due);

static inline uint64_t read_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline uint32_t cpuid_edx(uint32_t leaf)
{
	uint32_t eax = leaf, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return edx;
}

static inline uint64_t read_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline void out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "d"(port));
}

static inline uint32_t in32(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "d"(port));
	return value;
}

#define AT(type, address) (*(volatile type *)(uintptr_t)(address))

#define MSR_APIC_BASE     0x1BU
#define APIC_ENABLE       (1UL << 11)
#define APIC_PAGE         0xFEE00000UL
#define MSR_REFERENCE     0x40000020U /* TLFS: TIME_REF_COUNT */
