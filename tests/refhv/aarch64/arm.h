/* SPDX-License-Identifier: MIT */
/*
 * What the Arm Architecture Reference Manual (DDI 0487) and the PSCI specification (DEN 0022) say,
 * as far as it is needed here, and the instructions that C lacks.
 */
#pragma once

#include <stdint.h>

#define READ_SYSREG(name)                                                       \
	({                                                                      \
		uint64_t value_;                                                \
		__asm__ volatile("mrs %0, " #name : "=r"(value_) : : "memory"); \
		value_;                                                         \
	})
#define WRITE_SYSREG(name, value) \
	__asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(value)) : "memory")

#define PAGE_SIZE      0x1000UL
#define BLOCK_SIZE     0x200000UL
#define GIB            0x40000000UL

#define CURRENT_EL2    0x8U /* CurrentEL */

#define MPIDR_AFFINITY 0xFF00FFFFFFUL

/* ID_AA64PFR0_EL1: the GIC's registers are there; ID_AA64MMFR0_EL1: the width of addresses. */
#define PFR0_GIC(pfr0)   ((pfr0) >> 24 & 0xF)
#define MMFR0_PARANGE    0xFUL
#define MMFR0_PARANGE_40 2U
#define MMFR0_WIDTHS                       \
	{                                  \
		32, 36, 40, 42, 44, 48, 52 \
	} /* by PARange */

/* HCR_EL2 */
#define HCR_VM  (1UL << 0)
#define HCR_TWI (1UL << 13) /* WFI comes here */
#define HCR_TSC (1UL << 19) /* so does SMC */
#define HCR_RW  (1UL << 31) /* EL1 is AArch64 */
#define HCR_APK (1UL << 40) /* pointer authentication does not */
#define HCR_API (1UL << 41)

/* CPTR_EL2: nothing traps, its RES1 bits; CNTHCTL_EL2: nor do counter and timer. */
#define CPTR_NOTHING 0x22FFUL
#define CNTHCTL_EL1  0x3UL
#define ICC_SRE_ALL  0xFUL /* registers, no bypass, and EL1 may look */
#define ICC_SRE_EL1  0x7UL
#define CPACR_FPEN   (3UL << 20)

/* ESR_EL2 */
#define ESR_CLASS(esr)          ((esr) >> 26 & 0x3F)
#define ESR_ISS(esr)            ((esr)&0x1FFFFFF)
#define CLASS_WFI               0x01U
#define CLASS_HVC               0x16U
#define CLASS_SMC               0x17U
#define CLASS_INSTRUCTION_ABORT 0x20U
#define CLASS_DATA_ABORT        0x24U
#define INSTRUCTION_SIZE        4U
#define HPFAR_PAGE(hpfar)       (((hpfar)&0xFFFFFFFFFF0) << 8)

/* ESR_EL1 of an instruction that is undefined, and where EL1's handlers for it stand. */
#define ESR_UNDEFINED 0x2000000UL
#define VECTOR_SP_EL0 0x000UL
#define VECTOR_SP_EL1 0x200UL

/* SPSR_EL2 */
#define SPSR_SP_EL1 0x1UL
#define SPSR_EL1H   0x5UL
#define SPSR_DAIF   0x3C0UL

/* SCTLR: translation, caches and stack alignment, over what must be one. */
#define SCTLR_EL1_OFF 0x30D00800UL
#define SCTLR_EL1_ON  0x30D0198DUL

/* TCR_EL2, TCR_EL1, VTCR_EL2 */
#define TCR_WALKS_CACHED (1UL << 8 | 1UL << 10 | 3UL << 12)
#define TCR_EL2_RES1     (1UL << 31 | 1UL << 23)
#define TCR_EL2_PS(tcr)  ((tcr) >> 16 & 7)
#define TCR_EL1_SAME     0xFFFFUL
#define TCR_EL1_EPD1     (1UL << 23)
#define TCR_EL1_PS(ps)   ((uint64_t)(ps) << 32)
#define TCR_PS_SHIFT     16
#define VTCR_RES1        (1UL << 31)
#define VTCR_LEVEL_1     (1UL << 6)

/* Descriptors */
#define DESC_BLOCK    0x1UL
#define DESC_TABLE    0x3UL
#define DESC_INNER    (3UL << 8)
#define DESC_AF       (1UL << 10)
#define STAGE2_NORMAL (0xFUL << 2)
#define STAGE2_RW     (3UL << 6)
#define MAIR_NORMAL   0xFFUL /* attribute 0: write-back */

/* PSCI 1.1 */
#define PSCI_VERSION       0x84000000U
#define PSCI_CPU_OFF       0x84000002U
#define PSCI_CPU_ON        0xC4000003U
#define PSCI_CPU_ON_32     0x84000003U
#define PSCI_AFFINITY      0xC4000004U
#define PSCI_AFFINITY_32   0x84000004U
#define PSCI_SYSTEM_OFF    0x84000008U
#define PSCI_SYSTEM_RESET  0x84000009U
#define PSCI_FEATURES      0x8400000AU
#define PSCI_NOT_SUPPORTED (-1)
#define PSCI_PARAMETERS    (-2)
#define PSCI_ALREADY_ON    (-4)
#define PSCI_ON_PENDING    (-5)

/* SMC Calling Convention (DEN 0028), asked for by PSCI_FEATURES */
#define SMCCC_VERSION 0x80000000U

/* vmm/enter.S: one SMC with four arguments; its X0. */
int64_t cpu_smc(uint64_t x0, uint64_t x1, uint64_t x2, uint64_t x3);

/* Arm semihosting 2.0: QEMU looks at HLT 0xF000. */
static inline uint64_t cpu_semihosting(uint64_t operation, const void *block)
{
	register uint64_t x0 __asm__("x0") = operation;
	register const void *x1 __asm__("x1") = block;

	__asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
	return x0;
}

static inline void cpu_pause(void)
{
	__asm__ volatile("yield");
}

static inline void cpu_barrier(void)
{
	__asm__ volatile("dsb sy; isb" : : : "memory");
}

/* To where a processor without caches sees it. */
static inline void cpu_clean(const void *from, uint64_t bytes)
{
	uint64_t line = 4UL << (READ_SYSREG(ctr_el0) >> 16 & 0xF);

	for (uint64_t at = (uint64_t)from & ~(line - 1); at < (uint64_t)from + bytes; at += line)
		__asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
	cpu_barrier();
	__asm__ volatile("ic iallu" : : : "memory");
	cpu_barrier();
}
