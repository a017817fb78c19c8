/* SPDX-License-Identifier: MIT */
/* Single instructions behind arch.h and arm.h: HVC, PSCI, semihosting, random bits, pause, park. */
#include "arch/aarch64/cpu.h"

/* exceptions.S */
int smc_safe(uint64_t x[4]);
int hvc_safe(uint64_t x[4]);
int hvc_0_safe(uint64_t x[ARCH_HVC_REGISTERS]);
int hvc_1_safe(uint64_t x[ARCH_HVC_REGISTERS]);
int semihosting_safe(uint64_t operation, const void *block);

/* entry.S */
extern char psci_entry[], ap_entry[];

enum err arch_hvc(uint16_t immediate, uint64_t x[ARCH_HVC_REGISTERS])
{
	int faulted;

	if (immediate > 1)
		return ERR_INVALID;
	faulted = immediate ? hvc_1_safe(x) : hvc_0_safe(x);
	return faulted ? ERR_FAULT : OK;
}

static enum arch_conduit psci_conduit;

void arch_psci_init(enum arch_conduit conduit)
{
	psci_conduit = conduit;
}

enum err arch_psci(uint32_t function, uint64_t x1, uint64_t x2, uint64_t x3, int64_t *result)
{
	uint64_t x[] = {function, x1, x2, x3};
	int faulted;

	*result = 0;
	if (psci_conduit == ARCH_CONDUIT_NONE)
		return ERR_UNSUPPORTED;
	faulted = psci_conduit == ARCH_CONDUIT_HVC ? hvc_safe(x) : smc_safe(x);
	if (faulted)
		return ERR_FAULT;
	*result = (int64_t)x[0];
	return OK;
}

uint64_t arch_psci_entry(const struct arch_cpu *cpu)
{
	caches_clean(cpu, sizeof(*cpu));
	caches_clean(psci_entry, (size_t)(ap_entry - psci_entry));
	return (uint64_t)psci_entry;
}

/* Arm semihosting 2.0: SYS_EXIT with a reason, and a code beside it in 64 bits. */
#define SYS_EXIT                    0x18
#define ADP_STOPPED_APPLICATIONEXIT 0x20026UL

void arch_semihosting_exit(uint64_t code)
{
	const uint64_t block[] = {ADP_STOPPED_APPLICATIONEXIT, code};

	(void)semihosting_safe(SYS_EXIT, block);
}

/* ID_AA64ISAR0_EL1.RNDR; the register has a name only where the assembler knows the extension. */
#define HAS_RNDR(isar0) ((isar0) >> 60 & 0xF)
#define RNDR_TRIES      10

uint64_t arch_random(void)
{
	uint64_t mixed =
		arch_ticks() * 0x9E3779B97F4A7C15UL; /* 2^64 / golden ratio: spread the bits */
	bool offered = HAS_RNDR(READ_SYSREG(id_aa64isar0_el1)) != 0;

	for (int i = 0; offered && i < RNDR_TRIES; i++) {
		uint64_t random;
		uint64_t failed;

		__asm__ volatile("mrs %0, s3_3_c2_c4_0; cset %1, eq"
				 : "=r"(random), "=r"(failed)
				 :
				 : "cc");
		if (!failed)
			return mixed ^ random;
	}
	return mixed;
}

void arch_pause(void)
{
	__asm__ volatile("yield");
}

/* Interrupts that can be held off are (gic.c); one that stops the processor for good comes in. */
_Noreturn void arch_park(void)
{
	for (;;)
		__asm__ volatile("wfi" : : : "memory");
}

uint64_t arch_hw_id(void)
{
	return READ_SYSREG(mpidr_el1) & MPIDR_AFFINITY;
}

uint64_t arch_hw_id_claimed(void)
{
	return arch_hw_id();
}

bool arch_can_forbid_execution(void)
{
	return true;
}

bool arch_can_combine(void)
{
	return true;
}

const char *arch_protection_missing(void)
{
	return READ_SYSREG(sctlr_el1) & SCTLR_WXN ? NULL : "SCTLR_EL1.WXN";
}

/* There is no message that resets a processor: one that is to be started again ends by itself. */
enum err arch_reset(uint64_t hw_id)
{
	(void)hw_id;
	return ERR_UNSUPPORTED;
}

bool arch_reset_needs_delay(void)
{
	return false;
}
