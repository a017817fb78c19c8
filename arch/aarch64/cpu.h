/* SPDX-License-Identifier: MIT */
/*
 * The room's private header: the per-processor block, single instructions, register bits. Source:
 * Arm Architecture Reference Manual for A-profile (DDI 0487), chapter D.
 */
#pragma once

#include "arch/aarch64/arm.h"
#include "arch/aarch64/offsets.h"

/* SCTLR_EL1: bits 29, 28, 23, 22, 20 and 11 are set where nothing else is defined. */
#define SCTLR_ONES     0x30D00800UL
#define SCTLR_M        (1UL << 0)  /* translation */
#define SCTLR_C        (1UL << 2)  /* data caches */
#define SCTLR_SA       (1UL << 3)  /* SP is 16-byte aligned, or faults */
#define SCTLR_ITD      (1UL << 7)  /* for EL0 in 32 bits, which is not used */
#define SCTLR_SED      (1UL << 8)  /* likewise */
#define SCTLR_I        (1UL << 12) /* instruction caches */
#define SCTLR_WXN      (1UL << 19) /* what is writable is never executed */

#define MPIDR_AFFINITY 0xFF00FFFFFFUL

struct arch_cpu {
	uint64_t recover_pc, recover_sp; /* where a fault in a safe access goes on; 0: none */
	uint64_t first;                  /* counter at the first instruction */
	uint64_t found_sp, found_x18, found_level, found_spsel;
	arch_ap_fn entry;
	void *owner;
	uint64_t main_sp;
	uint64_t fault_bottom; /* of the stack that exceptions run on; 0: not known */
	uint32_t entered;      /* set by the first processor that enters here */
	uint32_t strays;       /* how many more came, and were parked before they touched a stack */
	struct arch_state wanted; /* as an AP is to start on this block; sp_el1: as below */
	uint32_t interrupts;      /* taken, ARCH_NOTIFY_VECTOR only; by the processor itself */
	uint64_t redistributor;   /* its own */
};
_Static_assert(sizeof(struct arch_cpu) <= ARCH_CPU_SIZE, "struct arch_cpu outgrew ARCH_CPU_SIZE");

#define READ_SYSREG(name)                                                       \
	({                                                                      \
		uint64_t value_;                                                \
		__asm__ volatile("mrs %0, " #name : "=r"(value_) : : "memory"); \
		value_;                                                         \
	})
#define WRITE_SYSREG(name, value) \
	__asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(value)) : "memory")

static inline void isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

static inline struct arch_cpu *this_cpu(void)
{
	return (struct arch_cpu *)READ_SYSREG(tpidr_el1);
}

/* The Exception level the caller runs at: CurrentEL[3:2]. */
static inline unsigned int exception_level(void)
{
	return READ_SYSREG(CurrentEL) >> 2 & 3;
}

/* block.c, exceptions.S */
extern char exception_vectors[];

/* paging.c: what every processor is given. */
void paging_state(struct arch_state *out);
/* Stacks live in a window of their own, so that guard pages cost address space only. */
enum err paging_map_stack(uint64_t va, uint64_t pa, size_t pages);

/* caches.c: to the point at which a processor without caches reads it, and out of ours. */
void caches_clean(const void *from, size_t size);

/* gic.c: an interrupt is there to be taken, and what it was. */
enum gic_taken {
	GIC_TOOK_ALL, /* counted, or none was there: go on */
	GIC_TOOK_STOP,
	GIC_TOOK_UNKNOWN,
};
enum gic_taken gic_take(struct arch_cpu *cpu);

/* serial.c: its page of registers; 0: there is none. */
uint64_t serial_registers(void);
