/* SPDX-License-Identifier: MIT */
/* The instructions that C cannot express: the only inline assembly of the reference hypervisor. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tests/refhv/x86.h"

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* Operand of LGDT, SGDT, LIDT and SIDT. */
struct descriptor_table {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));
_Static_assert(sizeof(struct descriptor_table) == 10, "APM 2, 4.6.2");

static inline struct cpuid cpu_cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

static inline uint64_t cpu_rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void cpu_wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline uint64_t cpu_rdtsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline uint64_t cpu_read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline uint64_t cpu_read_cr2(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

static inline uint64_t cpu_read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

static inline uint64_t cpu_read_cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void cpu_write_cr0(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline void cpu_write_cr4(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline struct descriptor_table cpu_sgdt(void)
{
	struct descriptor_table table;

	__asm__ volatile("sgdt %0" : "=m"(table));
	return table;
}

static inline struct descriptor_table cpu_sidt(void)
{
	struct descriptor_table table;

	__asm__ volatile("sidt %0" : "=m"(table));
	return table;
}

static inline void cpu_lgdt(struct descriptor_table table)
{
	__asm__ volatile("lgdt %0" : : "m"(table));
}

static inline void cpu_lidt(struct descriptor_table table)
{
	__asm__ volatile("lidt %0" : : "m"(table));
}

#define CPU_READ_SELECTOR(name)                                           \
	static inline uint16_t cpu_read_##name(void)                      \
	{                                                                 \
		uint16_t selector;                                        \
                                                                          \
		__asm__ volatile("mov %%" #name ", %0" : "=r"(selector)); \
		return selector;                                          \
	}
CPU_READ_SELECTOR(cs)
CPU_READ_SELECTOR(ds)
CPU_READ_SELECTOR(es)
CPU_READ_SELECTOR(ss)

#define CPU_PORT(suffix, type)                                                       \
	static inline void cpu_out##suffix(uint16_t port, type value)                \
	{                                                                            \
		__asm__ volatile("out" #suffix " %0, %1" : : "a"(value), "d"(port)); \
	}                                                                            \
	static inline type cpu_in##suffix(uint16_t port)                             \
	{                                                                            \
		type value;                                                          \
                                                                                     \
		__asm__ volatile("in" #suffix " %1, %0" : "=a"(value) : "d"(port));  \
		return value;                                                        \
	}
CPU_PORT(b, uint8_t)
CPU_PORT(w, uint16_t)
CPU_PORT(l, uint32_t)

static inline void cpu_out_string(uint16_t port, const char *text, size_t length)
{
	__asm__ volatile("rep outsb" : "+S"(text), "+c"(length) : "d"(port) : "memory");
}

/* By eight: where instructions are translated, each element costs the same, whatever its size. */
static inline void cpu_copy(void *to, const void *from, size_t bytes)
{
	size_t words = bytes / 8;

	bytes %= 8;
	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

static inline void cpu_fill(void *to, uint8_t value, size_t bytes)
{
	size_t words = bytes / 8;

	bytes %= 8;
	__asm__ volatile("rep stosq"
			 : "+D"(to), "+c"(words)
			 : "a"(value * 0x0101010101010101UL)
			 : "memory");
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(value) : "memory");
}

static inline void cpu_pause(void)
{
	__asm__ volatile("pause" : : : "memory");
}

static inline void cpu_hlt(void)
{
	__asm__ volatile("hlt" : : : "memory");
}

/* XMM0 to XMM5, which are the guest's all the time. The host has them switched off otherwise. */
static inline void cpu_read_xmm(uint64_t *to)
{
	uint64_t cr4 = cpu_read_cr4();

	cpu_write_cr4(cr4 | CR4_OSFXSR);
	__asm__ volatile("movups %%xmm0, 0(%0); movups %%xmm1, 16(%0); movups %%xmm2, 32(%0)\n\t"
			 "movups %%xmm3, 48(%0); movups %%xmm4, 64(%0); movups %%xmm5, 80(%0)"
			 :
			 : "r"(to)
			 : "memory");
	cpu_write_cr4(cr4);
}

static inline void cpu_write_xmm(const uint64_t *from)
{
	uint64_t cr4 = cpu_read_cr4();

	cpu_write_cr4(cr4 | CR4_OSFXSR);
	__asm__ volatile("movups 0(%0), %%xmm0; movups 16(%0), %%xmm1; movups 32(%0), %%xmm2\n\t"
			 "movups 48(%0), %%xmm3; movups 64(%0), %%xmm4; movups 80(%0), %%xmm5"
			 :
			 : "r"(from)
			 : "memory");
	cpu_write_cr4(cr4);
}

/* Open the door for an NMI that is pending, and close it. */
static inline void cpu_take_nmi(void)
{
	__asm__ volatile("stgi; nop; clgi" : : : "memory");
}

static inline void cpu_clgi(void)
{
	__asm__ volatile("clgi" : : : "memory");
}

/* FS, GS, TR, LDTR, KernelGSBase and the SYSCALL and SYSENTER registers, from and to a VMCB. */
static inline void cpu_vmload(const void *vmcb)
{
	__asm__ volatile("vmload" : : "a"(vmcb) : "memory");
}

static inline void cpu_vmsave(void *vmcb)
{
	__asm__ volatile("vmsave" : : "a"(vmcb) : "memory");
}
