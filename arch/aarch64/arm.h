/* SPDX-License-Identifier: MIT */
/*
 * What only ARM64 can have, for the aarch64 folders of the rooms above; everything else includes
 * arch.h.
 */
#pragma once

#include "arch/arch.h"

/* --- processor state -------------------------------------------------------------------------- */

/* Everything a processor is given before its first instruction of ours: 0x99's registers. */
struct arch_state {
	uint64_t pc, sp_el1, sctlr, mair, tcr, vbar, ttbr0, ttbr1, x18;
};

/*
 * The state in which an AP is to start on this block by hypercall, as of arch_cpu_init. Boot
 * processor's translation.
 */
const struct arch_state *arch_cpu_wanted(const struct arch_cpu *cpu);

/* --- hypervisor ------------------------------------------------------------------------------- */

/*
 * DSB ISH and HVC with this immediate, 0 or 1, and X0 to X17 from x, which hold what came back.
 * ERR_FAULT: it raised an exception.
 */
enum { ARCH_HVC_REGISTERS = 18 };
enum err arch_hvc(uint16_t immediate, uint64_t x[ARCH_HVC_REGISTERS]);

/* --- PSCI (Arm DEN0022), by the conduit that the FADT names ----------------------------------- */

enum arch_conduit { ARCH_CONDUIT_NONE, ARCH_CONDUIT_SMC, ARCH_CONDUIT_HVC };
void arch_psci_init(enum arch_conduit conduit);

/*
 * One call; *result is X0. ERR_UNSUPPORTED: there is no PSCI; ERR_FAULT: the instruction raised an
 * exception.
 */
enum err arch_psci(uint32_t function, uint64_t x1, uint64_t x2, uint64_t x3, int64_t *result);

/*
 * Boot processor. Make what the AP of this block reads before its caches are on visible to it;
 * returns the address at which it enters, with X0 the block.
 */
uint64_t arch_psci_entry(const struct arch_cpu *cpu);

/* --- interrupt controller --------------------------------------------------------------------- */

/* Before arch_ipi_init: where the GICv3 lies. Ranges beyond a fixed number are left out: false. */
void arch_gic_distributor(uint64_t base);
bool arch_gic_redistributors(uint64_t base, uint64_t size);
enum { ARCH_GIC_FRAMES = 0x20000 }; /* bytes of one processor's redistributor */

/* --- serial port, test machine ---------------------------------------------------------------- */

/* Before arch_serial_init: the PL011's registers. */
void arch_serial_at(uint64_t base);

/* Under a debugger or emulator with semihosting: end with this code. Comes back without one. */
void arch_semihosting_exit(uint64_t code);
