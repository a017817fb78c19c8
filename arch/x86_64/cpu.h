/* SPDX-License-Identifier: MIT */
/*
 * The room's private header: the per-processor block, single instructions, register bits. Sources:
 * Intel SDM volume 3 (chapters 2, 4, 6, 8, 11), AMD APM volume 2.
 */
#pragma once

#include "arch/x86_64/x86.h"
#include "arch/x86_64/offsets.h"

/* CR0, CR4, EFER (SDM 2.5; APM 3.1) */
#define CR0_PE     (1UL << 0)
#define CR0_MP     (1UL << 1)
#define CR0_ET     (1UL << 4)
#define CR0_NE     (1UL << 5)
#define CR0_WP     (1UL << 16)
#define CR0_PG     (1UL << 31)
#define CR4_DE     (1UL << 3)
#define CR4_PAE    (1UL << 5)
#define CR4_MCE    (1UL << 6)
#define CR4_PGE    (1UL << 7)
#define CR4_UMIP   (1UL << 11)
#define CR4_LA57   (1UL << 12)
#define CR4_SMEP   (1UL << 20)
#define CR4_SMAP   (1UL << 21)
#define EFER_LME   (1UL << 8)
#define EFER_LMA   (1UL << 10)
#define EFER_NXE   (1UL << 11)

#define RFLAGS_ONE (1UL << 1) /* bit 1 is always set */

/* Segment attributes: access byte 7:0, flags 15:12. */
#define SEG_CODE64   0xA09B /* execute/read, accessed, code/data, present, long, 4 KiB units */
#define SEG_DATA     0xC093 /* read/write, accessed, code/data, present, 32-bit, 4 KiB units */
#define SEG_TSS_BUSY 0x008B /* busy 64-bit TSS, present */

/* 64-bit TSS, SDM figure 8-11. */
struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map_base;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "64-bit TSS is 104 bytes");

/* Operand of LGDT and SGDT. */
struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));
_Static_assert(sizeof(struct table_register) == 10, "table register is 10 bytes");

enum { IST_NMI = 1, IST_DOUBLE_FAULT = 2, IST_MACHINE_CHECK = 3, IST_COUNT = 3 };

struct arch_cpu {
	struct arch_cpu *self;
	uint64_t recover_rip, recover_rsp; /* where a fault in a safe access goes on; 0: none */
	uint64_t first_tsc;
	uint64_t found_rsp, found_rflags, found_gs, found_fs;
	arch_ap_fn entry;
	void *owner;
	uint64_t start_rsp; /* 16 n - 8; the word there points to this block */
	struct table_register gdtr;
	uint8_t pad[6];
	uint32_t entered;    /* set by the first processor that enters here */
	uint32_t strays;     /* how many more came, and were parked before they touched the stack */
	uint32_t interrupts; /* taken, ARCH_NOTIFY_VECTOR only; by the processor itself */
	uint64_t gdt[5];
	struct tss tss;
	struct arch_state wanted; /* as an AP is to start on this block */
};
_Static_assert(sizeof(struct arch_cpu) <= ARCH_CPU_SIZE, "struct arch_cpu outgrew ARCH_CPU_SIZE");

/* As after reset, which holds where there is no PAT. */
#define PAT_AFTER_RESET 0x0007040600070406UL

/* features.c: by CPUID. The second: what of CR4 is switched on where it is offered. */
bool feature_1g_pages(void);
uint64_t feature_cr4_bits(void);
bool feature_pat(void);
bool feature_has_pat(void); /* as feature_pat has found it */
uint64_t feature_pat_now(void);

/* descriptor.c, exceptions.c; with_stacks: the task state has some for NMI and the like. */
struct table_register idt_register(void);
void idt_init(bool with_stacks);
/* exceptions.c: other vectors; a copy of those in use, 0 without memory for it. */
void idt_use(uint64_t other);
uint64_t idt_copy(struct pages *pages);

/* apic.c: the interrupt in service is done. */
void apic_end_interrupt(void);
/* apic.c: the boot processor's registers as they were before arch_ipi_init. */
void apic_put_back(void);

/* address.c: addresses below it can be memory; asks CPUID anew each time. */
uint64_t address_limit(void);
/* machine.c: has paging five levels, as the firmware left it? */
bool machine_has_five_levels(void);

/* paging.c: what the firmware left, and our own root. */
uint64_t paging_root(void);
/*
 * paging.c: another root, and where its tables come from; what those of now come from. A copy of
 * all tables, 0 without memory for it; and how many there are.
 */
struct pages *paging_use(uint64_t other, struct pages *from);
uint64_t paging_copy(struct pages *to);
size_t paging_size(void);
/* Stacks live in a window of their own, so that guard pages cost address space only. */
enum err paging_map_stack(uint64_t va, uint64_t pa, size_t pages);

static inline uint64_t read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline uint64_t read_cr2(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

static inline uint64_t read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

/* The root table's address, without the process's id or the flags around it. */
static inline uint64_t cr3_root(uint64_t cr3)
{
	return cr3 & 0x000FFFFFFFFFF000UL;
}

static inline uint64_t read_cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr0(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline void write_cr3(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline void write_cr4(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

/* The priority class below and at which interrupts wait, in bits 3:0. */
static inline void write_cr8(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr8" : : "r"(value) : "memory");
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low;
	uint32_t high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline uint64_t read_dr7(void)
{
	uint64_t value;

	__asm__ volatile("mov %%dr7, %0" : "=r"(value));
	return value;
}

static inline void write_dr7(uint64_t value)
{
	__asm__ volatile("mov %0, %%dr7" : : "r"(value));
}

static inline void invlpg(uint64_t va)
{
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}
